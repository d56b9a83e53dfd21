"""The real apps on one seeded database for the whole matrix: tokens are made once, requests go over ASGI."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI

import citizen_panel.app
import core_record.app
import journal_api.app
import results_service.app
from kit.identity import audiences
from kit.identity.apiclient import NonceJar
from kit.identity.dpop import DpopKey
from kit.keys import KeyRing
from kit.settings import Settings
from tests.conftest import TestDatabase
from tests.integration.idor.matrix import Matrix, Sent
from tests.integration.idor.world import Person, seed, token, verifier


@dataclass(frozen=True)
class Service:
    """How one service is made, for which audience its tokens are, and where clients reach it."""

    make: Callable[[Settings], FastAPI]
    audience: str
    url: Callable[[Settings], str]


SERVICES = {
    "core_record": Service(core_record.app.make_app, audiences.CORE_RECORD, lambda s: s.core_record_url),
    "citizen_panel": Service(citizen_panel.app.make_app, audiences.PANEL, lambda s: s.panel_url),
    "journal_api": Service(journal_api.app.make_app, audiences.JOURNAL, lambda s: s.journal_url),
    "results_service": Service(results_service.app.make_app, audiences.RESULTS, lambda s: s.results_url),
}


class Callers:
    """Signs requests as the actors of the table: one key and one token each."""

    def __init__(self, matrix: Matrix, settings: Settings, service: Service, http: httpx.AsyncClient) -> None:
        self._http, self._url, self._nonces = http, service.url(settings), NonceJar()
        self._keys = {name: DpopKey.generate() for name in matrix.actors}
        self._tokens = {
            name: token(settings, who, service.audience, self._keys[name])
            for name, who in matrix.actors.items()
            if "as" in who
        }

    async def send(self, actor: str, sent: Sent) -> httpx.Response:
        """The answer; the first call learns the server's nonce, as every client does."""
        url = self._url + sent.path
        for _ in range(2):
            nonce = self._nonces.get(url)
            headers = dict(sent.headers)
            if actor in self._tokens:
                held = self._tokens[actor]
                headers["authorization"] = f"DPoP {held}"
                headers["dpop"] = self._keys[actor].proof(sent.method, url, held, nonce)
            answer = await self._http.request(sent.method, url, headers=headers, content=sent.content)
            if not (self._nonces.learn(answer) and answer.status_code == 401):
                break
        return answer


@dataclass(frozen=True)
class World:
    """The matrix, the persons, and a caller for each service."""

    matrix: Matrix
    people: dict[str, Person]
    apps: dict[str, FastAPI]
    callers: dict[str, Callers]
    things: dict[str, str]


@pytest.fixture
async def world(
    clean_db: None, postgres: TestDatabase, settings: Settings, keys: KeyRing
) -> AsyncIterator[World]:
    matrix = Matrix()
    people = await seed(postgres, keys)
    apps: dict[str, FastAPI] = {}
    callers: dict[str, Any] = {}
    async with AsyncExitStack() as stack:
        for name, service in SERVICES.items():
            app = service.make(settings)
            app.state.verifier = verifier(settings, keys, service.audience, service.url(settings))
            await stack.enter_async_context(app.router.lifespan_context(app))
            http = await stack.enter_async_context(
                httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False))
            )
            apps[name], callers[name] = app, Callers(matrix, settings, service, http)
        yield World(matrix, people, apps, callers, things(postgres))


def things(postgres: TestDatabase) -> dict[str, str]:
    """What stands in braces besides a person's own: an id of nothing, one of the administrator's workers."""
    with psycopg.connect(postgres.superuser_dsn) as conn:
        query = "SELECT personnel_id FROM core_record.personnel WHERE family_name = 'Myrland'"
        found = conn.execute(query).fetchall()
    return {"unknown": "018f0000-0000-7000-8000-000000000000", "worker": str(found[0][0])}
