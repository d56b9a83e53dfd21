"""Housekeeping: a process of its own for what recurs. Today: finding unusual access in what was sealed.

It logs in to the database as `akson_housekeeping`. Alarm on `akson_housekeeping_behind_seconds`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from prometheus_client import Gauge

from core_record.registers.service import verify_keys
from core_record.unusual.finding import find
from kit.db import Database
from kit.errors import Unavailable
from kit.keys import KeyRing
from kit.log import get_logger
from kit.roles import HOUSEKEEPING
from kit.settings import Settings, get_settings
from kit.web import REGISTRY, create_app

EVERY = 20.0  # seconds
_BEHIND = Gauge(
    "akson_housekeeping_behind_seconds",
    "Seconds since all that was sealed had been looked through",
    registry=REGISTRY,
)


class Housekeeping:
    """The loop around the work; what goes wrong is told, and tried again."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._done_at = time.monotonic()
        _BEHIND.set_function(lambda: time.monotonic() - self._done_at)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            started = time.monotonic()
            try:
                more = True
                while more:
                    more = await find(self._db)
                self._done_at = started
            except Unavailable as error:
                get_logger().error("housekeeping failed", problem=error.code)
            await asyncio.sleep(EVERY)


def make_app(settings: Settings) -> FastAPI:
    """Housekeeping as an app: its loop runs while the app does."""
    keys = KeyRing.load(settings.keys_folder, create=settings.is_development)
    db = Database(settings.dsn(HOUSEKEEPING), max_size=2)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await db.open()
        try:
            async with db.transaction() as conn:
                await verify_keys(conn, keys)
            loop = asyncio.create_task(Housekeeping(db).run())
            try:
                yield
            finally:
                loop.cancel()
                await asyncio.gather(loop, return_exceptions=True)
        finally:
            await db.close()

    return create_app(name="housekeeping", lifespan=lifespan, ready=db.ping)


def __getattr__(name: str) -> Any:
    """`core_record.housekeeping:app`, made when a server asks for it."""
    if name != "app":
        raise AttributeError(name)
    app = make_app(get_settings())
    globals()["app"] = app
    return app
