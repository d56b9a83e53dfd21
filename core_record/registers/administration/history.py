"""Who changed which register row, when, why, and what was there before. Private to this feature."""

from __future__ import annotations

from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from core_record.registers.administration.models import ChangeRow, ChangeSearch

# Links to one's own organisations, the personnel who have one, and substitutes at one's own offices. What is
# told of the rows leaves out ids; numbers of persons are never among them.
_CHANGES = """
SELECT c.at, c.register, c.before, c.after, c.source, c.actor_name, c.reason,
    (SELECT concat_ws(' ', s.given_name, s.family_name) FROM core_record.personnel s
        WHERE s.personnel_id::text = c.after ->> 'personnel_id' OR s.hpr_number = c.after ->> 'substitute_hpr'
        LIMIT 1) AS name,
    (SELECT o.name FROM core_record.organisation o WHERE o.org_number = c.after ->> 'org_number') AS place,
    count(*) OVER () AS total
FROM core_record.register_change c
WHERE (c.register IN ('employment', 'administration') AND c.after ->> 'org_number' = ANY(%(places)s)
    OR c.register IN ('organisation', 'department') AND %(person)s::uuid IS NULL
        AND c.after ->> 'org_number' = ANY(%(places)s)
    OR c.register = 'gp_substitute' AND %(whole)s AND c.after ->> 'hpr_number' = ANY(%(gps)s)
    OR c.register IN ('personnel', 'authorisation') AND EXISTS (
        SELECT 1 FROM core_record.employment e WHERE e.org_number = ANY(%(places)s)
        AND e.personnel_id::text = c.after ->> 'personnel_id'))
AND (%(person)s::uuid IS NULL OR c.after ->> 'personnel_id' = %(person)s::text)
ORDER BY c.at DESC, c.change_id DESC OFFSET %(skip)s LIMIT %(count)s
"""
_HIDDEN = frozenset({"personnel_id"})


async def changes(
    conn: AsyncConnection[Any], places: list[str], gps: list[str], search: ChangeSearch
) -> tuple[int, list[ChangeRow]]:
    """Changes at `places`, and of substitutes for the GPs with HPR numbers `gps`; how many, and a page."""
    values = {
        "places": places,
        "gps": gps,
        "whole": search.place is None and search.personnel_id is None,
        "person": search.personnel_id,
        "skip": search.skip,
        "count": search.count,
    }
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_CHANGES, values)
        rows = await cursor.fetchall()
    total = int(rows[0]["total"]) if rows else 0
    return total, [msgspec.convert(_told(row), ChangeRow) for row in rows]


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"before": _shown(row["before"]), "after": _shown(row["after"])}


def _shown(values: dict[str, Any] | None) -> dict[str, Any] | None:
    return {k: v for k, v in values.items() if k not in _HIDDEN} if values is not None else None
