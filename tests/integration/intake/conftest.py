"""The intake over HTTP on real servers, with callers whose tokens are taken as verified."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from core_record.registers.service import import_registers, register_file
from dev.embedded import Valkey
from kit import valkey as kit_valkey
from kit.db import Database, SyncDatabase
from kit.identity.actor import Actor, ActorKind
from kit.jobs import make_celery
from kit.keys import KeyRing
from kit.settings import Settings
from kit.web import create_app
from results_service.codes import CodeBook
from results_service.intake.endpoints import RECEIVING, router
from results_service.intake.pipeline import Pipeline
from results_service.intake.service import Intake
from results_service.intake.work import Worker
from tests.conftest import TestDatabase
from tests.integration.intake.messages import GRY, LINE
from tests.tables import Tables
from tests.verified import act_as

BROKER, LAB, OTHER_LAB, STRICT_LAB, STRANGER = (
    "313902196",
    "313901866",
    "313901971",
    "313902080",
    "313902307",
)
REGISTERS = {
    "organisations": [
        {"org_number": BROKER, "name": "Samband", "kind": "broker"},
        {"org_number": LAB, "name": "Nordlys", "kind": "laboratory", "her_id": "8100080"},
        {"org_number": OTHER_LAB, "name": "Vestbre", "kind": "radiology", "her_id": "8100090"},
        {"org_number": STRICT_LAB, "name": "Referanse", "kind": "laboratory", "her_id": "8100100"},
        {"org_number": STRANGER, "name": "Etat", "kind": "agency"},
    ],
    "persons": [
        {"national_id": LINE, "given_name": "L", "family_name": "D", "birth_date": "1969-11-13", "sex": 2},
        {"national_id": GRY, "given_name": "G", "family_name": "T", "birth_date": "1979-05-12", "sex": 2},
    ],
    "senders": [
        {"org_number": LAB, "her_ids": ["8100080"], "delivered_by": [BROKER]},
        {"org_number": OTHER_LAB, "her_ids": ["8100090"], "delivered_by": [LAB]},
        {"org_number": STRICT_LAB, "her_ids": ["8100100"], "delivered_by": [BROKER], "strict": True},
    ],
}
MACHINE = Actor(
    kind=ActorKind.MACHINE,
    subject="lab",
    client_id="lab",
    issuer="https://issuer.example",
    audience="nhn:pps",
    token_id="t",
    scopes=frozenset({"nhn:pps/svarrapport-write"}),
    organisation=BROKER,
)


@dataclass
class Api:
    """A client of the intake and who it calls as."""

    http: httpx.AsyncClient
    caller: Actor = MACHINE

    def acting_as(self, **changes: object) -> Api:
        self.caller = replace(self.caller, **changes)  # type: ignore[arg-type]
        return self

    async def send(self, data: bytes, **headers: str) -> httpx.Response:
        sent = {"Content-Type": "application/xml", **{k.replace("_", "-"): v for k, v in headers.items()}}
        return await self.http.post("/messages", content=data, headers=sent)


@pytest.fixture
def registers(clean_db: None, tables: Tables, postgres: TestDatabase, keys: KeyRing) -> None:
    def load() -> None:
        with psycopg.connect(postgres.dsn("akson_core")) as conn:
            import_registers(conn, keys, register_file(REGISTERS))

    tables.fill("intake", load)


@pytest.fixture
async def intake(
    registers: None, postgres: TestDatabase, keys: KeyRing, settings: Settings, valkey: Valkey
) -> AsyncIterator[Intake]:
    database = Database(postgres.dsn("akson_results"))
    await database.open()
    client = kit_valkey.async_client()
    celery = make_celery("results", include=[])
    service = Intake(database, keys, client, celery, retention_days=settings.original_retention_days)
    async with service.running():
        yield service
    await client.aclose()
    await database.close()


@pytest.fixture
async def api(intake: Intake) -> AsyncIterator[Api]:
    app: FastAPI = create_app(name="results_service", direct=RECEIVING)
    app.include_router(router)
    app.state.intake = intake
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://results.test") as http:
        api = Api(http)
        act_as(app, lambda: api.caller)
        yield api


@pytest.fixture
def worker_database(postgres: TestDatabase, registers: None) -> Iterator[SyncDatabase]:
    database = SyncDatabase(postgres.dsn("akson_results"))
    database.open()
    yield database
    database.close()


@pytest.fixture
def worker(worker_database: SyncDatabase, keys: KeyRing) -> Worker:
    return Worker(worker_database, Pipeline(keys, CodeBook.builtin(), production=False))
