"""The cumulative table and what is new, of one person. Runs inside a decided look-up."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from results_service.codes.service import CurrentCodes
from results_service.reports.reading import OpenReport, ReportFilter, opened
from results_service.reports.times import Arrival, arrivals
from results_service.screens.models import NewKind, NewReport, News, Table
from results_service.screens.table import TableMaker

# A version's time is that of its transaction's beginning; it may have become visible this much later.
MARGIN = timedelta(minutes=2)
_AT_A_TIME = 50  # reports between two chances for other requests
_CANCELLED = frozenset({"cancelled", "entered-in-error"})


async def cumulative(
    conn: AsyncConnection[Any], person_id: UUID, wanted: ReportFilter, codes: CurrentCodes, today: date
) -> tuple[Table, int]:
    """The table of every shown report that fits, and the number of values in it."""
    now = await codes.fresh(conn)
    maker = TableMaker(now.book, now.equivalences, today)
    found = sorted(await opened(conn, person_id, wanted), key=_newest_first)
    for place, report in enumerate(found, 1):
        maker.add(report)
        if not place % _AT_A_TIME:
            await asyncio.sleep(0)
    return maker.made(), maker.values


def _newest_first(report: OpenReport) -> tuple[float, str]:
    moment = report.packed.entries[0].effective
    return -(moment.timestamp() if moment else 0.0), str(report.report_id)


async def news(
    conn: AsyncConnection[Any],
    person_id: UUID,
    wanted: ReportFilter,
    since: datetime | None,
    *,
    visit: bool,
) -> News:
    """What of the shown reports came after `since`: rather something seen before than something missed."""
    found = await arrivals(conn, person_id, wanted)
    if since is None:
        return News(None, visit, len(found), [])
    released = wanted.released_at is not None
    kinds = [(arrival, _what(arrival, since - MARGIN, released=released)) for arrival in found]
    return News(
        since,
        visit,
        len(found),
        [
            NewReport(a.report_id, kind[0], kind[1], a.status, a.preliminary)
            for a, kind in kinds
            if kind is not None
        ],
    )


def _what(arrival: Arrival, since: datetime, *, released: bool) -> tuple[NewKind, datetime] | None:
    """What is new about a report, and when it came; None for nothing.

    `released`: for a citizen a report is new when it could first be seen, whenever it came, and changed only
    when another version could be seen before. A version that waits for a person is no citizen's business.
    """
    shown = arrival.visible if released else arrival.shown
    if shown > since:
        if not arrival.seen if released else arrival.first > since:
            return "new", shown
        return ("cancelled" if arrival.status in _CANCELLED else "changed"), shown
    if arrival.held is not None and arrival.held > since and not released:
        return "notice", arrival.held
    return None
