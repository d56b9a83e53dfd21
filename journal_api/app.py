"""The municipal journal as an ASGI app (port 8103)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from core_record.access_log.service import LookUpAccount
from core_record.apps.admission import Apps
from core_record.apps.discovery import discovery
from core_record.registers.service import verify_keys
from journal_api.care.absence.endpoints import router as absence_router
from journal_api.care.follow_up.endpoints import router as follow_up_router
from journal_api.care.follow_up.recurring import follow_up_tasks
from journal_api.care.messages.endpoints import router as messages_router
from journal_api.care.requisitions.endpoints import router as requisitions_router
from journal_api.care.units.endpoints import router as units_router
from journal_api.care.visits.endpoints import router as visits_router
from journal_api.care.worklist.endpoints import router as work_router
from journal_api.desk import Desk
from journal_api.fhir.documents import router as fhir_documents_router
from journal_api.fhir.endpoints import router as fhir_router
from journal_api.journal.codes.endpoints import router as codes_router
from journal_api.journal.codes.service import keep_builtin
from journal_api.journal.documents.endpoints import router as documents_router
from journal_api.journal.documents.rescanning import scanning_tasks
from journal_api.journal.endpoints import router as journal_router
from journal_api.journal.growth.endpoints import router as growth_router
from journal_api.journal.medication.endpoints import router as medication_router
from journal_api.journal.moving.endpoints import router as moving_router
from journal_api.journal.notes.endpoints import router as notes_router
from journal_api.launches.endpoints import router as launches_router
from journal_api.transfer.endpoints import router as transfer_router
from kit.db import Database
from kit.identity import audiences
from kit.identity.verifier import build_verifier
from kit.identity.web import protect
from kit.keys import KeyRing
from kit.recurring import running
from kit.settings import Settings, get_settings
from kit.valkey import async_client
from kit.web import create_app

ROLE = "akson_journal"
CARE = (
    *(absence_router, follow_up_router, messages_router, units_router, visits_router),
    requisitions_router,
)
OF_NO_PATIENT = ("/templates", "/codes/_search", "/requisitions/panels", "/fhir/metadata", "/apps/")
NAMED = (
    *(notes_router, medication_router, moving_router, documents_router, fhir_documents_router),
    launches_router,
)
"""Before the routes of every kind, which would take theirs."""
_LISTS = (codes_router, growth_router, work_router)
_ROUTERS = (*NAMED, *CARE, journal_router, *_LISTS, fhir_router, transfer_router)


def make_app(settings: Settings, *, recurs: bool = False) -> FastAPI:
    """The app for these settings. It starts only with the keys its database was made with.

    `recurs`: it also takes results onto lists, escalates, and scans documents, for as long as it runs.
    """
    keys = KeyRing.load(settings.keys_folder, create=settings.is_development)
    db = Database(settings.dsn(ROLE), max_size=16)
    apps, valkey = Apps(settings, audiences.JOURNAL, db), async_client()
    recurring = [*follow_up_tasks(db), *scanning_tasks(db, keys, settings.clamd)] if recurs else []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await db.open()
        try:
            async with db.transaction() as conn:
                await verify_keys(conn, keys)
                await keep_builtin(conn)
            async with running(recurring):
                yield
        finally:
            await db.close()
            await valkey.aclose()

    app = create_app(name="journal_api", lifespan=lifespan, ready=db.ping)
    app.state.db, app.state.keys = db, keys
    app.state.desk = Desk(db, keys)
    app.state.apps, app.state.valkey = apps, valkey
    app.state.discovery = discovery(settings, audiences.JOURNAL, f"{settings.journal_url}/launches/_redeem")
    app.state.scanner = settings.clamd
    protect(app, build_verifier(settings, audiences.JOURNAL, settings.journal_url, keys=keys, admission=apps))
    app.add_middleware(LookUpAccount, service="journal_api", db=db, keys=keys, without_row=OF_NO_PATIENT)
    for router in _ROUTERS:
        app.include_router(router)
    return app


def __getattr__(name: str) -> Any:
    """`journal_api.app:app`, made when a server asks for it."""
    if name != "app":
        raise AttributeError(name)
    app = make_app(get_settings(), recurs=True)
    globals()["app"] = app
    return app
