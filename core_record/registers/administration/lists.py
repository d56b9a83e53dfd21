"""The SQL of GP lists and substitutes. Private to this feature."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection, sql
from psycopg.rows import dict_row

from core_record.registers.administration.models import GpList, SubstituteRow

_OFFICES = """
SELECT o.org_number, o.name FROM core_record.organisation o
WHERE o.kind = 'gp_office' AND o.parent IS NOT NULL
AND (o.org_number = ANY(%(covered)s) OR o.municipality IN (
    SELECT m.municipality FROM core_record.organisation m
    WHERE m.org_number = ANY(%(covered)s) AND m.kind = 'municipality'))
ORDER BY o.name, o.org_number
"""
_GPS = """
SELECT s.hpr_number, concat_ws(' ', s.given_name, s.family_name) AS name
FROM core_record.personnel s
WHERE s.hpr_number = ANY(%(listed)s) OR s.personnel_id IN (
    SELECT e.personnel_id FROM core_record.employment e
    WHERE e.org_number = %(office)s AND e.role = 'LE' AND s.hpr_number IS NOT NULL
    AND %(today)s::date BETWEEN e.valid_from AND coalesce(e.valid_to, 'infinity'))
ORDER BY s.family_name, s.given_name, s.hpr_number
"""
_LISTED = """
SELECT p.assignee, count(*) FROM core_record.own_patient p
WHERE p.unit = %(office)s AND %(today)s::date BETWEEN p.valid_from AND coalesce(p.valid_to, 'infinity')
GROUP BY p.assignee
"""
_SUBSTITUTES = """
SELECT t.hpr_number AS gp, t.substitute_hpr AS hpr_number, t.valid_from, t.valid_to,
    concat_ws(' ', s.given_name, s.family_name) AS name
FROM core_record.gp_substitute t JOIN core_record.personnel s ON s.hpr_number = t.substitute_hpr
WHERE t.hpr_number = ANY(%(gps)s) AND coalesce(t.valid_to, 'infinity') >= %(since)s::date
ORDER BY t.valid_from DESC, name
"""
_WORKS_AT = """
SELECT s.personnel_id FROM core_record.personnel s JOIN core_record.employment e USING (personnel_id)
WHERE s.hpr_number = %(hpr)s AND e.org_number = %(office)s AND e.role = 'LE'
AND %(day)s::date BETWEEN e.valid_from AND coalesce(e.valid_to, 'infinity')
"""


async def offices(conn: AsyncConnection[Any], covered: frozenset[str]) -> list[tuple[str, str]]:
    """GP offices of the organisations covered, and of the municipalities among them: number and name."""
    rows = await conn.execute(_OFFICES, {"covered": sorted(covered)})
    return [(str(number), str(name)) for number, name in await rows.fetchall()]


async def gp_lists(
    conn: AsyncConnection[Any], office: tuple[str, str], today: date, since: date
) -> list[GpList]:
    """The lists of one office, with substitutes since `since`. The transaction then serves the office."""
    await conn.execute(sql.SQL("SET LOCAL akson.unit = {}").format(sql.Literal(office[0])), prepare=False)
    values = {"office": office[0], "today": today, "since": since}
    patients = dict(await (await conn.execute(_LISTED, values)).fetchall())
    gps = await (await conn.execute(_GPS, values | {"listed": list(patients)})).fetchall()
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_SUBSTITUTES, values | {"gps": [hpr for hpr, _ in gps]})
        found = await cursor.fetchall()
    standing_in = {row["hpr_number"] for row in found}
    return [
        GpList(
            org_number=office[0],
            office=office[1],
            hpr_number=hpr,
            name=name,
            patients=patients.get(hpr, 0),
            substitutes=[msgspec.convert(row, SubstituteRow) for row in found if row["gp"] == hpr],
        )
        for hpr, name in gps
        if patients.get(hpr) or hpr not in standing_in
    ]


async def works_at(conn: AsyncConnection[Any], hpr_number: str, office: str, day: date) -> UUID | None:
    """The doctor of an HPR number, if employed at the office that day."""
    row = await (await conn.execute(_WORKS_AT, {"hpr": hpr_number, "office": office, "day": day})).fetchone()
    return row[0] if row else None


async def personnel(conn: AsyncConnection[Any], hpr_number: str) -> UUID | None:
    """Who has an HPR number."""
    statement = "SELECT personnel_id FROM core_record.personnel WHERE hpr_number = %s"
    row = await (await conn.execute(statement, (hpr_number,))).fetchone()
    return row[0] if row else None


async def substitutions(
    conn: AsyncConnection[Any], gp: str, substitute: str
) -> list[tuple[date, date | None]]:
    """The periods in which one stands in for the other."""
    rows = await conn.execute(
        "SELECT valid_from, valid_to FROM core_record.gp_substitute"
        " WHERE hpr_number = %s AND substitute_hpr = %s ORDER BY valid_from",
        (gp, substitute),
    )
    return [(since, until) for since, until in await rows.fetchall()]


async def linked_throughout(
    conn: AsyncConnection[Any], personnel_id: UUID, office: str, since: date, until: date
) -> bool:
    """Whether one link as a doctor at the office touches the period: nothing is added beside it then."""
    statement = (
        "SELECT EXISTS (SELECT 1 FROM core_record.employment WHERE personnel_id = %s AND org_number = %s"
        " AND role = 'LE' AND valid_from <= %s AND coalesce(valid_to, 'infinity') >= %s)"
    )
    row = await (await conn.execute(statement, (personnel_id, office, since, until))).fetchone()
    return bool(row and row[0])


async def came_with(
    conn: AsyncConnection[Any], personnel_id: UUID, office: str, since: date, until: date | None
) -> bool:
    """Whether there is a link with exactly the substitution's days, made with it."""
    statement = (
        "SELECT EXISTS (SELECT 1 FROM core_record.employment WHERE personnel_id = %s AND org_number = %s"
        " AND role = 'LE' AND valid_from = %s AND valid_to IS NOT DISTINCT FROM %s)"
    )
    row = await (await conn.execute(statement, (personnel_id, office, since, until))).fetchone()
    return bool(row and row[0])
