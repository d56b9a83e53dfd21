"""The citizen panel as an ASGI app (port 8104)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from citizen_panel.clock import Clock
from citizen_panel.consultations.endpoints import router as consultations_router
from citizen_panel.control_points.endpoints import router as control_points_router
from citizen_panel.decisions.endpoints import router as decisions_router
from citizen_panel.feedback.endpoints import router as feedback_router
from citizen_panel.meetings.endpoints import router as meetings_router
from citizen_panel.overview.endpoints import router as overview_router
from citizen_panel.panels.endpoints import router as panels_router
from citizen_panel.topics.endpoints import router as topics_router
from citizen_panel.topics.moderation_endpoints import router as moderation_router
from core_record.apps.admission import Apps
from kit.db import Database
from kit.identity import audiences
from kit.identity.verifier import build_verifier
from kit.identity.web import protect
from kit.keys import KeyProblem, KeyRing
from kit.roles import PANEL
from kit.settings import Settings, get_settings
from kit.web import create_app

_ROUTERS = (
    panels_router,
    consultations_router,
    topics_router,
    moderation_router,
    meetings_router,
    control_points_router,
    decisions_router,
    feedback_router,
    overview_router,
)


def make_app(settings: Settings) -> FastAPI:
    """The app for these settings. It starts only with the keys its database was made with."""
    keys = KeyRing.load(settings.keys_folder, create=settings.is_development)
    db = Database(settings.dsn(PANEL))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await db.open()
        try:
            await _verify_keys(db, keys)
            async with Clock(db, keys, settings.results_url).running():
                yield
        finally:
            await db.close()

    app = create_app(name="citizen_panel", lifespan=lifespan, ready=db.ping)
    app.state.db, app.state.keys = db, keys
    own_alone = Apps(settings, audiences.PANEL, None)
    protect(
        app, build_verifier(settings, audiences.PANEL, settings.panel_url, keys=keys, admission=own_alone)
    )
    for router in _ROUTERS:
        app.include_router(router)
    return app


async def _verify_keys(db: Database, keys: KeyRing) -> None:
    """Members are found by keyed hash: with other keys every one would be a stranger."""
    async with db.transaction() as conn:
        await conn.execute(
            "INSERT INTO panel.key_check (value) VALUES (%s) ON CONFLICT DO NOTHING", (keys.check_value(),)
        )
        found = await (await conn.execute("SELECT value FROM panel.key_check")).fetchone()
    if found is None or found[0] != keys.check_value():
        raise KeyProblem("these keys are not the ones the panel was made with: set AKSON_KEYS")


def __getattr__(name: str) -> Any:
    """`citizen_panel.app:app`, made when a server asks for it."""
    if name != "app":
        raise AttributeError(name)
    app = make_app(get_settings())
    globals()["app"] = app
    return app
