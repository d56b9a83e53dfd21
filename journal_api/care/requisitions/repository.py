"""The SQL of orders: read beside the entries' own path by what has no reader. Private to this feature."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from journal_api.care.requisitions.models import KIND, Placed, read_body

Connection = AsyncConnection[Any]
_SELECT = """
SELECT e.entry_id, e.state, e.at, e.org_number, e.body, r.line
FROM journal.entry e {join} JOIN journal.requisition r USING (person_id, entry_id)
WHERE e.person_id = %(person)s AND e.kind = %(kind)s
"""
_FOLLOWED = _SELECT.format(join="") + " AND e.state = 'active' ORDER BY e.at DESC, e.entry_id"
_NUMBERED = (
    _SELECT.format(join="LEFT")
    + " AND e.state IN ('active', 'cancelled', 'elsewhere') AND e.body ->> 'number' = ANY(%(numbers)s)"
    + " ORDER BY e.at DESC, e.entry_id"
)
_ANSWERED = "SELECT entry_id FROM journal.requisition WHERE person_id = %s AND line LIKE 'answered%%'"
_LINES = "SELECT entry_id, line FROM journal.requisition WHERE person_id = %s"
_LINE = """
INSERT INTO journal.requisition (person_id, entry_id, line) VALUES (%s, %s, %s)
ON CONFLICT (person_id, entry_id) DO UPDATE SET line = excluded.line
"""
_UNIT = "SELECT name FROM core_record.organisation WHERE org_number = %s"
_HOLD = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 8103))"
_RECEIVER = """
SELECT name FROM core_record.organisation WHERE org_number = %s AND kind IN ('laboratory', 'radiology')
"""
_RECEIVERS = """
SELECT org_number, name, kind FROM core_record.organisation WHERE kind IN ('laboratory', 'radiology')
    AND CURRENT_DATE BETWEEN coalesce(valid_from, '-infinity') AND coalesce(valid_to, 'infinity')
ORDER BY name, org_number LIMIT 500
"""


async def hold(conn: Connection, person_id: UUID) -> None:
    """Nobody else brings this person's lines up to date until the transaction ends."""
    await conn.execute(_HOLD, (f"{KIND}:{person_id}",))


async def followed(conn: Connection, person_id: UUID) -> list[Placed]:
    """The person's active orders that are followed up here, answered ones too; newest first."""
    found = await conn.execute(_FOLLOWED, {"person": person_id, "kind": KIND})
    return [_placed(row) for row in await found.fetchall()]


async def numbered(conn: Connection, person_id: UUID, numbers: Sequence[str]) -> list[Placed]:
    """The person's orders with one of these numbers; newest first."""
    found = await conn.execute(_NUMBERED, {"person": person_id, "kind": KIND, "numbers": list(numbers)})
    return [_placed(row) for row in await found.fetchall()]


async def keep_line(conn: Connection, person_id: UUID, entry_id: UUID, line: str) -> None:
    """What an order's line says now."""
    await conn.execute(_LINE, (person_id, entry_id, line))


async def lines(conn: Connection, person_id: UUID) -> dict[UUID, str]:
    """What the line of each of the person's orders said last."""
    return dict(await (await conn.execute(_LINES, (person_id,))).fetchall())


async def answered(conn: Connection, person_id: UUID) -> set[UUID]:
    """Ids of the orders whose line says that they are answered."""
    return {entry for (entry,) in await (await conn.execute(_ANSWERED, (person_id,))).fetchall()}


async def receiver_name(conn: Connection, org_number: str) -> str | None:
    """The name of a laboratory or radiology service; None where the register has none."""
    row = await (await conn.execute(_RECEIVER, (org_number,))).fetchone()
    return row[0] if row else None


async def unit_name(conn: Connection, org_number: str) -> str:
    """The name of the unit that ordered; its number where the register has none."""
    row = await (await conn.execute(_UNIT, (org_number,))).fetchone()
    return str(row[0]) if row else org_number


async def receivers(conn: Connection) -> list[tuple[str, str, str]]:
    """(number, name, kind) of every laboratory and radiology service, by name."""
    return await (await conn.execute(_RECEIVERS)).fetchall()


def _placed(row: Sequence[Any]) -> Placed:
    return Placed(row[0], row[1], row[2], row[3], read_body(row[4]), row[5])
