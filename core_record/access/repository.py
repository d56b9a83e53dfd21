"""The decision's SQL. Private to this feature."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.pq.abc import PGresult

from core_record.access.models import AccessRequest, Facts
from kit import wire
from kit.identity.actor import Actor

_OPEN = wire.Statement(
    "SELECT * FROM core_record.decision_facts("
    "core_record.serve_number(%s), core_record.resolve_number(%s), %s, %s, %s, %s, %s, %s)"
)
_FACTS = wire.Statement(
    "SELECT * FROM core_record.decision_facts(%s, core_record.resolve_number(%s), %s, %s, %s, %s, %s, %s)"
)

OPERATING_ROLE = "DRIFT"
"""A role of ours in the register of employments: Volven 9060 has none for those who operate a service."""
_OPERATES = """
SELECT EXISTS (SELECT 1 FROM core_record.employment e
    JOIN core_record.organisation o ON o.org_number = e.org_number AND o.kind = 'agency'
    WHERE e.personnel_id = %(actor)s AND e.org_number = %(organisation)s AND e.role = %(role)s
    AND %(today)s::date BETWEEN e.valid_from AND coalesce(e.valid_to, 'infinity'))
"""


async def open_look_up(
    conn: AsyncConnection[Any],
    number_hash: bytes,
    actor_hash: bytes | None,
    actor: Actor,
    request: AccessRequest,
    today: date,
) -> Facts:
    """Resolve the person, make the transaction serve that person, and read what the decision needs.

    The first statement of a transaction: its BEGIN goes in the same round trip.
    """
    values = (number_hash, actor_hash, *_stated(actor, request), today, request.attestation)
    (found,) = await wire.run(conn, (_OPEN, values))
    return _facts(conn, found)


async def open_and_read(
    conn: AsyncConnection[Any],
    number_hash: bytes,
    actor_hash: bytes | None,
    actor: Actor,
    request: AccessRequest,
    today: date,
    step: wire.Step,
    *,
    apart: bool,
) -> tuple[Facts, PGresult]:
    """The same, and one step more for the person served; what it found is given out as it came.

    `apart`: they are a transaction of their own, over on return.
    """
    values = (number_hash, actor_hash, *_stated(actor, request), today, request.attestation)
    found, came = await wire.run(conn, (_OPEN, values), step, apart=apart)
    return _facts(conn, found), came


async def facts(
    conn: AsyncConnection[Any],
    person_id: UUID | None,
    actor_hash: bytes | None,
    actor: Actor,
    request: AccessRequest,
    today: date,
) -> Facts:
    """The same for a person already resolved; the transaction must serve that person."""
    values = (person_id, actor_hash, *_stated(actor, request), today, request.attestation)
    (found,) = await wire.run(conn, (_FACTS, values))
    return _facts(conn, found)


async def operates(
    conn: AsyncConnection[Any], actor_id: UUID | None, organisation: str | None, today: date
) -> bool:
    """Whether someone is employed today to operate the service, by the agency logged in for."""
    values = {"actor": actor_id, "organisation": organisation, "role": OPERATING_ROLE, "today": today}
    row = await (await conn.execute(_OPERATES, values)).fetchone()
    return bool(row and row[0])


def _stated(actor: Actor, request: AccessRequest) -> tuple[str | None, ...]:
    return actor.hpr_number, request.role, actor.organisation, actor.place


def _facts(conn: AsyncConnection[Any], result: PGresult) -> Facts:
    (row,) = wire.rows(conn, result)  # the functions always answer one row
    return Facts(*row)
