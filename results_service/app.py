"""The results service as an ASGI app (port 8102): messages in, FHIR out."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from core_record.access_log.service import GroupCommit, LookUpAccount
from core_record.apps.admission import Apps
from core_record.apps.discovery import discovery
from core_record.registers.service import verify_keys
from kit.db import Database
from kit.identity import audiences
from kit.identity.verifier import build_verifier
from kit.identity.web import protect
from kit.keys import KeyRing
from kit.settings import Settings, get_settings
from kit.valkey import async_client
from kit.web import create_app
from results_service.codes.service import CurrentCodes
from results_service.intake.endpoints import RECEIVING
from results_service.intake.endpoints import router as intake_router
from results_service.intake.service import Intake
from results_service.lookup.discovery import router as discovery_router
from results_service.lookup.endpoints import SEARCHES, LookupContext
from results_service.lookup.endpoints import router as lookup_router
from results_service.operations.endpoints import OperationsContext
from results_service.operations.endpoints import router as operations_router
from results_service.operations.team_endpoints import router as operations_team_router
from results_service.release.agreement_endpoints import router as agreement_router
from results_service.release.endpoints import router as release_router
from results_service.screens.endpoints import ScreensContext
from results_service.screens.endpoints import router as screens_router

ROLE = "akson_results"
_CONNECTIONS = 5  # ADR 0049: each has plans of its own, and with more they do not fit the cores' caches
_COLLECT_AFTER = 20_000  # objects, a few answers' worth: hardly anything here is part of a ring


def make_app(settings: Settings) -> FastAPI:
    """The app for these settings. It starts only with the keys its database was made with."""
    from results_service.worker import app as celery  # noqa: PLC0415 - reads its broker's address at once

    keys = KeyRing.load(settings.keys_folder, create=settings.is_development)
    db = Database(settings.dsn(ROLE), max_size=_CONNECTIONS, general_plans=True)
    valkey = async_client()
    intake = Intake(db, keys, valkey, celery, retention_days=settings.original_retention_days)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await db.open()
        try:
            async with db.transaction() as conn:
                await verify_keys(conn, keys)
            gc.freeze()  # what is loaded now lives as long as the process: collections need not walk it
            gc.set_threshold(_COLLECT_AFTER)
            async with intake.running():
                yield
        finally:
            await db.close()
            await valkey.aclose()

    app = create_app(name="results_service", lifespan=lifespan, ready=db.ping, direct=SEARCHES | RECEIVING)
    app.state.intake = intake
    app.state.lookup = LookupContext(db, keys, f"{settings.results_url}/fhir", GroupCommit(db))
    app.state.screens = ScreensContext(app.state.lookup, CurrentCodes())
    app.state.operations = OperationsContext(db, keys)
    apps = Apps(settings, audiences.RESULTS, db)
    app.state.discovery = discovery(settings, audiences.RESULTS)
    protect(app, build_verifier(settings, audiences.RESULTS, settings.results_url, keys=keys, admission=apps))
    app.add_middleware(LookUpAccount, service="results_service", db=db, keys=keys, apart=("/messages",))
    released = (release_router, agreement_router)
    for router in (
        intake_router,
        lookup_router,
        discovery_router,
        *released,
        screens_router,
        operations_router,
        operations_team_router,
    ):
        app.include_router(router)
    return app


def __getattr__(name: str) -> Any:
    """`results_service.app:app`, made when a server asks for it."""
    if name != "app":
        raise AttributeError(name)
    app = make_app(get_settings())
    globals()["app"] = app
    return app
