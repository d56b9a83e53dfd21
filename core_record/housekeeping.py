"""Housekeeping: a process of its own for what recurs: finding unusual access in what was sealed, and sending
the mails that notices have ordered, where a mail server is set.

It logs in to the database as `akson_housekeeping`. Alarm on `akson_housekeeping_behind_seconds` and
`akson_notice_mail_waiting_seconds`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from prometheus_client import Gauge

from core_record.notice_mail.sending import NoticeMail
from core_record.notice_mail.smtp import Smtp
from core_record.registers.service import verify_keys
from core_record.unusual.finding import find
from kit.db import Database
from kit.errors import Unavailable
from kit.keys import KeyProblem, KeyRing
from kit.log import get_logger
from kit.roles import HOUSEKEEPING
from kit.settings import Settings, get_settings
from kit.web import REGISTRY, create_app

EVERY = 20.0  # seconds
MAIL_EVERY = 3.0  # seconds: someone waits for a code
_BEHIND = Gauge(
    "akson_housekeeping_behind_seconds",
    "Seconds since all that was sealed had been looked through",
    registry=REGISTRY,
)


class Recurring:
    """A task done over and over: `step` answers whether there is more to do at once.

    What goes wrong is told, and tried again.
    """

    def __init__(self, name: str, every: float, step: Callable[[], Awaitable[bool]]) -> None:
        self._name, self._every, self._step = name, every, step
        self.done_at = time.monotonic()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            started = time.monotonic()
            try:
                while await self._step():
                    pass
                self.done_at = started
            except (Unavailable, KeyProblem) as error:
                problem = error.code if isinstance(error, Unavailable) else str(error)
                get_logger().error("housekeeping failed", task=self._name, problem=problem)
            await asyncio.sleep(self._every)


def tasks(settings: Settings, db: Database, keys: KeyRing) -> list[Recurring]:
    """All that recurs in this installation."""
    unusual = Recurring("unusual access", EVERY, lambda: find(db))
    _BEHIND.set_function(lambda: time.monotonic() - unusual.done_at)
    if not settings.sends_mail:
        return [unusual]
    mail = NoticeMail(db, keys, Smtp(settings).send, sender=settings.smtp_sender, portal=settings.portal_url)
    return [unusual, Recurring("notice mail", MAIL_EVERY, mail.one)]


def make_app(settings: Settings) -> FastAPI:
    """Housekeeping as an app: its loops run while the app does."""
    keys = KeyRing.load(settings.keys_folder, create=settings.is_development)
    db = Database(settings.dsn(HOUSEKEEPING), max_size=2)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await db.open()
        try:
            async with db.transaction() as conn:
                await verify_keys(conn, keys)
            loops = [asyncio.create_task(task.run()) for task in tasks(settings, db, keys)]
            try:
                yield
            finally:
                for loop in loops:
                    loop.cancel()
                await asyncio.gather(*loops, return_exceptions=True)
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
