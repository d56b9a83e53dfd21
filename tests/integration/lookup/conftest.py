"""A store with persons, and the two ways into it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from core_record.access_log.service import GroupCommit
from core_record.registers.service import resolve_person_sync
from kit.db import Database, SyncDatabase
from kit.identity.actor import Actor
from kit.ids import NationalId, new_id
from kit.keys import KeyRing
from kit.web import create_app
from results_service.lookup.endpoints import LookupContext, router
from results_service.reports.models import StoreOutcome
from results_service.reports.service import store_report_sync
from tests.conftest import TestDatabase
from tests.integration.core_record.conftest import (  # noqa: F401 - fixtures of the personas
    MakeActor,
    actor,
    number,
    registers,
)
from tests.integration.lookup.builder import Report
from tests.verified import act_as

BASE = "https://results.test/fhir"
DOCTOR = {"access-basis": "UNNTAK", "requester-hpr-role": "LE"}


class Store:
    """Stores reports as the worker does, and looks at the tables as nobody in the product can."""

    def __init__(self, database: SyncDatabase, superuser_dsn: str) -> None:
        self.database = database
        self.superuser_dsn = superuser_dsn

    def put(self, person: UUID, report: Report, message_id: UUID | None = None) -> StoreOutcome:
        with self.database.transaction() as conn:
            return store_report_sync(
                conn,
                person_id=person,
                key=report.key,
                message=report.message(),
                mapped=report.mapped(report.key.report_id(person)),
                message_id=message_id or new_id(),
                fingerprint=report.fingerprint,
            )

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with psycopg.connect(self.superuser_dsn) as conn:
            return conn.execute(query.encode(), values).fetchall()


@pytest.fixture
def store(postgres: TestDatabase, clean_db: None) -> Iterator[Store]:
    database = SyncDatabase(postgres.dsn("akson_results"), max_size=4)
    database.open()
    yield Store(database, postgres.superuser_dsn)
    database.close()


@dataclass
class Api:
    """A client of the FHIR API: who it calls as, about whom, and what it declares."""

    http: httpx.AsyncClient
    caller: Actor
    number: NationalId
    person_id: UUID
    headers: dict[str, str] = field(default_factory=lambda: dict(DOCTOR))

    async def search(self, kind: str, *pairs: tuple[str, str], **headers: str) -> httpx.Response:
        sent = {"person-id": self.number.value, **self.headers, **headers}
        return await self.http.post(f"/fhir/{kind}/_search", data=_form(pairs), headers=sent)


def _form(pairs: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    form: dict[str, list[str]] = {}
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    return form


@pytest.fixture
async def database(postgres: TestDatabase) -> AsyncIterator[Database]:
    database = Database(postgres.dsn("akson_results"))
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def api(
    registers: None,  # noqa: F811
    store: Store,
    database: Database,
    keys: KeyRing,
    actor: MakeActor,  # noqa: F811
    number: Callable[[str], NationalId],  # noqa: F811
) -> AsyncIterator[Api]:
    """The listed GP asks about Line."""
    app: FastAPI = create_app(name="results_service")
    app.include_router(router)
    app.state.lookup = LookupContext(database, keys, BASE, GroupCommit(database))
    with store.database.transaction() as conn:
        person_id = resolve_person_sync(conn, keys, number("line"))
    assert person_id is not None
    scopes = frozenset({"nhn:pps/provesvar-read"})
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://results.test") as http:
        api = Api(http, actor("lege-koman", scopes=scopes), number("line"), person_id)
        act_as(app, lambda: api.caller)
        yield api
