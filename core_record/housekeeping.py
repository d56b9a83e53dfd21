"""Housekeeping: a process of its own for what recurs: finding unusual access in what was sealed, and sending
the mails that notices have ordered, where a mail server is set, and counting what no journal has taken.

It logs in to the database as `akson_housekeeping`. Alarm on `akson_housekeeping_behind_seconds`,
`akson_notice_mail_waiting_seconds` and `akson_result_news_waiting_seconds`.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from prometheus_client import Gauge

from core_record.notice_mail.sending import NoticeMail
from core_record.notice_mail.smtp import Smtp
from core_record.registers.service import verify_keys
from core_record.result_news.service import news_waiting
from core_record.unusual.finding import find
from kit.db import Database
from kit.keys import KeyRing
from kit.recurring import Recurring, running
from kit.roles import HOUSEKEEPING
from kit.settings import Settings, get_settings
from kit.web import REGISTRY, create_app

EVERY = 20.0  # seconds
MAIL_EVERY = 3.0  # seconds: someone waits for a code
NEWS_EVERY = 15.0  # seconds
_BEHIND = Gauge(
    "akson_housekeeping_behind_seconds",
    "Seconds since all that was sealed had been looked through",
    registry=REGISTRY,
)
_NEWS_WAITING = Gauge(
    "akson_result_news_waiting",
    "Reports whose newest version the journal has not taken onto a list",
    registry=REGISTRY,
)
_NEWS_SECONDS = Gauge(
    "akson_result_news_waiting_seconds", "Seconds the oldest of them has waited", registry=REGISTRY
)


def tasks(settings: Settings, db: Database, keys: KeyRing) -> list[Recurring]:
    """All that recurs in this installation."""
    unusual = Recurring("unusual access", EVERY, lambda: find(db))
    _BEHIND.set_function(lambda: time.monotonic() - unusual.done_at)
    news = Recurring("result news", NEWS_EVERY, lambda: _count_news(db))
    if not settings.sends_mail:
        return [unusual, news]
    mail = NoticeMail(db, keys, Smtp(settings).send, sender=settings.smtp_sender, portal=settings.portal_url)
    return [unusual, news, Recurring("notice mail", MAIL_EVERY, mail.one)]


async def _count_news(db: Database) -> bool:
    async with db.transaction() as conn:
        waiting, seconds = await news_waiting(conn)
    _NEWS_WAITING.set(waiting)
    _NEWS_SECONDS.set(seconds)
    return False


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
            async with running(tasks(settings, db, keys)):
                yield
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
