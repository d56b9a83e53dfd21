"""The SQL of administration: organisations, personnel and their links. Private to this feature."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from core_record.registers.administration.models import (
    Link,
    Organisation,
    OrganisationSearch,
    PersonnelSearch,
    Worker,
)

_TREE = """
WITH RECURSIVE tree AS (
    SELECT o.*, 0 AS depth, ARRAY[o.name, o.org_number] AS place, ARRAY[o.org_number] AS walked
    FROM core_record.organisation o
    WHERE (o.parent IS NULL OR (%(own)s AND NOT o.parent = ANY(%(covered)s)))
    AND (NOT %(own)s OR o.org_number = ANY(%(covered)s))
    UNION ALL
    SELECT o.*, t.depth + 1, t.place || ARRAY[o.name, o.org_number], t.walked || o.org_number
    FROM core_record.organisation o JOIN tree t ON o.parent = t.org_number
    WHERE o.org_number <> ALL(t.walked)
)
SELECT org_number, name, kind, her_id, parent, municipality, valid_from, valid_to, depth,
    org_number = ANY(%(covered)s) AS own, count(*) OVER () AS total
FROM tree WHERE concat_ws(' ', name, org_number, her_id) ILIKE ALL (%(patterns)s::text[])
ORDER BY place OFFSET %(skip)s LIMIT %(count)s
"""

_WORKERS = """
WITH found AS (
    SELECT s.personnel_id, s.given_name, s.family_name, s.hpr_number FROM core_record.personnel s
    WHERE concat_ws(' ', s.given_name, s.family_name, s.hpr_number) ILIKE ALL (%(patterns)s::text[])
    AND EXISTS (SELECT 1 FROM core_record.employment e WHERE e.personnel_id = s.personnel_id
        AND e.org_number = ANY(%(places)s) AND coalesce(e.valid_to, 'infinity') >= %(since)s)
)
SELECT *, count(*) OVER () AS total FROM found
ORDER BY family_name, given_name, personnel_id OFFSET %(skip)s LIMIT %(count)s
"""
_CODES = """
SELECT personnel_id, code FROM core_record.authorisation
WHERE personnel_id = ANY(%(persons)s)
AND %(today)s::date BETWEEN valid_from AND coalesce(valid_to, 'infinity') ORDER BY code
"""
_LINKS = """
SELECT e.personnel_id, e.org_number, o.name AS organisation, e.role, e.valid_from, e.valid_to
FROM core_record.employment e JOIN core_record.organisation o USING (org_number)
WHERE e.personnel_id = ANY(%(persons)s) AND e.org_number = ANY(%(covered)s)
ORDER BY e.valid_from DESC, o.name, e.role
"""

Rows = list[dict[str, Any]]


async def tree(
    conn: AsyncConnection[Any], covered: frozenset[str], search: OrganisationSearch
) -> tuple[int, list[Organisation]]:
    """Organisations as a tree in reading order: the administrator's own, or all; and how many there are."""
    values = {
        "covered": sorted(covered),
        "own": search.own,
        "patterns": patterns(search.words),
        "skip": search.skip,
        "count": search.count,
    }
    rows = await _rows(conn, _TREE, values)
    return _total(rows), [msgspec.convert(row, Organisation) for row in rows]


async def workers(
    conn: AsyncConnection[Any], places: Sequence[str], search: PersonnelSearch, today: date
) -> tuple[int, Rows]:
    """Personnel who work at one of `places` (or did, with `past`); how many, and a page by name."""
    values = {
        "places": list(places),
        "patterns": patterns(search.words),
        "since": date.min if search.past else today,
        "skip": search.skip,
        "count": search.count,
    }
    rows = await _rows(conn, _WORKERS, values)
    return _total(rows), rows


async def described(
    conn: AsyncConnection[Any], covered: frozenset[str], found: Rows, today: date
) -> list[Worker]:
    """The same with today's authorisations, and links to the covered organisations alone."""
    values = {"persons": [row["personnel_id"] for row in found], "covered": sorted(covered), "today": today}
    codes: dict[UUID, list[str]] = {}
    for row in await _rows(conn, _CODES, values):
        codes.setdefault(row["personnel_id"], []).append(row["code"])
    links: dict[UUID, list[Link]] = {}
    for row in await _rows(conn, _LINKS, values):
        links.setdefault(row["personnel_id"], []).append(msgspec.convert(row, Link))
    return [
        Worker(
            personnel_id=row["personnel_id"],
            given_name=row["given_name"],
            family_name=row["family_name"],
            hpr_number=row["hpr_number"],
            codes=codes.get(row["personnel_id"], []),
            links=links.get(row["personnel_id"], []),
        )
        for row in found
    ]


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What the registers say of a person: names (Folkeregisteret's before the register of personnel's)."""

    names: tuple[str | None, str | None]
    is_personnel: bool


async def names_of(conn: AsyncConnection[Any], person_id: UUID) -> Known:
    """The names of the person this transaction serves."""
    person = await _one(
        conn,
        "SELECT given_name, family_name FROM core_record.person WHERE person_id = %s AND registered",
        (person_id,),
    )
    worker = await _one(
        conn,
        "SELECT given_name, family_name FROM core_record.personnel WHERE personnel_id = %s",
        (person_id,),
    )
    names = person or worker or (None, None)
    return Known(names=(names[0], names[1]), is_personnel=worker is not None)


async def is_personnel(conn: AsyncConnection[Any], personnel_id: UUID) -> bool:
    """Whether the register of personnel has the id."""
    statement = "SELECT 1 FROM core_record.personnel WHERE personnel_id = %s"
    return await _one(conn, statement, (personnel_id,)) is not None


async def rows_of(conn: AsyncConnection[Any], personnel_id: UUID) -> Rows:
    """One of the personnel, as `workers` has them."""
    statement = (
        "SELECT personnel_id, given_name, family_name, hpr_number FROM core_record.personnel"
        " WHERE personnel_id = %(id)s"
    )
    return await _rows(conn, statement, {"id": personnel_id})


async def organisation_exists_on(conn: AsyncConnection[Any], org_number: str, day: date) -> bool:
    """Whether an organisation is there and in operation that day."""
    statement = (
        "SELECT 1 FROM core_record.organisation WHERE org_number = %s"
        " AND %s::date BETWEEN coalesce(valid_from, '-infinity') AND coalesce(valid_to, 'infinity')"
    )
    return await _one(conn, statement, (org_number, day)) is not None


async def codes_on(conn: AsyncConnection[Any], personnel_id: UUID, day: date) -> frozenset[str]:
    """The authorisations (Volven 9060) of a day."""
    rows = await conn.execute(
        "SELECT code FROM core_record.authorisation WHERE personnel_id = %s"
        " AND %s::date BETWEEN valid_from AND coalesce(valid_to, 'infinity')",
        (personnel_id, day),
    )
    return frozenset(str(code) for (code,) in await rows.fetchall())


async def periods(
    conn: AsyncConnection[Any], personnel_id: UUID, org_number: str, role: str
) -> list[tuple[date, date | None]]:
    """The periods of somebody's links to a place in a role, oldest first."""
    rows = await conn.execute(
        "SELECT valid_from, valid_to FROM core_record.employment"
        " WHERE personnel_id = %s AND org_number = %s AND role = %s ORDER BY valid_from",
        (personnel_id, org_number, role),
    )
    return [(since, until) for since, until in await rows.fetchall()]


async def lock(conn: AsyncConnection[Any], what: str) -> None:
    """Until the end of the transaction nobody else writes the same."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", (what,))


def patterns(words: str) -> list[str]:
    """ILIKE patterns: each word anywhere."""
    escaped = (w.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for w in words.split())
    return [f"%{word}%" for word in escaped]


def _total(rows: Rows) -> int:
    return int(rows[0]["total"]) if rows else 0


async def _rows(conn: AsyncConnection[Any], statement: LiteralString, values: dict[str, Any]) -> Rows:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement, values)
        return await cursor.fetchall()


async def _one(conn: AsyncConnection[Any], statement: LiteralString, values: tuple[Any, ...]) -> Any:
    return await (await conn.execute(statement, values)).fetchone()
