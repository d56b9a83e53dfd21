"""What the decision and its log row cost a look-up: the same reading with and without them, in turn."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from benchmarks.figures import Figure, show
from benchmarks.instance import Instance, temporary_instance
from benchmarks.load import percentile
from benchmarks.messages import persons
from benchmarks.stock import Stock
from core_record.access.service import AccessBasis, AccessRequest, Decision, LookUp, look_up
from core_record.registers.service import resolve_person
from dev.personas import persona
from kit.db import Database
from kit.identity.actor import Actor, ActorKind
from kit.identity.audiences import READ_RESULTS, RESULTS
from kit.ids import NationalId, parse_national_id
from results_service.lookup import service
from results_service.lookup.bundle import Answer, BundleWriter
from results_service.lookup.parameters import Search

LIMIT_MS = 2.0
_SEARCH = Search("DiagnosticReport")


def run(people: int = 30, reports: int = 55, requests: int = 2000) -> list[Figure]:
    """p50 of a look-up in the process itself, one after the other, with and without decision and log."""
    with temporary_instance() as instance:
        numbers = persons(people)
        Stock(instance).fill(numbers, reports)
        ours, without = asyncio.run(_both(instance, numbers, requests))
    figures = [
        Figure(f"decision + log row, {name}", a - b, "ms", LIMIT_MS if name == "p50" else None)
        for name, a, b in (
            ("p50", percentile(ours, 0.5), percentile(without, 0.5)),
            ("p95", percentile(ours, 0.95), percentile(without, 0.95)),
        )
    ]
    figures.append(Figure("look-up, p50", percentile(ours, 0.5), "ms", bare=percentile(without, 0.5)))
    figures.append(Figure("look-up, p95", percentile(ours, 0.95), "ms", bare=percentile(without, 0.95)))
    show("decision: what deciding and logging cost", figures, ["bare: the same look-up without the two"])
    return figures


async def _both(instance: Instance, numbers: list[str], requests: int) -> tuple[list[float], list[float]]:
    database = Database(instance.settings.dsn("akson_results"), general_plans=True)
    await database.open()
    actor = _actor()
    ours: list[float] = []
    without: list[float] = []
    try:
        for index in range(requests + 100):
            number = parse_national_id(numbers[index % len(numbers)])
            started = time.perf_counter()
            await _look_up(instance, database, actor, number)
            between = time.perf_counter()
            await _read_only(instance, database, number)
            ended = time.perf_counter()
            if index >= min(100, requests):  # the first ones warm up
                ours.append(1000 * (between - started))
                without.append(1000 * (ended - between))
    finally:
        await database.close()
    return ours, without


async def _look_up(instance: Instance, database: Database, actor: Actor, number: NationalId) -> None:
    async def read(conn: AsyncConnection[Any], person_id: UUID, _: Decision) -> LookUp[Answer]:
        answer = BundleWriter("", number)
        await service.search(conn, person_id, _SEARCH, answer, None)
        return LookUp(answer.joined(), answer.counts)

    declared = AccessRequest(AccessBasis.SAMTYKKE, "LE", "treatment", "benchmark")
    await look_up(database, instance.keys, actor, number, declared, ["DiagnosticReport"], read)


async def _read_only(instance: Instance, database: Database, number: NationalId) -> None:
    async with database.transaction() as conn:
        person_id = await resolve_person(conn, instance.keys, number)
        if person_id is None:
            raise LookupError("a person of the benchmark is gone")
        await conn.execute(f"SET LOCAL akson.person = '{person_id}'".encode(), prepare=False)
        answer = BundleWriter("", number)
        await service.search(conn, person_id, _SEARCH, answer, None)
        answer.joined()


def _actor() -> Actor:
    """The hospital doctor, as the verifier would find her."""
    who = persona("sykehuslege")
    return Actor(
        kind=ActorKind.CLINICIAN,
        subject="benchmark",
        client_id="benchmark",
        issuer="benchmark",
        audience=RESULTS,
        token_id="benchmark",  # noqa: S106 - a jti, no secret
        scopes=frozenset({READ_RESULTS}),
        security_level=4,
        national_id=parse_national_id(who.national_id or ""),
        hpr_number=who.hpr_number,
        organisation=who.org_parent,
        place=who.org_child,
    )
