"""What recurs in the panel: closing what is due, counting, and taking the day's measurements."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import httpx
from prometheus_client import Counter

from citizen_panel.consultations import service as consultations
from citizen_panel.control_points import service as control_points
from citizen_panel.meetings import service as meetings
from citizen_panel.topics import service as topics
from kit.db import Database
from kit.keys import KeyRing
from kit.log import get_logger
from kit.web import REGISTRY

TICK_SECONDS, MEASURE_SECONDS = 5.0, 300.0
_REST = 20
"""A round that takes long comes more seldom: at most a twentieth of the time is spent on it."""
_FAILED = Counter("akson_panel_tick_failures", "Rounds of counting that failed", registry=REGISTRY)


class Clock:
    """The loops; a round that fails is counted, told in the log and tried again."""

    def __init__(self, db: Database, keys: KeyRing, results_url: str) -> None:
        self._db, self._keys, self._results_url = db, keys, results_url

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run beside the app."""
        async with httpx.AsyncClient() as http:

            async def measure() -> None:
                await control_points.take(self._db, http, self._results_url)

            loops = [
                asyncio.create_task(_every(TICK_SECONDS, self.tick)),
                asyncio.create_task(_every(MEASURE_SECONDS, measure)),
            ]
            try:
                yield
            finally:
                await _end(loops)

    async def tick(self) -> None:
        """Close what is due, and let every number take the step it may."""
        await consultations.tick(self._db, self._keys)
        await topics.tick(self._db, self._keys)
        await meetings.tick(self._db, self._keys)


async def _end(loops: Sequence[asyncio.Task[None]]) -> None:
    """Ask until they have ended: a cancellation can come out of a database call as that call's error."""
    while not all(loop.done() for loop in loops):
        for loop in loops:
            loop.cancel()
        await asyncio.wait(loops, timeout=1.0)


async def _every(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        started = time.monotonic()
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - the clock must not stop for one faulty round
            _FAILED.inc()
            get_logger().warning("a round of the panel's clock failed", kind=type(error).__name__)
        await asyncio.sleep(max(seconds, _REST * (time.monotonic() - started)))
