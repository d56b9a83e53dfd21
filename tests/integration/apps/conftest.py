"""The services with verified tokens of any client, and the register of apps as an administrator keeps it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI

import core_record.app
import journal_api.app
import results_service.app
from core_record.apps import admission
from core_record.apps.admission import Apps
from core_record.apps.service import every
from dev.personas import persona
from kit.identity import audiences
from kit.identity.apiclient import NonceJar
from kit.identity.dpop import DpopKey
from kit.keys import KeyRing
from kit.norway import today_in_norway
from kit.settings import Settings
from tests.conftest import TestDatabase
from tests.integration.core_record.conftest import registers
from tests.integration.idor.world import token, verifier

__all__ = ["registers"]
APP = "trend-app"
SERVICES = {
    audiences.CORE_RECORD: (core_record.app.make_app, "core_record_url"),
    audiences.JOURNAL: (journal_api.app.make_app, "journal_url"),
    audiences.RESULTS: (results_service.app.make_app, "results_url"),
}
HEADERS = {
    "sykepleier": {"requester-hpr-role": "SP", "access-reason": "home-care"},
    "legevakt": {"requester-hpr-role": "LE", "access-reason": "emergency"},
    "lege-koman": {"requester-hpr-role": "LE", "access-basis": "UNNTAK"},
    "pleieassistent": {"access-reason": "home-care"},
}
JOURNAL, RESULTS, CORE = audiences.JOURNAL, audiences.RESULTS, audiences.CORE_RECORD
SEARCH = "/journal/_search"


@dataclass
class Desk:
    """Calls through clients: `await desk.call(audience, "sykepleier", "POST", path, client=APP)`."""

    settings: Settings
    postgres: TestDatabase
    apps: dict[str, FastAPI]
    clients: dict[str, httpx.AsyncClient]

    async def call(
        self,
        audience: str,
        who: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        client: str | None = None,
        about: str | None = None,
        scopes: list[str] | None = None,
        form: dict[str, str] | None = None,
        **headers: str,
    ) -> httpx.Response:
        """The answer; `client` is the program that the token is for (ours, unless said)."""
        key, jar = DpopKey.generate(), NonceJar()
        said: dict[str, Any] = {"as": who, "client": client}
        if scopes is not None:
            said["scopes"] = scopes
        held = token(self.settings, said, audience, key)
        url = getattr(self.settings, SERVICES[audience][1]) + path
        sent = {**HEADERS.get(who, {}), **{name.replace("_", "-"): value for name, value in headers.items()}}
        if about:
            sent["person-id"] = persona(about).national_id or ""
        content: dict[str, Any] = {"data": form} if form is not None else {"json": body}
        for _ in range(2):
            proof = key.proof(method, url, held, jar.get(url))
            sent |= {"authorization": f"DPoP {held}", "dpop": proof}
            answer = await self.clients[audience].request(method, url, headers=sent, **content)
            if not (jar.learn(answer) and answer.status_code == 401):
                break
        return answer

    async def propose(self, by: str = "administrator", **changed: Any) -> httpx.Response:
        """Enter the app for the administrator's municipality."""
        entry = {
            "client_id": APP,
            "org_number": "313900215",
            "name": "Trend",
            "vendor": "313902307",
            "vendor_name": "Leverandør AS",
            "purpose": "Viser utviklingen av målinger",
            "grants": ["akson:journal user/Patient.rs", "akson:journal user/Observation.rs"],
            "launch_url": "https://trend.example.no/launch",
            "data_protection": "Databehandleravtale 12",
            "valid_to": (today_in_norway() + timedelta(365)).isoformat(),
        }
        return await self.call(
            audiences.CORE_RECORD, by, "POST", "/administration/apps", {**entry, **changed}
        )

    async def decide(self, was: str, state: str, reason: str = "reviewed", **changed: Any) -> httpx.Response:
        """Approve, suspend or withdraw it, and let a second pass in every process."""
        entry = {"client_id": APP, "org_number": "313900215", "was": was, "state": state, "reason": reason}
        entry |= changed
        entry = {"seen": await self.seen(entry["client_id"], entry["org_number"]), **entry}
        answer = await self.call(
            audiences.CORE_RECORD, "administrator", "POST", "/administration/apps/decide", entry
        )
        self.a_second_passes()
        return answer

    async def seen(self, client_id: str, org_number: str) -> str:
        """What stands for all of a row, as whoever reads it now gets it."""
        async with await psycopg.AsyncConnection.connect(self.postgres.superuser_dsn) as conn:
            found = {(row.client_id, row.org_number): row.seen for row in await every(conn)}
        return found.get((client_id, org_number), "")

    async def admit(self, **changed: Any) -> None:
        """Propose and approve."""
        assert (await self.propose(**changed)).json() == {"changed": True}
        of = {name: changed[name] for name in ("client_id", "org_number") if name in changed}
        assert (await self.decide("proposed", "approved", **of)).json()["changed"] is True

    def a_second_passes(self) -> None:
        """As if the time had passed after which the register is asked again."""
        for app in self.apps.values():
            app.state.verifier.admission._register._read_at = float("-inf")

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What the database holds, as its owner sees it."""
        with psycopg.connect(self.postgres.superuser_dsn) as conn:
            return conn.execute(query.encode(), values).fetchall()


@pytest.fixture
async def desk(
    registers: None, postgres: TestDatabase, settings: Settings, keys: KeyRing
) -> AsyncIterator[Desk]:
    assert admission.MAX_AGE == 1.0
    apps: dict[str, FastAPI] = {}
    clients: dict[str, httpx.AsyncClient] = {}
    async with AsyncExitStack() as stack:
        for audience, (make, url) in SERVICES.items():
            app = make(settings)
            made: Apps = app.state.verifier.admission
            app.state.verifier = verifier(settings, keys, audience, getattr(settings, url))
            app.state.verifier.admission = made
            await stack.enter_async_context(app.router.lifespan_context(app))
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            clients[audience] = await stack.enter_async_context(httpx.AsyncClient(transport=transport))
            apps[audience] = app
        yield Desk(settings, postgres, apps, clients)


def code(answer: httpx.Response) -> str:
    said = answer.json()
    title = said["title"] if "title" in said else said["issue"][0]["diagnostics"].partition(":")[0]
    return f"{answer.status_code} {title}"


async def read(desk: Desk, *kinds: str, who: str = "sykepleier", client: str | None = APP) -> httpx.Response:
    body = {"kinds": list(kinds or ("Observation",))}
    return await desk.call(JOURNAL, who, "POST", SEARCH, body, client=client, about="line")
