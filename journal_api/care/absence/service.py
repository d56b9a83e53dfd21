"""Absences of a unit and who stands in. The transaction serves the unit (`akson.unit`); about no patient."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import class_row

from journal_api.care.units.service import colleagues, personnel_names
from kit.errors import Conflict, NotFound, Unprocessable

_AHEAD = timedelta(days=2 * 366)
_ACTING = """
SELECT personnel_id FROM journal.absence
WHERE stand_in = %s AND %s BETWEEN valid_from AND valid_to AND withdrawn_at IS NULL
"""
_PUT = """
INSERT INTO journal.absence (unit, absence_id, personnel_id, stand_in, valid_from, valid_to, made_by)
VALUES (%(unit)s, %(id)s, %(personnel)s, %(stand_in)s, %(first)s, %(last)s, %(by)s) ON CONFLICT DO NOTHING
"""
_ONE = """
SELECT personnel_id, stand_in, valid_from, valid_to FROM journal.absence
WHERE unit = %s AND absence_id = %s
"""
_WITHDRAW = """
UPDATE journal.absence SET withdrawn_at = coalesce(withdrawn_at, clock_timestamp()),
    withdrawn_by = coalesce(withdrawn_by, %(by)s)
WHERE unit = %(unit)s AND absence_id = %(id)s
"""
_AWAY = """
SELECT personnel_id, valid_from, valid_to FROM journal.absence
WHERE unit = %s AND personnel_id = ANY(%s) AND withdrawn_at IS NULL
"""
_LISTED = """
SELECT absence_id AS id, personnel_id AS personnel, stand_in, valid_from AS first, valid_to AS last
FROM journal.absence WHERE unit = %s AND valid_to >= %s AND withdrawn_at IS NULL
ORDER BY valid_from, absence_id LIMIT 500
"""


class Away(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is away, who stands in, first and last day."""

    personnel: UUID
    stand_in: UUID
    first: date
    last: date


class Absence(msgspec.Struct, frozen=True, omit_defaults=True):
    """An absence as it is listed."""

    id: UUID
    personnel: UUID
    stand_in: UUID
    first: date
    last: date
    name: str = ""
    stand_in_name: str = ""


async def acting_for(conn: AsyncConnection[Any], personnel_id: UUID, day: date) -> set[UUID]:
    """For whom somebody acts that day in the unit this transaction serves: oneself, and who is away."""
    found = await conn.execute(_ACTING, (personnel_id, day))
    return {personnel_id, *(one for (one,) in await found.fetchall())}


async def away_on(
    conn: AsyncConnection[Any], unit: str, people: Collection[UUID]
) -> dict[UUID, list[tuple[date, date]]]:
    """First and last days on which these are away from the unit."""
    found: dict[UUID, list[tuple[date, date]]] = {}
    rows = await conn.execute(_AWAY, (unit, sorted(people)))
    for personnel_id, first, last in await rows.fetchall():
        found.setdefault(personnel_id, []).append((first, last))
    return found


async def write(
    conn: AsyncConnection[Any], unit: str, absence_id: UUID, away: Away, by: UUID, today: date
) -> None:
    """Keep an absence; the same once more changes nothing.

    Raises `Unprocessable` (`absence-days`, `stand-in-self`, `personnel-not-there`), `Conflict` (`id-used`).
    """
    if not away.first <= away.last <= today + _AHEAD or away.last < today:
        raise Unprocessable("absence-days", "Name a first and a last day, the last within two years.")
    if away.personnel == away.stand_in:
        raise Unprocessable("stand-in-self", "Nobody stands in for oneself.")
    day = max(away.first, today)
    there = {one.id for one in await colleagues(conn, unit, day, [away.personnel, away.stand_in])}
    if there != {away.personnel, away.stand_in}:
        raise Unprocessable("personnel-not-there", "The register does not have both as working there then.")
    values = msgspec.structs.asdict(away) | {"unit": unit, "id": absence_id, "by": by}
    if (await conn.execute(_PUT, values)).rowcount == 1:
        return
    row = await (await conn.execute(_ONE, (unit, absence_id))).fetchone()
    if row is None or tuple(row) != (away.personnel, away.stand_in, away.first, away.last):
        raise Conflict("id-used", "This id is in use. Make a new one.")


async def withdraw(conn: AsyncConnection[Any], unit: str, absence_id: UUID, by: UUID) -> None:
    """End an absence as if it were not; once more changes nothing. Raises `NotFound` (`absence-unknown`)."""
    done = await conn.execute(_WITHDRAW, {"unit": unit, "id": absence_id, "by": by})
    if done.rowcount == 0:
        raise NotFound("absence-unknown", "The unit has no such absence.")


async def listing(conn: AsyncConnection[Any], unit: str, since: date) -> list[Absence]:
    """The unit's absences that are not over on a day, with names, the earliest first."""
    async with conn.cursor(row_factory=class_row(Absence)) as cursor:
        await cursor.execute(_LISTED, (unit, since))
        found = await cursor.fetchall()
    names = await personnel_names(conn, {one for row in found for one in (row.personnel, row.stand_in)})
    return [
        msgspec.structs.replace(
            row, name=names.get(row.personnel, ""), stand_in_name=names.get(row.stand_in, "")
        )
        for row in found
    ]
