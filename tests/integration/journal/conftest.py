"""The journal over HTTP with an actor in place of a verified token."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from journal_api.app import make_app
from kit.db import Database
from kit.identity.actor import Actor
from kit.ids import NationalId
from kit.settings import Settings
from tests.conftest import TestDatabase
from tests.integration.core_record.conftest import actor, core_db, number, registers
from tests.verified import act_as

__all__ = ["actor", "core_db", "number", "registers"]
SCOPES = frozenset({"akson:journal/read", "akson:journal/write"})
ROLES = {
    "lege-koman": "LE",
    "lege-lin": "LE",
    "sykepleier": "SP",
    "sykehuslege": "LE",
    "legevakt": "LE",
    "helsestasjon": "SP",
    "helsesekretaer": "HE",
}
REASONS = {
    "helsesekretaer": "treatment",
    "sykepleier": "home-care",
    "pleieassistent": "home-care",
    "legevakt": "emergency",
    "helsestasjon": "health-centre",
    "sykehuslege": "referral",
    "lege-lin": "treatment",
}
AT = "2026-11-20T09:00:00+01:00"


@dataclass
class Journal:
    """Calls as personas: `await journal.put("lege-koman", "line", "/journal/Encounter/…", body)`."""

    app: FastAPI
    actor: Callable[..., Actor]
    number: Callable[[str], NationalId]
    caller: Actor | None = None

    async def call(
        self, who: str, about: str | None, method: str, path: str, body: Any = None, **headers: str
    ) -> httpx.Response:
        """Headers by keyword, with _ for -; `reason=""` declares none."""
        self.caller = replace(self.actor(who), audience="akson:journal", scopes=SCOPES)
        sent = {"person-id": self.number(about).value} if about else {}
        if who in ROLES:
            sent["requester-hpr-role"] = ROLES[who]
        if reason := headers.pop("reason", REASONS.get(who, "")):
            sent["access-reason"] = reason
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://j") as client:
            return await client.request(method, path, json=body, headers=sent)

    async def ok(
        self, who: str, about: str | None, method: str, path: str, body: Any = None, **h: str
    ) -> Any:
        """The answer's JSON; the call must succeed."""
        answer = await self.call(who, about, method, path, body, **h)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def contact(self, who: str = "lege-koman", about: str = "line", **said: Any) -> dict[str, Any]:
        """A new contact; `state` and `at` besides the body's parts."""
        state, at = said.pop("state", "in-progress"), said.pop("at", AT)
        body = {"state": state, "at": at, "body": {"form": "consultation", **said}}
        made: dict[str, Any] = await self.ok(who, about, "PUT", f"/journal/Encounter/{uuid4()}", body)
        return made

    async def draft(self, who: str = "lege-koman", about: str = "line", **said: Any) -> dict[str, Any]:
        """A new draft of a note."""
        note: dict[str, Any] = await self.ok(
            who, about, "PUT", f"/journal/Composition/{uuid4()}", note_of(**said)
        )
        return note

    async def entries(self, who: str, about: str, *kinds: str, **headers: str) -> dict[str, list[Any]]:
        """Entries of the kinds."""
        answer = await self.ok(who, about, "POST", "/journal/_search", {"kinds": list(kinds)}, **headers)
        found: dict[str, list[Any]] = answer["entries"]
        return found


def note_of(template: str = "gp-note", contact: str | None = None, **said: Any) -> dict[str, Any]:
    """What is sent to write a note."""
    body = {"template": template, "texts": {"text": "Fikk råd om søvn."}, **said}
    sent = {"state": said.pop("state", "draft"), "at": AT, "body": body}
    body.pop("state", None)
    return sent | ({"contact": contact} if contact else {})


def let_relations_end(postgres: TestDatabase) -> None:
    """As if the time had come at which each relation that has an end ends."""
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("SET session_replication_role = replica")
        conn.execute(
            "UPDATE core_record.care_relation SET closed_at = now(), opened_at = least(opened_at, now())"
            " WHERE closed_at IS NOT NULL"
        )


@pytest.fixture
async def journal(
    settings: Settings,
    postgres: TestDatabase,
    registers: None,
    actor: Callable[..., Actor],
    number: Callable[[str], NationalId],
) -> AsyncIterator[Journal]:
    app = make_app(settings)
    made = Journal(app, actor, number)
    async with app.router.lifespan_context(app):
        act_as(app, lambda: made.caller)  # type: ignore[arg-type, return-value]
        yield made


def code_of(answer: httpx.Response) -> str:
    """Status and code of a problem."""
    return f"{answer.status_code} {answer.json()['title']}"


@pytest.fixture
def db(journal: Journal) -> Database:
    found: Database = journal.app.state.db
    return found
