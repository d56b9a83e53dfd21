"""Reading what is stored about one person: reports, the index of their resources, versions, what waits.

Every function runs in the caller's transaction, which must serve the person (row-level security shows nothing
otherwise). Bodies come as stored, without `subject`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, LiteralString, NamedTuple
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection, sql
from psycopg.rows import tuple_row

from kit import wire
from results_service.reports.compression import decompress_each
from results_service.reports.filters import ReportFilter, given
from results_service.reports.packing import Entry, Packed
from results_service.reports.showing import report_date, with_notices
from results_service.reports.stored import unpack
from results_service.reports.tokens import token
from results_service.reports.versions import VersionFacts

__all__ = [
    "Behind",
    "Entry",
    "HistoryRow",
    "OpenReport",
    "Packed",
    "Page",
    "ReportFilter",
    "ReportRow",
    "Waiting",
    "bodies",
    "came_of_newest",
    "conditions",
    "history",
    "newest",
    "newest_step",
    "opened",
    "statement",
    "token",
    "waiting",
]

# How long the clinician has to look first (clinical rule 4, Helseplattformen's class 2).
DELAY = timedelta(days=14)


class Behind(NamedTuple):
    """Where a page ended, by the last of its reports: the next begins behind it, whatever came meanwhile."""

    effective: datetime
    issued: datetime
    report_id: UUID


class Page(Struct, frozen=True):
    """Which of the reports that fit; `opened`: each comes with all its resources."""

    skip: int
    count: int
    opened: bool = False
    behind: Behind | None = None


class ReportRow(Struct, frozen=True):
    """A shown report: its DiagnosticReport as stored, and its other resources where they were asked for."""

    report_id: str
    stored: bytes
    resources: bytes | None = None


class OpenReport(Struct, frozen=True):
    """A shown report and all its resources (the DiagnosticReport at place 0 is without notices)."""

    report_id: UUID
    packed: Packed


class HistoryRow(Struct, frozen=True):
    """One accepted version of a report; `body` is its DiagnosticReport, with the first version's date."""

    version_id: UUID
    generated: datetime
    body: bytes
    packed: Packed


class Waiting(Struct, frozen=True):
    """Reports a citizen does not see yet, by the reason. `earliest`: when the first is shown by itself."""

    reason: Literal["preliminary", "class-2", "class-3", "class-4"]
    count: int
    earliest: datetime | None


# Class 4 never; what a clinician has released of this very version; by itself only what is not preliminary.
_EVENT: LiteralString = (
    "EXISTS (SELECT 1 FROM results.release_event e WHERE e.person_id = {row}.person_id"
    " AND e.report_id = {row}.report_id AND e.version_id = {row}.version_id AND e.kind = "
)
# An agreement on earlier viewing covers what was issued while it held, and what waited when it was made.
AGREED: LiteralString = (
    "(SELECT min(a.agreed_at) FROM results.release_agreement a WHERE a.person_id = {row}.person_id"
    " AND (a.ended_at IS NULL OR {row}.{issued} < a.ended_at))"
)
_RELEASED: LiteralString = (
    "{row}.release_class <> 4 AND (" + _EVENT + "'released') OR NOT {row}.preliminary"
    " AND ({row}.release_class = 1 OR {row}.release_class = 2"
    " AND ({row}.{issued} <= %(released_before)s OR "
    + _EVENT
    + "'reviewed') OR "
    + AGREED
    + " IS NOT NULL)))"
)
_RELEASED_SHOWN: LiteralString = "(" + _RELEASED.format(row="shown", issued="issued") + ")"
_NEWEST: LiteralString = """
SELECT shown.report_id::text AS id, body, NULL,
    (SELECT count(*) FROM results.report AS shown WHERE {where})
FROM results.report AS shown
WHERE {where} ORDER BY effective DESC, issued DESC, shown.report_id LIMIT %(count)s OFFSET %(skip)s
"""
_NEWEST_OPENED: LiteralString = """
SELECT shown.report_id::text AS id, body, resources,
    (SELECT count(*) FROM results.report AS shown WHERE {where})
FROM results.report AS shown JOIN results.report_version USING (person_id, report_id, version_id)
WHERE {where} ORDER BY effective DESC, issued DESC, shown.report_id LIMIT %(count)s OFFSET %(skip)s
"""
_BEHIND: LiteralString = (
    " AND (effective, issued) <= (%(effective)s, %(issued)s)"
    " AND ((effective, issued) < (%(effective)s, %(issued)s) OR shown.report_id > %(last)s) ORDER BY"
)
_NEWEST_BEHIND = _NEWEST.replace(" ORDER BY", _BEHIND)
_NEWEST_OPENED_BEHIND = _NEWEST_OPENED.replace(" ORDER BY", _BEHIND)
_COUNT: LiteralString = "SELECT count(*) FROM results.report AS shown WHERE {where}"
_OPENED: LiteralString = """
SELECT report_id, resources
FROM results.report AS shown JOIN results.report_version USING (person_id, report_id, version_id)
WHERE {where}
"""
_HISTORY: LiteralString = """
SELECT version_id, generated, serv_type, status, fingerprint, resources FROM results.report_version
WHERE person_id = %(person)s AND report_id = %(report)s AND held IS NULL AND {released}
"""
_WAITING: LiteralString = """
SELECT CASE WHEN preliminary THEN 'preliminary' ELSE 'class-' || release_class END AS reason,
    count(*)::int AS count,
    CASE WHEN NOT preliminary AND release_class = 2 THEN min(issued) + %(delay)s END AS earliest
FROM results.report AS shown
WHERE person_id = %(person)s AND NOT ({released}) AND NOT 'earlier-version' = ANY(warnings)
GROUP BY preliminary, release_class ORDER BY 1
"""


async def newest(
    conn: AsyncConnection[Any],
    person_id: UUID,
    wanted: ReportFilter,
    page: Page,
) -> tuple[list[ReportRow], int]:
    """A page of shown reports, newest first (effective, then issued), and how many there are in all."""
    (came,) = await wire.run(conn, _asked(person_id, wanted, page, _NAMED))
    found = came_of_newest(wire.rows(conn, came), page)
    if found is not None:
        return found
    given, values = conditions(person_id, wanted)
    ((total,),) = await _rows(conn, statement(_COUNT, given), values)
    return [], total


def came_of_newest(rows: list[tuple[Any, ...]], page: Page) -> tuple[list[ReportRow], int] | None:
    """What `newest` answers by the rows of its statement; None where they do not say how many there are."""
    if rows:
        return [ReportRow(*row[:3]) for row in rows], rows[0][3]
    if not page.skip and page.count and page.behind is None:
        return [], 0
    return None


def newest_step(wanted: ReportFilter, page: Page) -> wire.Step:
    """What `newest` asks, of whichever person the transaction serves when it comes to it."""
    return _asked(None, wanted, page, _SERVED)


def _asked(person_id: UUID | None, wanted: ReportFilter, page: Page, whose: LiteralString) -> wire.Step:
    given, values = conditions(person_id, wanted)
    values |= {"skip": page.skip, "count": page.count}
    template = _NEWEST_OPENED if page.opened else _NEWEST
    if page.behind is not None:
        template = _NEWEST_OPENED_BEHIND if page.opened else _NEWEST_BEHIND
        values |= dict(zip(("effective", "issued", "last"), page.behind, strict=True))
    return wire.composed(statement(template, given, whose)), values


def bodies(reports: Sequence[ReportRow]) -> list[bytes]:
    """The DiagnosticReport of each, as JSON."""
    return decompress_each([report.stored for report in reports])


async def _rows(conn: AsyncConnection[Any], query: bytes, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    (result,) = await wire.run(conn, (wire.composed(query), values))
    return wire.rows(conn, result)


async def opened(conn: AsyncConnection[Any], person_id: UUID, wanted: ReportFilter) -> list[OpenReport]:
    """All shown reports that fit, with all their resources, in no order."""
    given, values = conditions(person_id, wanted)
    rows = await _rows(conn, statement(_OPENED, given), values)
    return [OpenReport(report_id, unpack(data)) for report_id, data in rows]


async def history(
    conn: AsyncConnection[Any], person_id: UUID, report_id: UUID, released_at: datetime | None
) -> list[HistoryRow]:
    """Every accepted version of a report, newest first as the rules of versions have it, for a citizen the
    released ones.

    A report whose shown version waits shows the citizen no earlier version either.
    """
    values: dict[str, Any] = {"person": person_id, "report": report_id}
    released: sql.Composable = sql.SQL("true")
    if released_at is not None:
        released = sql.SQL(_RELEASED).format(
            row=sql.Identifier("report_version"), issued=sql.Identifier("generated")
        )
        values["released_before"] = released_at - DELAY
    shown, _ = await newest(conn, person_id, ReportFilter((report_id,), released_at=released_at), Page(0, 1))
    if not shown:
        return []
    first_date = report_date(bodies(shown)[0])
    async with conn.cursor(row_factory=tuple_row, binary=True) as cursor:
        await cursor.execute(sql.SQL(_HISTORY).format(released=released), values)
        found = [(VersionFacts(*facts), unpack(data)) for *facts, data in await cursor.fetchall()]
    found.sort(key=lambda version: version[0].order, reverse=True)
    return [
        HistoryRow(facts.version_id, facts.generated, with_notices(p.body(0), [], first_date), p)
        for facts, p in found
    ]


async def waiting(conn: AsyncConnection[Any], person_id: UUID, at: datetime) -> list[Waiting]:
    """What the person has that is not released at `at`, whatever was searched for."""
    values = {"person": person_id, "released_before": at - DELAY, "delay": DELAY}
    released = sql.SQL(_RELEASED).format(row=sql.Identifier("shown"), issued=sql.Identifier("issued"))
    async with conn.cursor(row_factory=tuple_row, binary=True) as cursor:
        await cursor.execute(sql.SQL(_WAITING).format(released=released), values)
        return [Waiting(*row) for row in await cursor.fetchall()]


_NAMED: LiteralString = "shown.person_id = %(person)s"
_SERVED: LiteralString = "shown.person_id = nullif(current_setting('akson.person', true), '')::uuid"


@lru_cache(maxsize=512)
def statement(
    template: LiteralString, conditions: tuple[LiteralString, ...], whose: LiteralString = _NAMED
) -> bytes:
    """The finished text about the rows `shown`, composed once for each combination of conditions."""
    numbered = (
        sql.SQL(condition).format(value=sql.Placeholder(f"value{number}"))
        for number, condition in enumerate(conditions, 1)
    )
    where = sql.SQL(" AND ").join([sql.SQL(whose), *numbered])
    return sql.SQL(template).format(where=where).as_bytes(None)


def conditions(
    person_id: UUID | None, wanted: ReportFilter
) -> tuple[tuple[LiteralString, ...], dict[str, Any]]:
    """The conditions of a filter for `statement`, and the values they name."""
    values: dict[str, Any] = {"person": person_id}
    found: list[LiteralString] = []
    for condition, value in given(wanted):
        found.append(condition)
        values[f"value{len(found)}"] = value
    if wanted.released_at is not None:  # the last: it has no number
        values["released_before"] = wanted.released_at - DELAY
        found.append(_RELEASED_SHOWN)
    return tuple(found), values
