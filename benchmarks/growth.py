"""Look-ups while the store grows: reports copied inside the database, one client, persons at random."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psycopg
from rich.progress import Progress

from benchmarks import messages
from benchmarks.figures import Figure, show
from benchmarks.instance import Instance, give_numbers, need_disk, serving, temporary_instance
from benchmarks.load import Measured
from benchmarks.lookup import Case
from benchmarks.stock import Stock

REPORTS_OF_A_PERSON = 100
ROUNDS = 7
LIMITS = {10_000_000: (25.0, 60)}
"""Gigabytes and minutes that a store of so many reports may take (design, section 7)."""
BYTES_OF_A_REPORT = 4_000
"""What a copied report takes with indexes and write-ahead log, rounded up."""
_BATCH_PERSONS = 200
_ASKED_PERSONS = 1_500
_MARK = b"\x00"

# A template's reports for many new persons. As administrator: no role of the product could do this.
_COPY = """
WITH fresh AS MATERIALIZED (
    SELECT uuidv7() AS person_id FROM generate_series(1, %(persons)s)
), numbered AS (
    INSERT INTO core_record.person_number (number_hash, person_id, kind, number_cipher)
    SELECT sha256(uuid_send(person_id)), person_id, 'FNR', %(mark)s FROM fresh
), known AS (
    INSERT INTO core_record.person (person_id) SELECT person_id FROM fresh
), copied AS MATERIALIZED (
    SELECT f.person_id, r.report_id AS old_report, r.version_id AS old_version,
        gen_random_uuid() AS report_id, uuidv7() AS version_id
    FROM fresh f CROSS JOIN results.report r WHERE r.person_id = %(template)s
), versions AS (
    INSERT INTO results.report_version (person_id, report_id, version_id, message_id, key_hash, fingerprint,
        generated, serv_type, status, sampled, release_class, preliminary, held, resources, fields, source)
    SELECT c.person_id, c.report_id, c.version_id, gen_random_uuid(), sha256(uuid_send(c.report_id)),
        v.fingerprint, v.generated, v.serv_type, v.status, v.sampled, v.release_class, v.preliminary,
        v.held, v.resources, v.fields, v.source
    FROM copied c JOIN results.report_version v
        ON v.person_id = %(template)s AND v.report_id = c.old_report AND v.version_id = c.old_version
)
INSERT INTO results.report (person_id, report_id, version_id, effective, issued, category, status, codes,
    tags, release_class, preliminary, warnings, body)
SELECT c.person_id, c.report_id, c.version_id, r.effective, r.issued, r.category, r.status, r.codes,
    r.tags, r.release_class, r.preliminary, r.warnings, r.body
FROM copied c JOIN results.report r ON r.person_id = %(template)s AND r.report_id = c.old_report
"""


def run(first: int = 100_000, then: int = 1_000_000, requests: int = 1500) -> list[Figure]:
    """p95 of newest 50 at `first` and at `then` stored reports: two stores side by side, asked in turn."""
    place = Path("/var/tmp")  # noqa: S108 - on disk, where /tmp may be memory
    need_disk(place, (first + then) * BYTES_OF_A_REPORT + 3_000_000_000, f"{first + then:,} reports")
    with ExitStack() as stack:
        few, many = (stack.enter_context(_store(place, size)) for size in (first, then))
        for store in (few, many):
            store.ask(requests // 2)  # warm: statements prepared, pages read
        rounds = [(few.ask(requests), many.ask(requests)) for _ in range(ROUNDS)]
    figures = _figures(few, many, rounds)
    show("growth: look-up as the store grows", figures, _NOTES)
    return figures


_NOTES = [
    "newest 50 DiagnosticReports, 1 client, 1,500 persons drawn from the whole store; 100 reports a person",
    f"both stores asked in turn, {ROUNDS} rounds, the middle ratio of a round; times are the middle rounds'",
    "grown by copying inside the database, numbers, persons, versions and indexes too; VACUUM ANALYZE before",
]


@dataclass(frozen=True)
class Store:
    """An instance with so many reports, and the persons to ask about."""

    instance: Instance
    reports: int
    numbers: list[str]
    gigabytes: float
    minutes: float

    def ask(self, requests: int) -> Measured:
        """Look-ups one after the other, of persons drawn anew."""
        with self.instance.active():
            asked = random.choices(self.numbers, k=requests)
            return Case(self.instance.settings.results_url).ask(asked, requests, 1)


@contextmanager
def _store(place: Path, reports: int) -> Iterator[Store]:
    with temporary_instance(place) as instance, serving(instance):
        template, *numbers = messages.persons(1 + _ASKED_PERSONS)
        Stock(instance).fill([template], min(REPORTS_OF_A_PERSON, reports // 4))
        started = time.perf_counter()
        _grow(instance, reports)
        minutes = (time.perf_counter() - started) / 60
        with psycopg.connect(instance.superuser_dsn) as conn:
            row = conn.execute("SELECT pg_database_size(current_database())").fetchone()
        yield Store(
            instance, reports, give_numbers(instance, _MARK, numbers), (row[0] if row else 0) / 1e9, minutes
        )


def _figures(few: Store, many: Store, rounds: list[tuple[Measured, Measured]]) -> list[Figure]:
    small, large = f"{few.reports:,} reports", f"{many.reports:,} reports"
    gigabytes, minutes = LIMITS.get(many.reports, (None, 60))
    return [
        Figure(f"p95 at {large} : at {small}", median(b.p95 / a.p95 for a, b in rounds), "×", 1.3),
        Figure(f"p50 at {large} : at {small}", median(b.p50 / a.p50 for a, b in rounds), "×"),
        Figure(f"p95 at {small}", median(a.p95 for a, _ in rounds), "ms"),
        Figure(f"p95 at {large}", median(b.p95 for _, b in rounds), "ms"),
        Figure(f"database at {small}", few.gigabytes, "GB"),
        Figure(f"database at {large}", many.gigabytes, "GB", gigabytes),
        Figure(f"a report more, with indexes, at {large}", _bytes_of_a_report(few, many), "kB"),
        Figure(f"made in the database: {large}", many.minutes, "min", minutes),
    ]


def _bytes_of_a_report(few: Store, many: Store) -> float:
    return 1e6 * (many.gigabytes - few.gigabytes) / (many.reports - few.reports)


def _grow(instance: Instance, size: int) -> None:
    with psycopg.connect(instance.superuser_dsn, autocommit=True) as conn, Progress() as progress:
        row = conn.execute(
            "SELECT person_id, count(*), (SELECT count(*) FROM results.report)"
            " FROM results.report GROUP BY person_id LIMIT 1"
        ).fetchone()
        if row is None:
            raise LookupError("nothing is stored to copy")
        template, own, stored = row
        task = progress.add_task(f"growing to {size:,} reports", total=size, completed=stored)
        while stored < size:
            persons = max(1, min(_BATCH_PERSONS, (size - stored) // own))
            conn.execute(_COPY, {"persons": persons, "template": template, "mark": _MARK})
            stored += persons * own
            progress.update(task, completed=stored)
    instance.vacuum()
