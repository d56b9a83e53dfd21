"""Every route of every service through an app that is admitted for next to nothing: it gets no more."""

from __future__ import annotations

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from core_record.apps.admission import REFUSALS, Apps
from kit.db import Database
from kit.settings import Settings
from tests.conftest import TestDatabase
from tests.integration.idor.conftest import SERVICES, Callers, World
from tests.integration.idor.matrix import Cell, Matrix, Row, outcome, request

APP = {"as": "sykepleier", "client": "trend-app", "own": "line", "basis": "SAMTYKKE", "reason": "home-care"}
ADMITTED = "{akson:journal user/Wish.rs, nhn:pps user/PractitionerRole.rs}"
OF_APPS = {*REFUSALS, "scope-not-admitted", "launch-from-own", "app-opens-no-lists"}
OF_APPS |= {"app-reads-beyond", "app-writes-beyond", "launch-not-valid"}
# What the app may by its grants, and what says nothing of anybody.
OPEN = {
    "core_record": set[str](),
    "citizen_panel": set[str](),
    "journal_api": {
        *("GET /templates", "POST /codes/_search", "GET /requisitions/panels"),
        "POST /apps/_search",
    },
    "results_service": {"POST /fhir/PractitionerRole/_search"},
}


@pytest.mark.parametrize("service", SERVICES)
async def test_given_an_app_admitted_for_one_kind_then_no_other_route_answers_it(
    world: World, settings: Settings, postgres: TestDatabase, service: str
) -> None:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute(
            "INSERT INTO core_record.app (client_id, org_number, name, vendor, vendor_name, purpose, grants,"
            " roles, data_protection, state, valid_to) VALUES ('trend-app', '313900215', 'Trend',"
            " '313902307', 'V', 'p', %s, '{}', 'd', 'approved', current_date + 10)",
            (ADMITTED,),
        )
    matrix = Matrix()
    matrix.actors["app"] = APP
    made, app = SERVICES[service], world.apps[service]
    app.state.verifier.admission = Apps(settings, made.audience, database_of(app))
    answered = {}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False)) as http:
        caller = Callers(matrix, settings, made, http)
        for row in (row for row in matrix.rows if row.service == service and not of_everybody(row)):
            sent = request(matrix, Cell(row, "app", "own", ""), world.people, world.things)
            answer = await caller.send("app", sent)
            got = outcome(answer.status_code, answer.content)
            if got.removeprefix("403 ") not in OF_APPS:
                answered[row.name] = got
    assert answered.keys() == OPEN[service]


def of_everybody(row: Row) -> bool:
    """What needs no login has no app to ask about."""
    return row.grid == "public" or row.path.startswith("/public/")


def database_of(app: FastAPI) -> Database | None:
    """The service's own; the panel keeps no register of apps."""
    if hasattr(app.state, "lookup"):
        found: Database = app.state.lookup.database
        return found
    return app.state.db if hasattr(app.state, "desk") or hasattr(app.state, "sends_mail") else None
