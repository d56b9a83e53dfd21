"""Reading what is stored about one person: reports, the index of their resources, versions, what waits.

Every function runs in the caller's transaction, which must serve the person (row-level security shows nothing
otherwise). Bodies come as stored, without `subject`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, LiteralString
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection, sql
from psycopg.rows import tuple_row

from results_service.reports.packing import Entry, Packed, decompress, unpack, unpack_entries
from results_service.reports.tokens import token

__all__ = [
    "Comparison",
    "Entry",
    "HistoryRow",
    "IndexRow",
    "Packed",
    "ReportFilter",
    "ReportRow",
    "Waiting",
    "history",
    "indexes",
    "newest",
    "resources",
    "token",
    "waiting",
]

Comparison = Literal["<", "<=", ">", ">="]
# How long the clinician has to look first (clinical rule 4, Helseplattformen's class 2).
DELAY = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """What a search of reports asks for; every field narrows.

    `codes` and `tags`: for each parameter given, the search tokens of which one must fit. `dates` compare
    with `effective`. `released_at`: only what a citizen may see at that time.
    """

    ids: tuple[UUID, ...] | None = None
    dates: tuple[tuple[Comparison, datetime], ...] = ()
    categories: tuple[str, ...] | None = None
    statuses: tuple[str, ...] | None = None
    codes: tuple[tuple[int, ...], ...] = ()
    tags: tuple[tuple[int, ...], ...] = ()
    released_at: datetime | None = None


class ReportRow(Struct, frozen=True):
    """A shown report and its DiagnosticReport."""

    report_id: UUID
    version_id: UUID
    body: bytes


class IndexRow(Struct, frozen=True):
    """A shown report and the index of its resources (the DiagnosticReport is at place 0)."""

    report_id: UUID
    version_id: UUID
    entries: list[Entry]


class HistoryRow(Struct, frozen=True):
    """One accepted version of a report."""

    version_id: UUID
    generated: datetime
    packed: Packed


class Waiting(Struct, frozen=True):
    """Reports a citizen does not see yet, by the reason. `earliest`: when the first is shown by itself."""

    reason: Literal["preliminary", "class-2", "class-3", "class-4"]
    count: int
    earliest: datetime | None


_RELEASED: LiteralString = (
    "NOT preliminary AND (release_class = 1 OR release_class = 2 AND {issued} <= %(released_before)s)"
)
_NEWEST: LiteralString = """
SELECT report_id, version_id, body, (SELECT count(*) FROM results.report WHERE {where})
FROM results.report WHERE {where} ORDER BY effective DESC, issued DESC, report_id
LIMIT %(count)s OFFSET %(skip)s
"""
_COUNT: LiteralString = "SELECT count(*) FROM results.report WHERE {where}"
_INDEXES: LiteralString = "SELECT report_id, version_id, entries FROM results.report WHERE {where}"
_RESOURCES: LiteralString = """
SELECT report_id, resources FROM results.report_version
WHERE person_id = %s AND report_id = ANY(%s) AND version_id = ANY(%s)
"""
_HISTORY: LiteralString = """
SELECT version_id, generated, resources FROM results.report_version
WHERE person_id = %(person)s AND report_id = %(report)s AND held IS NULL AND {released}
"""
_WAITING: LiteralString = (
    """
SELECT CASE WHEN preliminary THEN 'preliminary' ELSE 'class-' || release_class END AS reason,
    count(*)::int AS count,
    CASE WHEN NOT preliminary AND release_class = 2 THEN min(issued) + %(delay)s END AS earliest
FROM results.report WHERE person_id = %(person)s AND NOT ("""
    + _RELEASED.replace("{issued}", "issued")
    + """)
GROUP BY preliminary, release_class ORDER BY 1
"""
)


async def newest(
    conn: AsyncConnection[Any], person_id: UUID, wanted: ReportFilter, *, skip: int, count: int
) -> tuple[list[ReportRow], int]:
    """A page of shown reports, newest first (effective, then issued), and how many there are in all."""
    where, values = _where(person_id, wanted)
    values |= {"skip": skip, "count": count}
    async with conn.cursor(row_factory=tuple_row, binary=True) as cursor:
        await cursor.execute(sql.SQL(_NEWEST).format(where=where), values)
        rows = await cursor.fetchall()
        if rows:
            return [ReportRow(r[0], r[1], decompress(r[2])) for r in rows], rows[0][3]
        if not skip and count:
            return [], 0
        await cursor.execute(sql.SQL(_COUNT).format(where=where), values)
        (total,) = await cursor.fetchone() or (0,)
    return [], total


async def indexes(
    conn: AsyncConnection[Any], person_id: UUID, released_at: datetime | None
) -> list[IndexRow]:
    """The indexes of all shown reports, in no order."""
    where, values = _where(person_id, ReportFilter(released_at=released_at))
    async with conn.cursor(row_factory=tuple_row, binary=True) as cursor:
        await cursor.execute(sql.SQL(_INDEXES).format(where=where), values)
        return [IndexRow(r[0], r[1], unpack_entries(r[2])) for r in await cursor.fetchall()]


async def resources(
    conn: AsyncConnection[Any], person_id: UUID, shown: Sequence[ReportRow | IndexRow]
) -> Mapping[UUID, Packed]:
    """The resources of the given shown reports, by report."""
    if not shown:
        return {}
    values = (person_id, [row.report_id for row in shown], [row.version_id for row in shown])
    async with conn.cursor(row_factory=tuple_row, binary=True) as cursor:
        await cursor.execute(_RESOURCES, values)
        return {report_id: unpack(data) for report_id, data in await cursor.fetchall()}


async def history(
    conn: AsyncConnection[Any], person_id: UUID, report_id: UUID, released_at: datetime | None
) -> list[HistoryRow]:
    """Every accepted version of a report, newest GenDate first; for a citizen the released ones.

    A report whose shown version waits shows the citizen no earlier version either.
    """
    values: dict[str, Any] = {"person": person_id, "report": report_id}
    released: sql.Composable = sql.SQL("true")
    if released_at is not None:
        released = sql.SQL(_RELEASED).format(issued=sql.Identifier("generated"))
        values["released_before"] = released_at - DELAY
        if not (
            await newest(
                conn, person_id, ReportFilter((report_id,), released_at=released_at), skip=0, count=1
            )
        )[1]:
            return []
    async with conn.cursor(row_factory=tuple_row, binary=True) as cursor:
        await cursor.execute(sql.SQL(_HISTORY).format(released=released), values)
        rows = [HistoryRow(r[0], r[1], unpack(r[2])) for r in await cursor.fetchall()]
    return sorted(rows, key=lambda row: row.generated, reverse=True)


async def waiting(conn: AsyncConnection[Any], person_id: UUID, at: datetime) -> list[Waiting]:
    """What the person has that is not released at `at`, whatever was searched for."""
    values = {"person": person_id, "released_before": at - DELAY, "delay": DELAY}
    async with conn.cursor(row_factory=tuple_row, binary=True) as cursor:
        await cursor.execute(_WAITING, values)
        return [Waiting(*row) for row in await cursor.fetchall()]


def _where(person_id: UUID, wanted: ReportFilter) -> tuple[sql.Composable, dict[str, Any]]:
    values: dict[str, Any] = {"person": person_id}
    parts: list[sql.Composable] = [sql.SQL("person_id = %(person)s")]
    for condition, value in _conditions(wanted):
        name = f"value{len(values)}"
        values[name] = value
        parts.append(sql.SQL(condition).format(value=sql.Placeholder(name)))
    if wanted.released_at is not None:
        values["released_before"] = wanted.released_at - DELAY
        parts.append(sql.SQL("(" + _RELEASED + ")").format(issued=sql.Identifier("issued")))
    return sql.SQL(" AND ").join(parts), values


def _conditions(wanted: ReportFilter) -> Iterator[tuple[LiteralString, object]]:
    choices: tuple[tuple[LiteralString, Sequence[object] | None], ...] = (
        ("report_id = ANY({value})", wanted.ids),
        ("category = ANY({value})", wanted.categories),
        ("status = ANY({value})", wanted.statuses),
    )
    yield from ((condition, list(choice)) for condition, choice in choices if choice is not None)
    yield from ((_DATE_CONDITIONS[comparison], moment) for comparison, moment in wanted.dates)
    yield from (("codes && {value}::bigint[]", list(codes)) for codes in wanted.codes)
    yield from (("tags && {value}::bigint[]", list(tags)) for tags in wanted.tags)


_DATE_CONDITIONS: dict[Comparison, LiteralString] = {
    "<": "effective < {value}",
    "<=": "effective <= {value}",
    ">": "effective > {value}",
    ">=": "effective >= {value}",
}
