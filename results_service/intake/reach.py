"""How far the service reaches, at `/metrics`: laboratories that deliver, time to an answer, tests repeated.

Counted from the database at long intervals, for whoever follows plans and benefits over months.
"""

from __future__ import annotations

import asyncio

from prometheus_client import Gauge

from kit.db import Database
from kit.errors import Unavailable
from kit.log import get_logger
from kit.web import REGISTRY

_EVERY_SECONDS = 120.0
_REGISTERED = Gauge("akson_senders_registered", "Registered laboratories and departments", registry=REGISTRY)
_DELIVERING = Gauge(
    "akson_senders_delivering",
    "Of these, those with a message processed in the last 30 days",
    registry=REGISTRY,
)
_MEDIAN = Gauge(
    "akson_intake_to_searchable_seconds",
    "Median from receipt to searchable of the last 1,000 messages processed, seconds; NaN before there are"
    " any",
    registry=REGISTRY,
)
_REPEATED = Gauge(
    "akson_reports_repeating_percent",
    "Reports of the last 30 days with a test that another laboratory answered within 14 days before, percent",
    registry=REGISTRY,
)
_REPEATS = """
SELECT 100.0 * (SELECT count(*) FROM results.repeated_test WHERE day > current_date - 30)
    / nullif(sum(messages), 0)
FROM results.intake_volume WHERE status = 'processed' AND hour >= now() - interval '30 days'
"""
_SENDERS = """
SELECT count(*), count(*) FILTER (WHERE EXISTS (SELECT 1 FROM results.intake_volume v
    WHERE v.sender = s.org_number AND v.status = 'processed' AND v.hour >= now() - interval '30 days'))
FROM core_record.sender s
"""
_LATEST = """
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - received_at))::float8
FROM (SELECT finished_at, received_at, status FROM results.intake_message
    ORDER BY id DESC LIMIT 1000) AS latest
WHERE status = 'processed'
"""


class Reach:
    """Measures at intervals, so that a scrape costs nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self) -> None:
        """Measure until cancelled."""
        while True:
            try:
                await self.measure()
            except Unavailable as error:
                get_logger().warning("reach not measured", kind=error.code)
            await asyncio.sleep(_EVERY_SECONDS)

    async def measure(self) -> None:
        """Measure once; raises `Unavailable`."""
        async with self._database.transaction() as conn:
            registered = await (await conn.execute(_SENDERS)).fetchone()
            median = await (await conn.execute(_LATEST)).fetchone()
            repeats = await (await conn.execute(_REPEATS)).fetchone()
        if registered is not None and median is not None and repeats is not None:
            _REGISTERED.set(registered[0])
            _DELIVERING.set(registered[1])
            _MEDIAN.set(float("nan") if median[0] is None else median[0])
            _REPEATED.set(float("nan") if repeats[0] is None else float(repeats[0]))
