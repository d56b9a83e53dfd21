"""An administrator's calls, and a worker to register."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import date
from random import Random
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from core_record.app import make_app
from dev.population.numbers import Numbers
from kit.identity.actor import Actor
from kit.identity.web import actor_of
from kit.settings import Settings
from tests.conftest import TestDatabase

HOME_CARE, EMERGENCY, MUNICIPALITY = "313900878", "313900983", "313900215"
NEIGHBOUR, GP_OFFICE, NEIGHBOUR_OFFICE = "313901203", "313900541", "313900762"
LIN, KOMAN = "9144900", "9144889"
NEW = Numbers([]).national(Random("new"), date(1999, 5, 4), 2)  # noqa: S311 - a fictitious number
WRITE = frozenset({"akson:core-record/read", "akson:core-record/write"})
Call = Callable[..., Any]


@pytest.fixture
async def app(settings: Settings, postgres: TestDatabase) -> AsyncIterator[FastAPI]:
    app = make_app(settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
def call(app: FastAPI, actor: Callable[..., Actor]) -> Call:
    """`await call("/links", body, number=…, who="administrator", **claims)` → the answer."""

    async def send(
        path: str, body: dict[str, Any] | None = None, *, number: str | None = None,
        who: str = "administrator", **claims: object,
    ) -> httpx.Response:  # fmt: skip
        app.dependency_overrides[actor_of] = lambda: actor(who, **{"scopes": WRITE, **claims})
        headers = {"person-id": number} if number else {}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://core") as client:
            if body is None:
                return await client.get(f"/administration{path}", headers=headers)
            return await client.post(f"/administration{path}", json=body, headers=headers)

    return send


def new_worker(**changed: object) -> dict[str, object]:
    return {
        "given_name": "Ida Marie",
        "family_name": "Solheim",
        "org_number": HOME_CARE,
        "role": "pleieassistent",
        "valid_from": "2026-11-01",
        "reason": "hired",
    } | changed


def rows(postgres: TestDatabase, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        return conn.execute(statement.encode()).fetchall()


async def linked(call: Call, **changed: object) -> dict[str, Any]:
    answer = await call("/personnel", new_worker(**changed), number=NEW)
    found: dict[str, Any] = answer.json()["personnel"]
    return found
