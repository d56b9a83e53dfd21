"""What the journal asks the registers about units: which one it is, and who works there today."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import class_row

from core_record.access.journal import MUNICIPAL
from kit.errors import Unprocessable
from kit.norway import today_in_norway

# Where somebody works and reads lists: not closed, and not the owner of places of its own.
_UNITS = """
SELECT o.org_number AS number, o.name, o.kind FROM core_record.organisation o
WHERE (%(only)s::text IS NULL OR o.org_number = %(only)s) AND o.kind = ANY(%(kinds)s)
    AND %(day)s BETWEEN coalesce(o.valid_from, '-infinity') AND coalesce(o.valid_to, 'infinity')
    AND NOT EXISTS (SELECT 1 FROM core_record.organisation c WHERE c.parent = o.org_number)
ORDER BY o.name, o.org_number LIMIT 2000
"""
_COLLEAGUES = """
SELECT s.personnel_id AS id, concat_ws(' ', s.given_name, s.family_name) AS name,
    array_agg(DISTINCT e.role) AS works_as,
    ARRAY(SELECT a.code FROM core_record.authorisation a WHERE a.personnel_id = s.personnel_id
        AND %(day)s BETWEEN a.valid_from AND coalesce(a.valid_to, 'infinity') ORDER BY a.code) AS roles
FROM core_record.employment e JOIN core_record.personnel s USING (personnel_id)
WHERE e.org_number = %(unit)s AND %(day)s BETWEEN e.valid_from AND coalesce(e.valid_to, 'infinity')
    AND (%(only)s::uuid[] IS NULL OR s.personnel_id = ANY(%(only)s))
GROUP BY s.personnel_id, s.given_name, s.family_name ORDER BY s.family_name, s.given_name, s.personnel_id
"""
_NAMES = """
SELECT personnel_id, concat_ws(' ', given_name, family_name) FROM core_record.personnel
WHERE personnel_id = ANY(%s)
"""


class Colleague(msgspec.Struct, frozen=True):
    """Somebody who works in a unit: `works_as` by the register of employments, `roles` of Volven 9060."""

    id: UUID
    name: str
    works_as: list[str]
    roles: list[str]


class Unit(msgspec.Struct, frozen=True):
    """A place of work that shares this journal: `kind` by the register of organisations."""

    number: str
    name: str
    kind: str


async def units(conn: AsyncConnection[Any], day: date, only: str | None = None) -> list[Unit]:
    """The places that share this journal and can be written to, by name; `only` this one."""
    async with conn.cursor(row_factory=class_row(Unit)) as cursor:
        await cursor.execute(_UNITS, {"kinds": sorted(MUNICIPAL), "day": day, "only": only})
        return await cursor.fetchall()


async def need_unit(conn: AsyncConnection[Any], org_number: str) -> str:
    """The name of a place that can be written to. Raises `Unprocessable` (`unit-unknown`)."""
    found = await units(conn, today_in_norway(), org_number)
    if not found:
        raise Unprocessable("unit-unknown", "The register has no such place that shares this journal.")
    return found[0].name


async def colleagues(
    conn: AsyncConnection[Any], unit: str, day: date, only: Collection[UUID] | None = None
) -> list[Colleague]:
    """Who works in the unit on that day, by name; `only` these."""
    values = {"unit": unit, "day": day, "only": sorted(only) if only is not None else None}
    async with conn.cursor(row_factory=class_row(Colleague)) as cursor:
        await cursor.execute(_COLLEAGUES, values)
        return await cursor.fetchall()


async def need_colleague(conn: AsyncConnection[Any], unit: str, day: date, personnel_id: UUID) -> Colleague:
    """Somebody who works there. Raises `Unprocessable` (`personnel-not-there`)."""
    found = await colleagues(conn, unit, day, [personnel_id])
    if not found:
        raise Unprocessable("personnel-not-there", "The register does not have this person as working there.")
    return found[0]


async def personnel_names(conn: AsyncConnection[Any], people: Collection[UUID]) -> dict[UUID, str]:
    """The name of each health worker that the register knows."""
    if not people:
        return {}
    return dict(await (await conn.execute(_NAMES, (sorted(people),))).fetchall())
