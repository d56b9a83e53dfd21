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
    `agreed_at`: since when an agreement on earlier viewing covers it.
    Times are the moments of storing here, whatever dates the laboratory gives.
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
    agreed_at: datetime | None = None

    @property
    def visible(self) -> datetime:
        """When a citizen could see the shown version at the earliest."""
        if self.release_class != 2:
            return self.shown
        by_itself = self.issued + DELAY
        return max(self.shown, min(by_itself, self.agreed_at or by_itself))


_ARRIVALS: LiteralString = (
    """
SELECT shown.report_id::text, shown.version_id::text, shown.status, shown.preliminary, shown.release_class,
    shown.issued, came.first, came.shown, came.held, {agreed}
FROM results.report AS shown CROSS JOIN LATERAL (
    SELECT min(v.received) FILTER (WHERE v.held IS NULL) AS first,
        max(v.received) FILTER (WHERE v.version_id = shown.version_id) AS shown,
        max(v.received) FILTER (WHERE v.held IS NOT NULL AND v.held <> 'remapped') AS held
    FROM results.report_version AS v WHERE v.person_id = %(person)s AND v.report_id = shown.report_id
) AS came
WHERE {where} ORDER BY shown.effective DESC, shown.issued DESC, shown.report_id
"""
).replace("{agreed}", AGREED.format(row="shown", issued="issued"))


async def arrivals(conn: AsyncConnection[Any], person_id: UUID, wanted: ReportFilter) -> list[Arrival]:
    """Every shown report that fits, newest sampling first."""
    given, values = conditions(person_id, wanted)
    async with conn.cursor(row_factory=tuple_row, binary=True) as cursor:
        await cursor.execute(statement(_ARRIVALS, given), values)
        return [Arrival(*row) for row in await cursor.fetchall()]
