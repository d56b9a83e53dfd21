"""Operations over HTTP on real servers: messages through the real intake, callers taken as verified."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import httpx
import psycopg
import pytest

from core_record.registers.service import import_registers, register_file
from dev.embedded import Valkey
from kit import valkey as kit_valkey
from kit.db import Database, SyncDatabase
from kit.identity.actor import Actor
from kit.identity.audiences import OPERATE
from kit.identity.web import actor_of
from kit.jobs import make_celery
from kit.keys import KeyRing
from kit.settings import Settings
from kit.web import create_app
from results_service.codes import CodeBook
from results_service.intake.endpoints import caller
from results_service.intake.endpoints import router as intake_router
from results_service.intake.pipeline import Pipeline
from results_service.intake.service import Intake
from results_service.intake.work import Worker
from results_service.operations.endpoints import OperationsContext, router
from results_service.operations.team_endpoints import router as team_router
from tests.conftest import TestDatabase
from tests.integration.core_record.conftest import MakeActor, actor, registers  # noqa: F401


class Letter(Protocol):
    """Anything that can be sent."""

    def xml(self) -> bytes: ...


@dataclass
class World:
    """The service, who calls it, and its worker."""

    http: httpx.AsyncClient
    make: MakeActor
    worker: Worker
    database: TestDatabase
    keys: KeyRing
    caller: Actor
    lab: Actor

    def acting_as(self, persona: str, **changed: Any) -> World:
        scopes = changed.pop("scopes", frozenset({OPERATE}))
        self.caller = self.make(persona, scopes=scopes, **changed)
        return self

    async def send(self, message: Letter) -> str:
        """Send through the intake and process; the message's id."""
        answer = await self.http.post(
            "/messages", content=message.xml(), headers={"Content-Type": "application/xml"}
        )
        assert answer.status_code == 202, answer.text
        self.work()
        return str(answer.json()["id"])

    def work(self) -> None:
        while self.worker.take_turn() is not None:
            pass

    async def get(self, path: str, **params: Any) -> httpx.Response:
        return await self.http.get(f"/operations{path}", params=params)

    async def post(self, path: str, **body: Any) -> httpx.Response:
        return await self.http.post(f"/operations{path}", json=body)

    async def ids(self, **params: Any) -> list[str]:
        answer = await self.get("/messages", **params)
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["items"]]

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database.superuser_dsn, autocommit=True) as conn:
            return conn.execute(query.encode(), values).fetchall()

    def status(self, message_id: str) -> str:
        return str(self.rows("SELECT status FROM results.intake_message WHERE id = %s", message_id)[0][0])

    def person(self, message_id: str) -> object:
        return self.rows("SELECT person_id FROM results.intake_message WHERE id = %s", message_id)[0][0]

    def register(self, file: dict[str, Any]) -> None:
        with psycopg.connect(self.database.dsn("akson_core")) as conn:
            import_registers(conn, self.keys, register_file(file))
        self.worker._pipeline.begin_turn()


@pytest.fixture
def worker(postgres: TestDatabase, keys: KeyRing) -> Iterator[Worker]:
    database = SyncDatabase(postgres.dsn("akson_results"))
    database.open()
    yield Worker(database, Pipeline(keys, CodeBook.builtin(), production=False))
    database.close()


@pytest.fixture
async def world(
    registers: None,  # noqa: F811
    postgres: TestDatabase,
    keys: KeyRing,
    settings: Settings,
    valkey: Valkey,
    worker: Worker,
    actor: MakeActor,  # noqa: F811
) -> AsyncIterator[World]:
    database = Database(postgres.dsn("akson_results"))
    await database.open()
    client = kit_valkey.async_client()
    celery = make_celery("results", include=[])
    intake = Intake(database, keys, client, celery, retention_days=settings.original_retention_days)
    app = create_app(name="results_service")
    app.include_router(intake_router)
    app.include_router(router)
    app.include_router(team_router)
    app.state.intake, app.state.operations = intake, OperationsContext(database, keys)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    lab = actor("lab", scopes=frozenset({"nhn:pps/svarrapport-write"}))
    async with intake.running(), httpx.AsyncClient(transport=transport, base_url="http://results") as http:
        made = World(http, actor, worker, postgres, keys, lab, lab).acting_as("drift")
        app.dependency_overrides[caller] = lambda: made.lab
        app.dependency_overrides[actor_of] = lambda: made.caller
        yield made
    await client.aclose()
    await database.close()
