"""The SQL of moving. Private to this feature."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import class_row

from journal_api.journal.entries.models import Entry, Stamp

Connection = AsyncConnection[Any]
_NOTE = """
INSERT INTO journal.moved (person_id, move_id, entry_id, direction, kind, written, at, by_id, by_name,
    by_role, org_number, why)
VALUES (%(person)s, %(move)s, %(entry)s, %(direction)s, %(kind)s, %(written)s, %(at)s, %(by)s, %(name)s,
    %(role)s, %(unit)s, %(why)s)
"""
_TRACES = """
SELECT move_id AS move, entry_id AS entry, direction, kind, written, at, by_name AS name, by_role AS role,
    org_number AS unit, why
FROM journal.moved WHERE person_id = %s AND kind = ANY(%s) ORDER BY at DESC, entry_id LIMIT 200
"""
_DONE = """
SELECT entry_id FROM journal.moved WHERE person_id = %s AND move_id = %s AND direction = 'away'
"""


class Trace(msgspec.Struct, frozen=True, omit_defaults=True):
    """An entry was moved away from this journal, or here from another person's. `written`: when it was made;
    `name`, `role`, `unit`: who moved it; `why` at the new place alone."""

    move: UUID
    entry: UUID
    direction: str
    kind: str
    written: datetime
    at: datetime
    name: str
    unit: str
    role: str | None = None
    why: str | None = None


async def note(
    conn: Connection,
    person_id: UUID,
    move_id: UUID,
    direction: str,
    moved: Sequence[Entry],
    by: Stamp,
    unit: str,
    why: str | None,
) -> None:
    """A trace of each entry on one side; the transaction serves that side's person."""
    for entry in moved:
        values = {
            "person": person_id,
            "move": move_id,
            "entry": entry.id,
            "direction": direction,
            "kind": entry.kind,
            "written": entry.made.at,
            "at": by.at,
            "by": by.by,
            "name": by.name,
            "role": by.role,
            "unit": unit,
            "why": why,
        }
        await conn.execute(_NOTE, values)


async def traces(conn: Connection, person_id: UUID, kinds: Collection[str]) -> list[Trace]:
    """What was moved from or to this journal, newest first."""
    async with conn.cursor(row_factory=class_row(Trace)) as cursor:
        await cursor.execute(_TRACES, (person_id, sorted(kinds)))
        return await cursor.fetchall()


async def done(conn: Connection, person_id: UUID, move_id: UUID) -> list[UUID]:
    """The entries that this move has taken away already."""
    found = await conn.execute(_DONE, (person_id, move_id))
    return [entry for (entry,) in await found.fetchall()]


async def move(
    conn: Connection, from_person: UUID, to_person: UUID, entries: Sequence[UUID], units: Collection[str]
) -> None:
    """Move the entries with their versions, and their items on the units' lists."""
    await conn.execute(
        "SELECT journal.move_entries(%s, %s, %s, %s)", (from_person, to_person, list(entries), sorted(units))
    )
