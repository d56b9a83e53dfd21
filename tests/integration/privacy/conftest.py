"""The core record over HTTP with an actor in place of a verified token, and settings made through it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from core_record.app import make_app
from kit.identity.actor import Actor
from kit.identity.web import actor_of
from kit.settings import Settings
from tests.conftest import TestDatabase
from tests.integration.core_record.conftest import actor, core_db, number, registers, results_db

__all__ = ["actor", "core_db", "number", "registers", "results_db"]

ENH = "urn:oid:2.16.578.1.12.4.1.4.101"
HPR = "urn:oid:2.16.578.1.12.4.1.4.4"
_PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
SCOPES = frozenset({"akson:core-record/read", "akson:core-record/write"})
AsActor = Callable[[Actor], httpx.AsyncClient]
Set = Callable[..., Awaitable[httpx.Response]]


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
