"""The core record as an ASGI app (port 8101): registers, the citizen's log, and citizens' token exchange."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI

from core_record.access.endpoints import router as access_router
from core_record.access_log.endpoints import router as access_log_router
from core_record.access_log.service import LookUpAccount
from core_record.apps.admission import Apps
from core_record.apps.endpoints import router as apps_router
from core_record.attestations.endpoints import router as attestations_router
from core_record.capability import router as capability_router
from core_record.notice_mail.endpoints import router as notice_mail_router
from core_record.notices.endpoints import router as notices_router
from core_record.privacy.endpoints import router as privacy_router
from core_record.registers.administration.endpoints import router as administration_router
from core_record.registers.endpoints import router as registers_router
from core_record.registers.service import verify_keys
from core_record.representation.endpoints import router as representation_router
from core_record.unusual.endpoints import router as unusual_router
from kit.db import Database
from kit.identity import audiences
from kit.identity.exchange import exchange_routes, own_keys
from kit.identity.verifier import build_verifier
from kit.identity.web import protect
from kit.keys import KeyRing
from kit.settings import Settings, get_settings
from kit.web import create_app

ROLE = "akson_core"
# Registers of personnel, places and codes; what an administrator does there has a history of its own.
OF_NO_PATIENT = (
    *("/administration", "/apps"),
    *("/fhir/CodeSystem", "/fhir/Location", "/fhir/Organization", "/fhir/Practitioner", "/fhir/metadata"),
)

_ROUTERS = (
    capability_router,
    registers_router,
    administration_router,
    apps_router,
    access_router,
    access_log_router,
    notices_router,
    notice_mail_router,
    unusual_router,
    privacy_router,
    attestations_router,
    representation_router,
)


def make_app(settings: Settings, *, http: httpx.AsyncClient | None = None) -> FastAPI:
    """The app for these settings. It starts only with the keys its database was made with.

    `http` reaches the identity providers; it is closed with the app.
    """
    http = http or httpx.AsyncClient(timeout=5.0)
    keys = KeyRing.load(settings.keys_folder, create=settings.is_development)
    db = Database(settings.dsn(ROLE))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await db.open()
        try:
            async with db.transaction() as conn:
                await verify_keys(conn, keys)
            yield
        finally:
            await db.close()
            await http.aclose()

    app = create_app(name="core_record", lifespan=lifespan, ready=db.ping)
    app.state.db, app.state.keys, app.state.sends_mail = db, keys, settings.sends_mail
    protect(
        app,
        build_verifier(
            settings,
            audiences.CORE_RECORD,
            settings.core_record_url,
            keys=keys,
            exchange_keys=own_keys(settings),
            http=http,
            admission=Apps(settings, audiences.CORE_RECORD, db),
        ),
    )
    app.add_middleware(
        LookUpAccount, service="core_record", db=db, keys=keys, without_row=OF_NO_PATIENT, apart=("/token",)
    )
    for router in _ROUTERS:
        app.include_router(router)
    app.router.routes.extend(exchange_routes(settings, keys, http=http))
    return app


def __getattr__(name: str) -> Any:
    """`core_record.app:app`, made when a server asks for it."""
    if name != "app":
        raise AttributeError(name)
    app = make_app(get_settings())
    globals()["app"] = app
    return app
