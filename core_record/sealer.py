"""The sealer: a process of its own that seals the access log, at most once a second.

It logs in to the database as `akson_sealer`. What it knows is told at `/metrics`: alarm on
`akson_log_unsealed_seconds` (docs/operations.md).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from prometheus_client import Counter, Gauge

from core_record.access_log.sealing import Sealer
from core_record.access_log.witness import WitnessProblem
from core_record.registers.service import verify_keys
from kit.db import Database
from kit.errors import Unavailable
from kit.keys import KeyRing
from kit.log import get_logger
from kit.roles import SEALER
from kit.settings import Settings, get_settings
from kit.web import REGISTRY, create_app

EVERY = 1.0  # seconds
_STANDS_STILL = 15.0  # seconds without an end to a round: the database says neither yes nor no
_UNSEALED = Gauge(
    "akson_log_unsealed_seconds",
    "No row of the access log has waited longer than this to be sealed, seconds",
    registry=REGISTRY,
)
_ROWS = Counter("akson_log_sealed_rows", "Rows of the access log sealed by this process", registry=REGISTRY)
_UNWITNESSED = Gauge(
    "akson_log_unwitnessed_heads", "Signed heads not yet copied to the witness file", registry=REGISTRY
)


class Sealing:
    """The loop around the rounds; what goes wrong is told, and tried again."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer
        self._whole_at = self._round_at = time.monotonic()
        self.problem: str | None = None
        _UNSEALED.set_function(lambda: time.monotonic() - self._whole_at)
        _UNWITNESSED.set_function(lambda: sealer.unwitnessed)

    async def run(self) -> None:
        """Until cancelled: a round a second, at once again while rows are left."""
        while True:
            started = time.monotonic()
            whole = await self._round()
            self._round_at = time.monotonic()
            if whole:
                self._whole_at = started
                await asyncio.sleep(max(0.0, EVERY - (time.monotonic() - started)))

    async def _round(self) -> bool:
        """One round; False when there is more to seal at once."""
        try:
            sealed = await self._sealer.round()
        except (WitnessProblem, Unavailable, OSError) as error:
            told = str(error) if isinstance(error, WitnessProblem) else type(error).__name__
            if told != self.problem:
                get_logger().error("sealing failed", problem=told)
            self.problem = told
            await asyncio.sleep(EVERY)
            return False
        self.problem = None
        _ROWS.inc(sealed.rows)
        if not sealed.whole and not sealed.rows:  # another sealer is at work, or the last look came again
            await asyncio.sleep(EVERY)
        return sealed.whole

    async def ready(self) -> None:
        """Raises `Unavailable` with what stops the sealing."""
        if self.problem is not None:
            raise Unavailable("sealing-stopped", self.problem)
        if time.monotonic() - self._round_at > _STANDS_STILL:
            raise Unavailable("sealing-stands-still", "The database has not answered the sealer for long.")


def make_app(settings: Settings) -> FastAPI:
    """The sealer as an app: its loop runs while the app does."""
    keys = KeyRing.load(settings.keys_folder, create=settings.is_development)
    db = Database(settings.dsn(SEALER), max_size=2)
    sealing = Sealing(Sealer(db, keys.log_signing_key(), settings.witness_file))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await db.open()
        try:
            async with db.transaction() as conn:
                await verify_keys(conn, keys)
            loop = asyncio.create_task(sealing.run())
            try:
                yield
            finally:
                loop.cancel()
                await asyncio.gather(loop, return_exceptions=True)
        finally:
            await db.close()

    return create_app(name="sealer", lifespan=lifespan, ready=sealing.ready)


def __getattr__(name: str) -> Any:
    """`core_record.sealer:app`, made when a server asks for it."""
    if name != "app":
        raise AttributeError(name)
    app = make_app(get_settings())
    globals()["app"] = app
    return app
