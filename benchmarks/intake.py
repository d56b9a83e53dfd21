"""Messages in: to the durable receipt, to searchable, and what a report takes on disk."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from benchmarks import messages
from benchmarks.figures import Figure, show
from benchmarks.instance import Instance, serving, temporary_instance, working
from benchmarks.load import Measured, measure
from benchmarks.signing import requests_for
from dev.login import persona_token
from kit.identity.audiences import RESULTS, WRITE_REPORTS

SENDERS = 32
CALM_RATE = 20.0
_PATIENCE_SECONDS = 600
_REPORTS_OF_A_PERSON = 20
_SIZE = """
SELECT sum(pg_total_relation_size(c.oid))::bigint
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('results', 'core_record') AND c.relkind = 'r'
"""
_WAITING = "SELECT count(*) FROM results.intake_message WHERE status = 'received'"
_DRAIN_RATE = """
SELECT count(*) / extract(epoch FROM max(finished_at) - min(finished_at))::float8 FROM results.intake_message
"""
_ENDED = "SELECT status, count(*) FROM results.intake_message GROUP BY status"


def run(count: int = 4000, seconds: int = 30) -> list[Figure]:
    """`count` messages without and again with workers; then 20 a second for so many seconds."""
    with temporary_instance() as instance, serving(instance):
        bare, stored, drain_rate = _queued(instance, count)
        with working():
            before = _size(instance)
            with _clock(instance) as searchable:
                busy = _send(instance, count, seed=2)
            after = _size(instance)
            calm = _send(instance, int(CALM_RATE * seconds), seed=3, rate=CALM_RATE)
        _all_processed(instance)
    figures = [
        Figure("receipts, 32 senders, no workers", stored.rate, "/s", 1000, True, bare.rate),
        Figure("receipt p95, 32 senders, no workers", stored.p95, "ms", bare=bare.p95),
        Figure("receipts, 32 senders, workers busy", busy.rate, "/s", bare=bare.rate),
        Figure("queue to searchable, two workers", drain_rate, "/s", bare=bare.rate),
        Figure("received to searchable, all at once", count / searchable[0], "/s", 300, True, bare.rate),
        Figure("p95 message → searchable at 20/s", calm.p95, "ms", 1000),
        Figure("p50 message → searchable at 20/s", calm.p50, "ms"),
        Figure("storage a report with 8 results", (after - before) / count / 1000, "kB", 8),
        Figure("the generator's own CPU", stored.cpu_ms, "ms each", bare=bare.cpu_ms),
    ]
    show("intake", figures, _NOTES)
    return figures


_NOTES = [
    "every message: 8 results, about 8 kB, a report of its own, 20 reports a person; DPoP verified each time",
    "receipt: 202 after the commit (fsync on). searchable: a look-up finds it",
    "bare: Starlette + psycopg, the same proof verified, the message inserted as it came, committed",
    "at 20/s the sender waits for the outcome (Prefer: wait), so the time is as the sender sees it",
    "storage: tables, indexes and originals after VACUUM, grown by the second half of the messages",
]


def _queued(instance: Instance, count: int) -> tuple[Measured, Measured, float]:
    """Receipts with nobody processing, beside the bare app; then how fast the workers empty the queue."""
    url = instance.bare_url
    _send(instance, 64, seed=90, url=url)
    bare = _send(instance, count, seed=91, url=url)
    _send(instance, 64, seed=92)
    stored = _send(instance, count, seed=1)
    with working(), _clock(instance):
        pass
    with psycopg.connect(instance.superuser_dsn) as conn:
        row = conn.execute(_DRAIN_RATE).fetchone()
    return bare, stored, row[0] if row else 0.0


def _send(
    instance: Instance, count: int, *, seed: int, url: str | None = None, rate: float | None = None
) -> Measured:
    token, key = persona_token("lab", RESULTS, [WRITE_REPORTS])
    numbers = messages.persons(max(1, count // _REPORTS_OF_A_PERSON), seed)
    bodies = list(messages.reports(numbers, count, seed))
    address = (url or instance.settings.results_url) + "/messages"
    headers = {"Prefer": "wait=30"} if rate else {}
    requests = requests_for(address, token, key, [headers] * count, bodies, "application/xml")
    return measure(address, requests, SENDERS * 2 if rate else SENDERS, rate)


@contextmanager
def _clock(instance: Instance) -> Iterator[list[float]]:
    """Seconds from here until nothing waits any more, put into the list at the end."""
    seconds: list[float] = []
    started = time.perf_counter()
    yield seconds
    with psycopg.connect(instance.superuser_dsn, autocommit=True) as conn:
        while _one(conn, _WAITING):
            if time.perf_counter() - started > _PATIENCE_SECONDS:
                raise RuntimeError("messages are not processed")
            time.sleep(0.05)
    seconds.append(time.perf_counter() - started)


def _all_processed(instance: Instance) -> None:
    with psycopg.connect(instance.superuser_dsn) as conn:
        ended: dict[str, int] = dict(conn.execute(_ENDED).fetchall())
    if set(ended) != {"processed"}:
        raise RuntimeError(f"not every message was processed: {ended}")


def _size(instance: Instance) -> int:
    instance.vacuum()
    with psycopg.connect(instance.superuser_dsn) as conn:
        return _one(conn, _SIZE)


def _one(conn: psycopg.Connection[tuple[int]], query: str) -> int:
    row = conn.execute(query.encode()).fetchone()
    return int(row[0]) if row else 0
