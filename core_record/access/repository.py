"""The decision's SQL. Private to this feature."""

from __future__ import annotations

from datetime import date
from typing import Any, LiteralString
from uuid import UUID

from psycopg import AsyncConnection

from core_record.access.models import AccessRequest, Facts
from kit.identity.actor import Actor

_OPEN = "SELECT * FROM core_record.open_look_up(%s, %s, %s, %s, %s, %s, %s)"
_FACTS = "SELECT * FROM core_record.decision_facts(%s, core_record.resolve_number(%s), %s, %s, %s, %s, %s)"


async def open_look_up(
    conn: AsyncConnection[Any],
    number_hash: bytes,
    actor_hash: bytes | None,
    actor: Actor,
    request: AccessRequest,
    today: date,
) -> Facts:
    """Resolve the person, make the transaction serve that person, and read what the decision needs."""
    return await _facts(conn, _OPEN, (number_hash, actor_hash, *_stated(actor, request), today))


async def facts(
    conn: AsyncConnection[Any],
    person_id: UUID | None,
    actor_hash: bytes | None,
    actor: Actor,
    request: AccessRequest,
    today: date,
) -> Facts:
    """The same for a person already resolved; the transaction must serve that person."""
    return await _facts(conn, _FACTS, (person_id, actor_hash, *_stated(actor, request), today))


def _stated(actor: Actor, request: AccessRequest) -> tuple[str | None, ...]:
    return actor.hpr_number, request.role, actor.organisation, actor.place


async def _facts(conn: AsyncConnection[Any], statement: LiteralString, values: tuple[Any, ...]) -> Facts:
    row = await (await conn.execute(statement, values)).fetchone()
    assert row is not None  # noqa: S101 - the functions always answer one row
    return Facts(*row)
