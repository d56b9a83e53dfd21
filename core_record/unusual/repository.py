"""The list's SQL, for those who follow up. The transaction serves the unit. Private to this feature."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import AsyncConnection

from core_record.unusual.models import Entry, ListSearch, Review, SeenRow

_COLUMNS = (
    "u.entry_id, u.first_at, u.reasons, s.given_name || ' ' || s.family_name, u.outcome, u.review_reason,"
    " u.reviewed_at"
)
_FROM = (
    " FROM core_record.unusual_access u LEFT JOIN core_record.personnel s ON s.personnel_id = u.personnel_id"
    " WHERE u.unit = %(unit)s"
)
_CHOSEN = (
    _FROM + " AND (u.reviewed_at IS NULL) = %(open)s"
    " AND (%(reason)s::text IS NULL OR %(reason)s = ANY (u.reasons))"
)
_COUNTS = (
    "SELECT r, count(*) FROM core_record.unusual_access u, unnest(u.reasons) AS r"
    " WHERE u.unit = %(unit)s AND (u.reviewed_at IS NULL) = %(open)s GROUP BY r"
)
_ROWS = (
    "SELECT at, basis, relation, reason, items, coalesce(place_name, organisation_name)"
    " FROM core_record.access_log WHERE person_id = %s AND actor_hash = %s AND organisation = %s"
    " AND at >= %s AND at < %s ORDER BY seq"
)
_REVIEW = (
    "UPDATE core_record.unusual_access SET outcome = %(outcome)s, review_reason = %(reason)s,"
    " reviewed_at = clock_timestamp(), reviewed_by = %(by)s"
    " WHERE unit = %(unit)s AND entry_id = %(entry)s"
    " AND (reviewed_at IS NULL OR (outcome, review_reason) IS DISTINCT FROM (%(outcome)s, %(reason)s))"
)


class Place(NamedTuple):
    """Where an entry's rows lie."""

    entry: Entry
    person_id: UUID
    actor_hash: bytes
    hour: Any


async def page(
    conn: AsyncConnection[Any], unit: str, search: ListSearch
) -> tuple[int, list[Entry], dict[str, int]]:
    """How many entries, a page of them (newest first), and how many of the state have each reason."""
    values = {
        "unit": unit,
        "open": search.state == "open",
        "reason": search.reason,
        "skip": search.skip,
        "count": search.count,
    }
    total = await (await conn.execute("SELECT count(*)" + _CHOSEN, values)).fetchone()
    rows = await conn.execute(
        "SELECT "
        + _COLUMNS
        + _CHOSEN
        + " ORDER BY u.first_at DESC, u.entry_id OFFSET %(skip)s LIMIT %(count)s",
        values,
    )
    entries = [_entry(row) for row in await rows.fetchall()]
    counts = await (await conn.execute(_COUNTS, values)).fetchall()
    return (total[0] if total else 0), entries, {str(code): int(number) for code, number in counts}


async def find(conn: AsyncConnection[Any], unit: str, entry_id: UUID) -> Place | None:
    """One entry of the unit's."""
    found = await conn.execute(
        "SELECT " + _COLUMNS + ", u.person_id, u.actor_hash, u.hour" + _FROM + " AND u.entry_id = %(entry)s",
        {"unit": unit, "entry": entry_id},
    )
    row = await found.fetchone()
    return Place(_entry(row), row[7], bytes(row[8]), row[9]) if row else None


async def rows(conn: AsyncConnection[Any], unit: str, place: Place) -> list[SeenRow]:
    """The visit's rows of the person's log, at this organisation alone; the transaction serves the person."""
    until = place.hour + timedelta(hours=1)
    found = await conn.execute(_ROWS, (place.person_id, place.actor_hash, unit, place.hour, until))
    return [
        SeenRow(at=at, basis=basis, relation=relation, reason=reason, items=items, place=where)
        for at, basis, relation, reason, items, where in await found.fetchall()
    ]


async def person(conn: AsyncConnection[Any], person_id: UUID) -> tuple[str | None, int | None]:
    """Name and year of birth; the transaction serves the person."""
    found = await conn.execute(
        "SELECT given_name || ' ' || family_name, extract(year FROM birth_date)::int"
        " FROM core_record.person WHERE person_id = %s",
        (person_id,),
    )
    row = await found.fetchone()
    return (row[0], row[1]) if row else (None, None)


async def review(conn: AsyncConnection[Any], unit: str, entry_id: UUID, done: Review, by: UUID) -> None:
    """Note what came of an entry; the same once more changes nothing."""
    values = {"unit": unit, "entry": entry_id, "outcome": done.outcome, "reason": done.reason, "by": by}
    await conn.execute(_REVIEW, values)


def _entry(row: tuple[Any, ...]) -> Entry:
    return Entry(
        entry_id=row[0],
        first_at=row[1],
        reasons=list(row[2]),
        personnel=row[3],
        outcome=row[4],
        review_reason=row[5],
        reviewed_at=row[6],
    )
