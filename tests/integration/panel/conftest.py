"""The panel's app over HTTP, with an actor in place of a verified token (tested elsewhere)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from citizen_panel import app as panel_app
from citizen_panel import clock
from citizen_panel.clock import Clock
from citizen_panel.panels.setup import PanelFile, PanelRow, Staff, set_up
from dev.population.numbers import Numbers
from kit.identity.actor import Actor, ActorKind
from kit.identity.web import actor_of
from kit.ids import parse_national_id
from kit.keys import KeyRing
from kit.roles import OWNER
from kit.settings import Settings
from tests.conftest import TestDatabase

PANEL = UUID("01900000-0000-7000-8000-000000000001")
DRAWN = UUID("01900000-0000-7000-8000-000000000002")
SAID = {"nb": "Tekst", "nn": "Tekst", "en": "Text"}
LEADER, MODERATOR, DECIDER = 900, 901, 902


@dataclass
class Panel:
    """The service, and people numbered from 0 who call it; 900 to 902 are staff."""

    http: httpx.AsyncClient
    app: FastAPI
    numbers: list[str]

    async def call(self, who: int | None, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Call as somebody (None: without a login); answers with the JSON (a list's items)."""
        answer = await self.ask(who, method, path, body, **headers)
        assert answer.is_success, answer.text
        found = answer.json() if answer.content else None
        return found["items"] if found and "items" in found else found

    async def ask(
        self, who: int | None, method: str, path: str, body: Any = None, **headers: str
    ) -> httpx.Response:
        if who is not None:
            self.app.dependency_overrides[actor_of] = lambda: self._actor(who)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.request(method, path, json=body, headers=sent)

    def _actor(self, who: int) -> Actor:
        return Actor(
            kind=ActorKind.CITIZEN,
            subject=str(who),
            client_id="portal",
            issuer="https://issuer.example",
            audience="akson:panel",
            token_id="t",
            scopes=frozenset({"akson:panel/read", "akson:panel/write"}),
            security_level=4,
            national_id=parse_national_id(self.numbers[who]),
            name=f"Person {who}",
        )

    async def tick(self) -> None:
        await Clock(self.app.state.db, self.app.state.keys, "http://127.0.0.1:1").tick()

    async def asked(self, *, dimensions: tuple[str, ...] = ("age",)) -> str:
        """An open consultation with one question of each kind; its id."""
        made = await self.call(LEADER, "POST", f"/panels/{PANEL}/consultations", plan(dimensions))
        await self.call(LEADER, "POST", f"/consultations/{made['id']}/open")
        return str(made["id"])


def plan(dimensions: tuple[str, ...] = ("age",), **changed: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    options = [{"code": code, "text": SAID} for code in ("a", "b", "c")]
    return {
        "title": SAID,
        "about": SAID,
        "questions": [
            {"id": "one", "kind": "single", "text": SAID, "options": options, "required": True},
            {"id": "many", "kind": "multiple", "text": SAID, "options": options},
            {"id": "scale", "kind": "scale", "text": SAID, "when": {"question": "one", "option": "a"}},
            {"id": "rank", "kind": "ranking", "text": SAID, "options": options},
            {"id": "free", "kind": "text", "text": SAID},
        ],
        "opens_at": (now - timedelta(minutes=1)).isoformat(),
        "closes_at": (now + timedelta(hours=1)).isoformat(),
        "dimensions": list(dimensions),
        **changed,
    }


@pytest.fixture(scope="session")
def numbers() -> list[str]:
    """Fictitious national numbers."""
    made, random = Numbers([]), Random(8)  # noqa: S311 - repeatable
    return [made.national(random, date(1960 + n % 40, 1 + n % 12, 1 + n % 28), 1 + n % 2) for n in range(903)]


@pytest.fixture
async def panel(
    settings: Settings,
    postgres: TestDatabase,
    clean_db: None,
    keys: KeyRing,
    numbers: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Panel]:
    for name in ("TICK_SECONDS", "MEASURE_SECONDS"):
        monkeypatch.setattr(clock, name, 3600.0)  # the tests decide when it is time
    staff = [
        Staff(numbers[LEADER], "leader"),
        Staff(numbers[MODERATOR], "moderator"),
        Staff(numbers[DECIDER], "decision-maker"),
    ]
    rows = [
        PanelRow(PANEL, "citizens", "open", SAID, SAID, SAID, 1, staff),
        PanelRow(DRAWN, "citizens", "draw", SAID, SAID, SAID, 1, staff, {"sex": {"woman": 0.5, "man": 0.5}}),
    ]
    with psycopg.connect(postgres.dsn(OWNER)) as conn:
        set_up(conn, keys, PanelFile(rows))
    app = panel_app.make_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://panel") as http,
    ):
        yield Panel(http, app, numbers)
