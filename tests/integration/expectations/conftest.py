"""Real messages through the whole service: received, processed by a worker, read again by a FHIR search."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from core_record.access_log.service import GroupCommit
from dev.embedded import Valkey
from kit import valkey as kit_valkey
from kit.db import Database, SyncDatabase
from kit.jobs import make_celery
from kit.keys import KeyRing
from kit.settings import Settings
from kit.web import create_app
from results_service.intake.endpoints import caller
from results_service.intake.endpoints import router as intake_router
from results_service.intake.pipeline import Pipeline
from results_service.intake.service import Intake
from results_service.intake.work import Worker
from results_service.lookup.endpoints import LookupContext
from results_service.lookup.endpoints import router as lookup_router
from results_service.reports.fhir import map_report
from tests.conftest import TestDatabase
from tests.integration.core_record.conftest import MakeActor, actor, registers  # noqa: F401 - fixtures
from tests.integration.expectations.facts import Facts, Json, decode, nlk, read
from tests.shared import SHARED
from tests.verified import act_as

BASE = "https://results.test"
# What the intake adds to what reading and mapping say: it knows the registers and the kind of service.
OF_THE_INTAKE = {"person-unregistered", "sender-unregistered", "test-message", "message-id-reused"}
EMERGENCY = {"access-basis": "AKUTT", "access-reason": "emergency", "requester-hpr-role": "LE"}
EVERYTHING = [
    ("_include", "DiagnosticReport:result"),
    ("_include", "DiagnosticReport:specimen"),
    ("_include", "DiagnosticReport:based-on"),
    ("_include", "DiagnosticReport:performer"),
    ("_include:iterate", "ServiceRequest:requester"),
    ("_include:iterate", "Observation:performer"),
    ("_include:iterate", "Observation:has-member"),
]


@dataclass
class Service:
    """Takes in messages by their path below svarrapport and looks at what is shown of their person."""

    http: httpx.AsyncClient
    worker: Worker

    async def take(self, name: str) -> Json:
        """Send one message and give its final outcome."""
        assert SHARED is not None
        data = (SHARED / "testdata" / "svarrapport" / name).read_bytes()
        answer = await self.http.post("/messages", content=data, headers={"Content-Type": "application/xml"})
        assert answer.status_code == 202, answer.text
        while self.worker.take_turn() is not None:
            pass
        return dict((await self.http.get(answer.headers["location"])).json())

    async def entries(self, name: str, kind: str, form: list[tuple[str, str]]) -> list[Json]:
        """All that a search finds of the person of a message."""
        answer = await self.http.post(
            f"/fhir/{kind}/_search",
            content=urlencode(form),
            headers={**await self._asking(name), "Content-Type": "application/x-www-form-urlencoded"},
        )
        assert answer.status_code == 200, answer.text
        return [entry["resource"] for entry in decode(answer.content).get("entry", [])]

    async def reports(self, name: str) -> list[Json]:
        """The shown reports of the person of a message."""
        return await self.entries(name, "DiagnosticReport", [])

    async def versions(self, name: str) -> list[Json]:
        """The versions of the person's only report, newest first."""
        (report,) = await self.reports(name)
        answer = await self.http.get(
            f"/fhir/DiagnosticReport/{report['id']}/_history", headers=await self._asking(name)
        )
        assert answer.status_code == 200, answer.text
        return [entry["resource"] for entry in decode(answer.content)["entry"]]

    async def shown(self, name: str, outcome: Json) -> Facts:
        """What the look-up shows of the only report of a message's person; its results in message order.

        The results must be, byte for byte but for `subject`, what the mapping of this message makes of them.
        """
        found = await self.entries(name, "DiagnosticReport", EVERYTHING)
        (report,) = [r for r in found if r["resourceType"] == "DiagnosticReport"]
        message, _ = read(name)
        given = {(r["resourceType"], r["id"]): _without_subject(r) for r in found}
        ordered = []
        for resource in map_report(message, UUID(report["id"]), nlk()).resources:
            shown = given.pop((resource.kind, str(resource.id)))
            ordered.append(shown)
            if resource.kind != "DiagnosticReport":
                assert shown == decode(resource.body)
        assert not given, "the answer holds what the message does not"
        warnings = {w["code"] for w in outcome["warnings"]} - OF_THE_INTAKE
        return Facts(ordered, warnings)

    async def _asking(self, name: str) -> dict[str, str]:
        message, _ = read(name)
        return {"person-id": message.patient.number, **EMERGENCY}


def _without_subject(resource: Json) -> Json:
    return {key: value for key, value in resource.items() if key != "subject"}


@pytest.fixture
def worker(postgres: TestDatabase, keys: KeyRing) -> Iterator[Worker]:
    database = SyncDatabase(postgres.dsn("akson_results"))
    database.open()
    yield Worker(database, Pipeline(keys, nlk(), production=False))
    database.close()


@pytest.fixture
async def service(
    registers: None,  # noqa: F811
    actor: MakeActor,  # noqa: F811
    postgres: TestDatabase,
    keys: KeyRing,
    settings: Settings,
    valkey: Valkey,
    worker: Worker,
) -> AsyncIterator[Service]:
    """A broker sends; the emergency doctor reads."""
    database = Database(postgres.dsn("akson_results"))
    await database.open()
    client = kit_valkey.async_client()
    intake = Intake(
        database,
        keys,
        client,
        make_celery("results", include=[]),
        retention_days=settings.original_retention_days,
    )
    sender = actor("lab", audience="nhn:pps", scopes=frozenset({"nhn:pps/svarrapport-write"}))
    doctor = actor("legevakt", audience="nhn:pps", scopes=frozenset({"nhn:pps/provesvar-read"}))

    app: FastAPI = create_app(name="results_service")
    app.include_router(intake_router)
    app.include_router(lookup_router)
    app.state.intake = intake
    app.state.lookup = LookupContext(database, keys, f"{BASE}/fhir", GroupCommit(database))
    app.dependency_overrides[caller] = lambda: sender
    act_as(app, lambda: doctor)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with intake.running(), httpx.AsyncClient(transport=transport, base_url=BASE) as http:
        yield Service(http, worker)
    await client.aclose()
    await database.close()
