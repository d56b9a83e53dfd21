"""When what is shown of each report came here: for telling what is new. Nothing of a report is opened."""

from __future__ import annotations

from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection
from psycopg.rows import tuple_row

from results_service.reports.reading import AGREED, DELAY, ReportFilter, conditions, statement


class Arrival(Struct, frozen=True):
    """One shown report. `first`: its first accepted version came; `shown`: the version that is shown did.

    `held`: the newest version that waits for a person came, None without one; the report then says so.
    `agreed_at`: since when an agreement on earlier viewing covers it. `released`, `reviewed`: a clinician did
    so first with the shown version. `seen`: the person was shown another version before, or could see one as
    soon as it came. Times are the moments of storing here, whatever dates the laboratory gives.
    """

    report_id: str
    version_id: str
    status: str
    preliminary: bool
    release_class: int
    issued: datetime
    first: datetime
    shown: datetime
    held: datetime | None
    agreed_at: datetime | None
    released: datetime | None
    reviewed: datetime | None
    seen: bool

    @property
    def visible(self) -> datetime:
        """When a citizen could see the shown version at the earliest (`reading` decides the same).

        Of a version that is not released the moment when it came.
        """
        moments = [self.released]
        if not self.preliminary and self.release_class == 1:
            moments.append(self.shown)
        if not self.preliminary and self.release_class == 2:
            moments += [self.reviewed, self.agreed_at, self.issued + DELAY]
        return max(self.shown, min((m for m in moments if m is not None), default=self.shown))


_ARRIVALS: LiteralString = (
    """
SELECT shown.report_id::text, shown.version_id::text, shown.status, shown.preliminary, shown.release_class,
    shown.issued, came.first, came.shown, came.held, {agreed}, told.released, told.reviewed,
    coalesce(told.seen OR came.open, false)
FROM results.report AS shown CROSS JOIN LATERAL (
    SELECT min(v.received) FILTER (WHERE v.held IS NULL) AS first,
        max(v.received) FILTER (WHERE v.version_id = shown.version_id) AS shown,
        max(v.received) FILTER (WHERE v.held IS NOT NULL AND v.held <> 'remapped') AS held,
        bool_or(v.held IS NULL AND v.version_id <> shown.version_id AND v.release_class = 1
            AND NOT v.preliminary) AS open
    FROM results.report_version AS v WHERE v.person_id = %(person)s AND v.report_id = shown.report_id
) AS came CROSS JOIN LATERAL (
    SELECT min(e.at) FILTER (WHERE e.kind = 'released' AND e.version_id = shown.version_id) AS released,
        min(e.at) FILTER (WHERE e.kind = 'reviewed' AND e.version_id = shown.version_id) AS reviewed,
        bool_or(e.kind = 'shown' AND e.version_id <> shown.version_id) AS seen
    FROM results.release_event AS e WHERE e.person_id = %(person)s AND e.report_id = shown.report_id
) AS told
WHERE {where} ORDER BY shown.effective DESC, shown.issued DESC, shown.report_id
"""
).replace("{agreed}", AGREED.format(row="shown", issued="issued"))


async def arrivals(conn: AsyncConnection[Any], person_id: UUID, wanted: ReportFilter) -> list[Arrival]:
    """Every shown report that fits, newest sampling first."""
    given, values = conditions(person_id, wanted)
    async with conn.cursor(row_factory=tuple_row, binary=True) as cursor:
        await cursor.execute(statement(_ARRIVALS, given), values)
        return [Arrival(*row) for row in await cursor.fetchall()]
