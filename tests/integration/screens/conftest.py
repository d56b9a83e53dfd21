"""The fixtures of look-ups, with the screens' endpoints beside FHIR."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from core_record.access_log.service import GroupCommit
from core_record.registers.service import resolve_person_sync
from kit.db import Database
from kit.ids import NationalId
from kit.keys import KeyRing
from kit.web import create_app
from results_service.codes.service import CurrentCodes
from results_service.lookup.endpoints import LookupContext
from results_service.screens.endpoints import ScreensContext, router
from tests.conftest import TestDatabase
from tests.integration.core_record.conftest import (  # noqa: F401 - fixtures of the personas
    MakeActor,
    actor,
    number,
    registers,
)
from tests.integration.lookup.conftest import (  # noqa: F401 - the store and the database behind it
    BASE,
    DOCTOR,
    Api,
    Store,
    database,
    store,
)
from tests.verified import act_as

SCOPES = frozenset({"nhn:pps/provesvar-read"})


@dataclass
class Screens(Api):
    """A client of the screens' API."""

    superuser_dsn: str = ""

    async def ask(self, what: str, form: dict[str, str] | None = None) -> httpx.Response:
        sent = {"person-id": self.number.value, **self.headers}
        return await self.http.post(f"/screens/{what}/_search", data=form or {}, headers=sent)

    def run(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """As nobody in the product can; the log's own walls are let down for it."""
        with psycopg.connect(self.superuser_dsn, autocommit=True) as conn:
            conn.execute("SET session_replication_role = replica")
            found = conn.execute(statement.encode(), values)
            return found.fetchall() if found.description else []


@pytest.fixture
async def screens(
    registers: None,  # noqa: F811
    store: Store,  # noqa: F811
    database: Database,  # noqa: F811
    keys: KeyRing,
    actor: MakeActor,  # noqa: F811
    number: Callable[[str], NationalId],  # noqa: F811
    postgres: TestDatabase,
) -> AsyncIterator[Screens]:
    """The listed GP asks about Line."""
    app: FastAPI = create_app(name="results_service")
    app.include_router(router)
    lookup = LookupContext(database, keys, BASE, GroupCommit(database))
    app.state.screens = ScreensContext(lookup, CurrentCodes())
    with store.database.transaction() as conn:
        person_id = resolve_person_sync(conn, keys, number("line"))
    assert person_id is not None
    scopes = frozenset({"nhn:pps/provesvar-read"})
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://results.test") as http:
        made = Screens(
            http,
            actor("lege-koman", scopes=scopes),
            number("line"),
            person_id,
            dict(DOCTOR),
            postgres.superuser_dsn,
        )
        act_as(app, lambda: made.caller)
        yield made


def log(screens: Screens) -> list[tuple[object, ...]]:
    return screens.run("SELECT outcome, items FROM core_record.access_log ORDER BY at")


def age(screens: Screens, hours: float) -> None:
    """Let what is in the log and in the store have happened so much earlier."""
    screens.run("UPDATE core_record.access_log SET at = at - %s", timedelta(hours=hours))
    screens.run("UPDATE results.report_version SET received = received - %s", timedelta(hours=hours))


async def table(screens: Screens) -> dict[str, Any]:
    answer = await screens.ask("cumulative")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def new(screens: Screens, since: str = "") -> dict[str, Any]:
    answer = await screens.ask("new", {"since": since} if since else {})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def kinds(found: dict[str, Any]) -> list[str]:
    return [report["kind"] for report in found["reports"]]
