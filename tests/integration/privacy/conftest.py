"""The core record over HTTP with an actor in place of a verified token, and settings made through it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI

import results_service.app as results_app
from core_record.app import make_app
from kit.db import SyncDatabase
from kit.identity.actor import Actor, ActorKind
from kit.identity.web import actor_of
from kit.ids import NationalId
from kit.keys import KeyRing
from kit.settings import Settings
from results_service.codes import CodeBook
from results_service.intake.endpoints import caller
from results_service.intake.pipeline import Pipeline
from results_service.intake.work import Worker
from tests.conftest import TestDatabase
from tests.integration.core_record.conftest import actor, core_db, number, registers, results_db
from tests.verified import act_as

__all__ = ["actor", "core_db", "number", "registers", "results_db"]

ENH = "urn:oid:2.16.578.1.12.4.1.4.101"
HPR = "urn:oid:2.16.578.1.12.4.1.4.4"
_PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
SCOPES = frozenset({"akson:core-record/read", "akson:core-record/write"})
AsActor = Callable[[Actor], httpx.AsyncClient]
Set = Callable[..., Awaitable[httpx.Response]]
GP = {"access_basis": "UNNTAK", "requester_hpr_role": "LE"}
MakeActor = Callable[..., Actor]
Number = Callable[[str], NationalId]


def party(role: str, system: str, value: str) -> dict[str, Any]:
    coding = [{"system": _PARTICIPATION, "code": role}]
    return {"role": {"coding": coding}, "reference": {"identifier": {"system": system, "value": value}}}


def consent(category: str, **provision: Any) -> dict[str, Any]:
    kind = "permit" if category == "samtykke" else "deny"
    return {
        "resourceType": "Consent",
        "status": "active",
        "category": [{"coding": [{"system": "urn:akson:privacy-setting", "code": category}]}],
        "provision": {"type": kind, **provision},
    }


@pytest.fixture
async def core_app(settings: Settings, postgres: TestDatabase, registers: None) -> AsyncIterator[FastAPI]:
    app = make_app(settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
def core(core_app: FastAPI) -> AsActor:
    def make(who: Actor) -> httpx.AsyncClient:
        core_app.dependency_overrides[actor_of] = lambda: who
        return httpx.AsyncClient(transport=httpx.ASGITransport(core_app), base_url="http://core")

    return make


@pytest.fixture
def citizen(actor: Callable[..., Actor]) -> Callable[[str], Actor]:
    return lambda name: actor(name, scopes=SCOPES)


@pytest.fixture
def make_setting(core: AsActor, citizen: Callable[[str], Actor]) -> Set:
    """`await make_setting("line", "sperring", class=[…])`: as the citizen would."""

    async def make(name: str, category: str, **provision: Any) -> httpx.Response:
        answer = await core(citizen(name)).post("/fhir/Consent", json=consent(category, **provision))
        assert answer.status_code in (200, 201), answer.text
        return answer

    return make


MESSAGES = Path(__file__).resolve().parents[2] / "messages"
SENDS = Actor(
    kind=ActorKind.MACHINE,
    subject="lab",
    client_id="lab",
    issuer="https://issuer.example",
    audience="nhn:pps",
    token_id="t",
    scopes=frozenset({"nhn:pps/svarrapport-write"}),
    organisation="313902196",
)


@dataclass
class Results:
    """The results service over HTTP, and its worker."""

    app: FastAPI
    worker: Worker
    database: SyncDatabase
    caller: Actor = SENDS

    async def send(self, *names: str, number: str | None = None) -> list[dict[str, Any]]:
        """Send messages of `tests/messages` (with another person's number) and process them; the records."""
        self.caller = SENDS
        records = []
        async with self._client() as client:
            for name in names:
                text = (MESSAGES / name).read_text()
                if number:
                    text = re.sub(r"<OffId>\d+</OffId>", f"<OffId>{number}</OffId>", text)
                    text = re.sub(r'<(DateOfBirth|Sex) V="[^"]*"( DN="[^"]*")?/>', "", text)
                sent = await client.post(
                    "/messages", content=text.encode(), headers={"Content-Type": "application/xml"}
                )
                assert sent.status_code == 202, sent.text
                while self.worker.take_turn() is not None:
                    pass
                records.append((await client.get(f"/messages/{sent.json()['id']}")).json())
        return records

    async def search(
        self, who: Actor, number: NationalId, kind: str = "DiagnosticReport", *, path: str = "", **sent: str
    ) -> httpx.Response:
        """A look-up; `sent` are headers, with _ for -."""
        self.caller = replace(who, scopes=frozenset({"nhn:pps/provesvar-read"}))
        headers = {"person-id": number.value} | {k.replace("_", "-"): v for k, v in sent.items()}
        async with self._client() as client:
            return await client.post(path or f"/fhir/{kind}/_search", headers=headers)

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://results.test")


@pytest.fixture
async def results(
    registers: None, settings: Settings, postgres: TestDatabase, keys: KeyRing
) -> AsyncIterator[Results]:
    app = results_app.make_app(settings)
    database = SyncDatabase(postgres.dsn("akson_results"))
    database.open()
    worker = Worker(database, Pipeline(keys, CodeBook.builtin(), production=False))
    made = Results(app, worker, database)
    async with app.router.lifespan_context(app):
        act_as(app, lambda: made.caller)
        app.dependency_overrides[caller] = lambda: made.caller
        yield made
    database.close()


def kinds(answer: httpx.Response) -> list[str]:
    """The kinds of message (8202) of the reports in an answer."""
    assert answer.status_code == 200, answer.text
    reports = [e["resource"] for e in answer.json().get("entry", [])]
    return sorted(r["code"]["coding"][0]["code"] for r in reports if r["resourceType"] == "DiagnosticReport")


def codes(answer: httpx.Response) -> list[str]:
    """The codes of a refusal, or of the OperationOutcome entries of an answer."""
    body = answer.json()
    outcomes = [body] if "issue" in body else [e["resource"] for e in body.get("entry", [])]
    issues = [i for o in outcomes if o["resourceType"] == "OperationOutcome" for i in o["issue"]]
    return [c["code"] for i in issues for c in i.get("details", {}).get("coding", [])]


def log(postgres: TestDatabase) -> list[tuple[Any, ...]]:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        return conn.execute(
            "SELECT basis, outcome, outcome_code, withheld FROM core_record.access_log"
            " WHERE items ? 'DiagnosticReport' ORDER BY seq"
        ).fetchall()


def notices(postgres: TestDatabase) -> list[str]:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        return [k for (k,) in conn.execute("SELECT kind FROM core_record.notice ORDER BY at, kind")]


@pytest.fixture
async def line(results: Results, number: Number) -> NationalId:
    """Line with results of biochemistry, genetics and microbiology, from two laboratories."""
    line = number("line")
    sent = await results.send(
        "biokjemi-1-ny.xml",
        "genetikk.xml",
        "serologi-gruppert-1-ny.xml",
        "annet-laboratorium.xml",
        number=line.value,
    )
    assert [record["status"] for record in sent] == ["processed"] * 4
    return line
