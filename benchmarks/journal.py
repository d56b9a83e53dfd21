"""Opening a patient: the summary of a journal of ten years, with few and many persons stored."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from uuid import UUID

import msgspec
import psycopg

from benchmarks import journal_stock
from benchmarks.figures import Figure, show
from benchmarks.instance import Instance, give_numbers, need_disk, serving, temporary_instance
from benchmarks.load import Measured, measure
from benchmarks.messages import persons as made_up
from benchmarks.signing import requests_for
from core_record.registers.service import resolve_person_sync
from dev.login import persona_token
from dev.personas import persona
from journal_api.journal.kinds import KINDS
from kit.identity.apiclient import DpopAuth
from kit.identity.audiences import JOURNAL
from kit.ids import parse_national_id

LIMIT_MS = 300.0
ROUNDS = 5
BYTES_OF_A_PERSON = 150_000
"""What a person's journal takes with indexes and write-ahead log, rounded up."""
WRITER = "lege-koman"
DECLARED = {"access-reason": "treatment", "requester-hpr-role": "LE"}
SUMMARY, WHOLE = "/journal/summary/_search", "/journal/_search"
# Whose journal is copied, contacts in ten years, and the share of persons who have so many.
TEMPLATES = (("line", 20, 0.70), ("gry", 50, 0.25), ("forelder", 150, 0.05))
_ASKED = 400
_BARE = """
SELECT body, made_name, changed_name, signed_name, at FROM journal.entry WHERE person_id = %s
ORDER BY kind, at DESC
"""


def run(first: int = 1_000, then: int = 100_000, requests: int = 400) -> list[Figure]:
    """p50 and p95 of the summary at `first` and `then` persons: two stores side by side, asked in turn."""
    place = Path("/var/tmp")  # noqa: S108 - on disk, where /tmp may be memory
    need_disk(place, (first + then) * BYTES_OF_A_PERSON + 3_000_000_000, f"{first + then:,} persons")
    with ExitStack() as stack:
        few, many = (stack.enter_context(_store(place, size)) for size in (first, then))
        for store in (few, many):
            store.ask(store.everyone, requests // 2)  # warm: statements prepared, pages read
        rounds = [(few.ask(few.everyone, requests), many.ask(many.everyone, requests)) for _ in range(ROUNDS)]
        longest = [many.ask(many.longest, requests) for _ in range(ROUNDS)]
        whole = [many.ask(many.longest, requests, path=WHOLE) for _ in range(ROUNDS)]
        eight = [many.ask(many.everyone, requests, 8) for _ in range(ROUNDS)]
        figures = _figures(few, many, rounds, longest, whole, eight)
    show("journal: opening a patient as the number of persons grows", figures, _NOTES)
    return figures


_NOTES = [
    "the summary: everything live in the lists, the newest contacts, notes and values; a reason is declared",
    "ten years: 70 % of the persons have 20 contacts with notes, 25 % 50, 5 % 150 (`longest`)",
    "bare: every row of such a person read by psycopg; no proof, no decision, no log, nothing left out",
    f"1 client unless said; both stores in turn, {ROUNDS} rounds, the middle ratio and the middle times",
    "grown by copying inside the database what was written through the API; VACUUM ANALYZE before",
]


@dataclass(frozen=True)
class Store:
    """An instance with so many persons; whom to ask about: anybody, or those with the longest journals."""

    instance: Instance
    persons: int
    everyone: list[str]
    longest: list[str]
    rows: int
    gigabytes: float
    minutes: float
    bare_ms: float

    def ask(self, numbers: list[str], requests: int, clients: int = 1, path: str = SUMMARY) -> Measured:
        """Look-ups one after the other, of persons drawn anew."""
        with self.instance.active():
            url = self.instance.settings.journal_url + path
            token, key = persona_token(WRITER, JOURNAL)
            headers = [{**DECLARED, "person-id": number} for number in random.choices(numbers, k=requests)]
            body = msgspec.json.encode({"kinds": sorted(KINDS) if path == WHOLE else [], "count": 1000})
            sent = requests_for(url, token, key, headers, [body] * requests, "application/json")
            return measure(url, sent, clients)


@contextmanager
def _store(place: Path, persons: int) -> Iterator[Store]:
    with temporary_instance(place) as instance, serving(instance, "journal_api"):
        templates = write_templates(instance)
        started = time.perf_counter()
        with psycopg.connect(instance.superuser_dsn, autocommit=True) as conn:
            rows = journal_stock.grow(conn, templates, persons)
        instance.vacuum()
        minutes = (time.perf_counter() - started) / 60
        with psycopg.connect(instance.superuser_dsn, autocommit=True) as conn:
            row = conn.execute("SELECT pg_database_size(current_database())").fetchone()
            drawn, longest = _draw(instance, [mark for _, mark in templates.values()])
            bare = _bare(conn, instance, longest)
        size = (row[0] if row else 0) / 1e9
        yield Store(instance, persons, drawn, longest, rows, size, minutes, bare)


def write_templates(instance: Instance) -> dict[UUID, tuple[float, bytes]]:
    """Journals written through the API: the person of each, the share that has it, and the copies' mark."""
    settings = instance.settings
    token, key = persona_token(WRITER, JOURNAL)
    auth = DpopAuth(key, token)
    found: dict[UUID, tuple[float, bytes]] = {}
    with psycopg.connect(settings.dsn("akson_core")) as conn:
        for place, (name, contacts, share) in enumerate(TEMPLATES):
            number = persona(name).national_id or ""
            headers = {**DECLARED, "person-id": number}
            journal_stock.write(settings.journal_url, auth, headers, journal_stock.ten_years(contacts))
            person_id = resolve_person_sync(conn, instance.keys, parse_national_id(number))
            if person_id is None:
                raise LookupError("the persona is not registered")
            found[person_id] = (share, bytes([place]))
    return found


def _draw(instance: Instance, marks: list[bytes]) -> tuple[list[str], list[str]]:
    """Numbers of persons drawn from each template's copies: of all by their shares, of the last."""
    numbers = made_up(len(marks) * _ASKED)
    each = [
        give_numbers(instance, mark, numbers[place * _ASKED : (place + 1) * _ASKED])
        for place, mark in enumerate(marks)
    ]
    shares = [share for _, _, share in TEMPLATES]
    everyone = [
        number
        for own, share in zip(each, shares, strict=True)
        for number in own[: max(1, int(share * _ASKED))]
    ]
    return everyone, each[-1]


def _bare(
    conn: psycopg.Connection[tuple[object, ...]], instance: Instance, numbers: list[str], rounds: int = 30
) -> float:
    """Milliseconds (p50) to read the rows of a person with a long journal."""
    times = []
    for number in numbers[:rounds]:
        found_by = instance.keys.number_hash(parse_national_id(number))
        row = conn.execute(
            "SELECT person_id FROM core_record.person_number WHERE number_hash = %s", (found_by,)
        ).fetchone()
        started = time.perf_counter()
        conn.execute(_BARE, row).fetchall()
        times.append(1000 * (time.perf_counter() - started))
    return median(times)


def _figures(
    few: Store,
    many: Store,
    rounds: list[tuple[Measured, Measured]],
    longest: list[Measured],
    whole: list[Measured],
    eight: list[Measured],
) -> list[Figure]:
    small, large = f"{few.persons:,} persons", f"{many.persons:,} persons"
    return [
        Figure(f"p95 at {large}", median(b.p95 for _, b in rounds), "ms", LIMIT_MS),
        Figure(f"p50 at {large}", median(b.p50 for _, b in rounds), "ms"),
        Figure(f"p95 at {large}, longest journals", median(m.p95 for m in longest), "ms", LIMIT_MS),
        Figure(f"p50 at {large}, longest journals", median(m.p50 for m in longest), "ms"),
        Figure(
            f"p95 of every entry, {large}, longest journals", median(m.p95 for m in whole), "ms", LIMIT_MS
        ),
        Figure("p50 of the same", median(m.p50 for m in whole), "ms", bare=many.bare_ms),
        Figure("bytes of the same", median(m.size for m in whole) / 1000, "kB"),
        Figure(f"p95 at {large}, 8 clients", median(m.p95 for m in eight), "ms", LIMIT_MS),
        Figure(f"summaries, {large}, 8 clients", median(m.rate for m in eight), "/s"),
        Figure(f"p95 at {large} : at {small}", median(b.p95 / a.p95 for a, b in rounds), "×", 1.3),
        Figure(f"p50 at {large} : at {small}", median(b.p50 / a.p50 for a, b in rounds), "×"),
        Figure(f"bytes of an answer, {large}", median(b.size for _, b in rounds) / 1000, "kB"),
        Figure(f"entries at {large}", many.rows / 1e6, "M"),
        Figure(f"database at {large}", many.gigabytes, "GB"),
        Figure(f"made in the database: {large}", many.minutes, "min", 60),
    ]
