"""The screens' API: the cumulative table and "what is new" of a person with many reports."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

import psycopg

from benchmarks import courses
from benchmarks.figures import Figure, show
from benchmarks.instance import Instance, cpu_seconds, serving, temporary_instance
from benchmarks.load import Measured, measure
from benchmarks.lookup import DECLARED
from benchmarks.messages import persons
from benchmarks.signing import requests_for
from dev.login import persona_token
from kit.identity.audiences import READ_RESULTS, RESULTS
from results_service.reports.compression import decompress

# What leaves the half second from choosing a person to results on screen to the rest of the way.
_ROWS = """
SELECT resources FROM results.report JOIN results.report_version USING (person_id, report_id, version_id)
WHERE person_id = %s
"""
TABLE_LIMIT_MS = 250.0
NEWS_LIMIT_MS = 25.0


def run(people: int = 4, reports: int = 500, requests: int = 60) -> list[Figure]:
    """One client: p50 and p95 of each, CPU of service and database, size of the answer."""
    with temporary_instance() as instance:
        numbers = persons(people)
        courses.store(instance, numbers, reports)
        with serving(instance) as pids:
            figures: list[Figure] = []
            bare = {"table": _bare(instance), "what is new": None}
            for path, limit, what in (
                ("/screens/new/_search", NEWS_LIMIT_MS, "what is new"),
                ("/screens/cumulative/_search", TABLE_LIMIT_MS, "table"),
            ):
                url = instance.settings.results_url + path
                _ask(url, numbers, max(2, requests // 5))
                with _cpu(instance, pids) as used:
                    found = _ask(url, numbers, requests)
                cpu = [1000 * seconds / requests for seconds in used]
                figures += _figures(what, found, limit, cpu, bare[what])
        values = reports * 8
        show(f"screens: a person with {reports} reports, {values:,} values", figures, _NOTES)
    return figures


_NOTES = (
    "one client; DPoP verified, decided, row-level security, logged in the person's chain, fsync on",
    "bare: the same rows read and decompressed by psycopg; no proof, no decision, no log, nothing parsed",
    "the limits are our own: the table is fetched behind the list, what is new beside its first page",
)


def _ask(url: str, numbers: list[str], count: int) -> Measured:
    token, key = persona_token("sykehuslege", RESULTS, [READ_RESULTS])
    headers = [{**DECLARED, "person-id": numbers[index % len(numbers)]} for index in range(count)]
    return measure(url, requests_for(url, token, key, headers, [b""] * count), 1)


@contextmanager
def _cpu(instance: Instance, pids: dict[str, int]) -> Iterator[list[float]]:
    """CPU seconds of the service and of the database while the block runs."""
    watched = (pids[instance.settings.results_url], instance.database_pid)
    before = [cpu_seconds(pid) for pid in watched]
    used: list[float] = []
    yield used
    used += [cpu_seconds(pid) - b for pid, b in zip(watched, before, strict=True)]


def _bare(instance: Instance, rounds: int = 15) -> float:
    """Milliseconds to read and decompress the same rows by psycopg, without any of our code around it."""
    times = []
    with psycopg.connect(instance.superuser_dsn, autocommit=True) as conn:
        (person,) = conn.execute("SELECT person_id FROM results.report LIMIT 1").fetchone() or (None,)
        for _ in range(rounds):
            started = time.perf_counter()
            for (data,) in conn.execute(_ROWS, (person,), binary=True):
                decompress(data)
            times.append(1000 * (time.perf_counter() - started))
    return median(times)


def _figures(what: str, found: Measured, limit: float, cpu: list[float], bare: float | None) -> list[Figure]:
    return [
        Figure(f"{what}, p50", found.p50, "ms", bare=bare),
        Figure(f"{what}, p95", found.p95, "ms", limit),
        Figure(f"{what}, bytes of an answer", found.size / 1000, "kB"),
        Figure(f"{what}, CPU of the service", cpu[0], "ms each"),
        Figure(f"{what}, CPU of the database", cpu[1], "ms each"),
    ]
