"""Look-ups of a person who has restricted a part: what it costs to find and withhold it, at each one."""

from __future__ import annotations

import asyncio
from statistics import median
from typing import NamedTuple
from uuid import UUID

import psycopg

from benchmarks import courses
from benchmarks.figures import Figure, show
from benchmarks.instance import Instance, cpu_seconds, serving, temporary_instance
from benchmarks.lookup import Case
from benchmarks.messages import persons
from core_record.privacy import service as privacy
from core_record.privacy.service import By, Kind, Scope, Wanted
from core_record.registers.service import resolve_person_sync
from kit.db import Database, set_person
from kit.ids import parse_national_id

LIMIT = 2.5
"""Our own: a restricted person's look-up costs at most two and a half times another's, with 500 reports."""
ROUNDS = 7
_FIELD, _SOURCE = "MGEN", "313901866"
# Every second report of another field and sender than the course's, in place of sending such ones.
_HALF = """
UPDATE results.report_version SET fields = %s, source = %s
WHERE person_id = ANY(%s) AND get_byte(uuid_send(report_id), 15) %% 2 = 0
"""
# As versions lay before the columns were there: each is opened.
_WITHOUT = "UPDATE results.report_version SET fields = NULL WHERE person_id = ANY(%s)"
_TICK = 0.01  # ms of CPU: a few look-ups may take less than the clock tells


def run(reports: int = 500, requests: int = 150) -> list[Figure]:
    """p50 of newest 50 with half the reports withheld, beside a person who restricts nothing; in turn."""
    with temporary_instance() as instance:
        _free, field, source, both, before = numbers = persons(5)
        courses.store(instance, numbers, reports)
        ids = _ids(instance, numbers)
        with psycopg.connect(instance.superuser_dsn) as conn:
            conn.execute(_HALF, (f"CLIN {_FIELD}", _SOURCE, list(ids.values())))
            conn.execute(_WITHOUT, ([ids[before]],))
        instance.vacuum()
        asyncio.run(_restrict(instance, [ids[field], ids[both], ids[before]], Scope.FIELD))
        asyncio.run(_restrict(instance, [ids[source], ids[both]], Scope.SOURCE))
        with serving(instance) as pids:
            case = Case(instance.settings.results_url)
            watched = (pids[case.base], instance.database_pid)

            def asked(number: str, count: int) -> Cost:
                before = sum(map(cpu_seconds, watched))
                found = case.ask([number], count, 1)
                return Cost(found.p50, 1000 * (sum(map(cpu_seconds, watched)) - before) / count)

            for number in numbers:
                asked(number, max(2, requests // 5))
            rounds = [[asked(number, requests) for number in numbers] for _ in range(ROUNDS)]
    figures = _figures(rounds, ["a field", "a source", "a field and a source", "a field, stored before"])
    show(f"restricted: a person with {reports} reports, half of them withheld", figures, _NOTES)
    return figures


class Cost(NamedTuple):
    """p50, and CPU of service and database together for each look-up, in milliseconds."""

    p50: float
    cpu: float


_NOTES = (
    "newest 50 DiagnosticReports, one client; bare: the same look-up of a person who restricts nothing",
    f"the middle of {ROUNDS} rounds, all asked in turn; CPU: service and database together",
    "stored before: versions from before their fields stood beside them, each opened to know",
)


def _figures(rounds: list[list[Cost]], names: list[str]) -> list[Figure]:
    figures = []
    for place, name in enumerate(names, 1):
        limit = LIMIT if place < len(names) else None
        ratio = median(found[place].cpu / max(found[0].cpu, _TICK) for found in rounds)
        ours, free = (
            Cost(median(f[at].p50 for f in rounds), median(f[at].cpu for f in rounds)) for at in (place, 0)
        )
        figures.append(Figure(f"{name}: p50", ours.p50, "ms", bare=free.p50))
        figures.append(Figure(f"{name}: CPU", ours.cpu, "ms", bare=free.cpu))
        figures.append(Figure(f"{name}: CPU, of an open person's", ratio, "×", limit))
    return figures


def _ids(instance: Instance, numbers: list[str]) -> dict[str, UUID]:
    with psycopg.connect(instance.settings.dsn("akson_results")) as conn:
        found = {n: resolve_person_sync(conn, instance.keys, parse_national_id(n)) for n in numbers}
    return {number: person_id for number, person_id in found.items() if person_id is not None}


async def _restrict(instance: Instance, ids: list[UUID], scope: Scope) -> None:
    database = Database(instance.settings.dsn("akson_core"))
    await database.open()
    wanted = Wanted(
        Kind.SPERRING,
        scope,
        field=_FIELD if scope is Scope.FIELD else None,
        org_number=_SOURCE if scope is Scope.SOURCE else None,
    )
    try:
        for person_id in ids:
            async with database.transaction() as conn:
                await set_person(conn, person_id)
                await privacy.make(conn, person_id, wanted, By("citizen", bytes(32), None))
    finally:
        await database.close()
