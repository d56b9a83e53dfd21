"""Registers over FHIR: places of treatment, personnel without authorisation, validity, the capability."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import date, timedelta
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.location import Location

from core_record.access.service import today_in_norway
from core_record.app import make_app
from core_record.capability import capability_statement
from kit.identity.actor import Actor
from kit.identity.web import actor_of
from kit.settings import Settings
from tests.conftest import TestDatabase

pytestmark = pytest.mark.usefixtures("registers")
HOME_CARE = "313900878"
Ask = Callable[..., Any]


@pytest.fixture
async def app(settings: Settings, postgres: TestDatabase) -> AsyncIterator[FastAPI]:
    app = make_app(settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
def ask(app: FastAPI, actor: Callable[..., Actor]) -> Ask:
    """`await ask("Location/_search", {"name": "x"}, who="line")` → the answer's JSON."""

    async def send(path: str, form: dict[str, str] | None = None, who: str = "lege-koman") -> Any:
        app.dependency_overrides[actor_of] = lambda: actor(who)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://core") as client:
            url = f"/fhir/{path}"
            return (await (client.get(url) if form is None else client.post(url, data=form))).json()

    return send


def change(postgres: TestDatabase, statement: str, *values: object) -> None:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute(statement.encode(), values)


async def test_a_place_of_treatment_by_name_number_her_id_and_entity(ask: Ask) -> None:
    found = await ask("Location/_search", {"name": "fjordvik hjemme"})
    Bundle.model_validate(found)
    (place,) = (entry["resource"] for entry in found["entry"])
    Location.model_validate(place)
    assert place["managingOrganization"]["reference"] == "Organization/313900215"
    assert {one["value"] for one in place["identifier"]} == {HOME_CARE, "8100011"}
    assert (await ask(f"Location/{HOME_CARE}"))["id"] == HOME_CARE
    her = await ask("Location/_search", {"identifier": "urn:oid:2.16.578.1.12.4.1.2|8100011"})
    assert her["total"] == 1
    below = await ask("Location/_search", {"organization": "Organization/313900215"})
    assert below["total"] == 3


@pytest.mark.parametrize("number", ["313900215", "313902196", "313902307", "999999999"])
async def test_where_nobody_is_treated_is_no_location(ask: Ask, number: str) -> None:
    assert (await ask(f"Location/{number}"))["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize(
    ("since", "until", "active"),
    [(None, None, True), (0, 0, True), (1, None, False), (None, -1, False), (-1, 1, True)],
)
async def test_in_operation_through_the_last_day(
    ask: Ask, postgres: TestDatabase, since: int | None, until: int | None, active: bool
) -> None:
    today = today_in_norway()
    days: list[date | None] = [None if d is None else today + timedelta(days=d) for d in (since, until)]
    change(
        postgres,
        "UPDATE core_record.organisation SET valid_from = %s, valid_to = %s WHERE org_number = '313900878'",
        *days,
    )
    assert (await ask(f"Location/{HOME_CARE}"))["status"] == ("active" if active else "inactive")
    assert (await ask(f"Organization/{HOME_CARE}"))["active"] is active


@pytest.mark.parametrize(("since", "until", "active"), [(0, 0, True), (1, None, False), (-9, -1, False)])
async def test_an_employment_is_active_through_its_last_day(
    ask: Ask, postgres: TestDatabase, since: int, until: int | None, active: bool
) -> None:
    today = today_in_norway()
    change(
        postgres,
        "UPDATE core_record.employment SET valid_from = %s, valid_to = %s WHERE org_number = '313900878'"
        " AND role = 'SP'",
        today + timedelta(days=since),
        None if until is None else today + timedelta(days=until),
    )
    found = await ask("PractitionerRole/_search", {"practitioner": "9900101"})
    assert found["entry"][0]["resource"]["active"] is active


async def test_personnel_without_hpr_number_are_shown_to_colleagues_alone(ask: Ask) -> None:
    form = {"organization": HOME_CARE}
    names = {
        e["resource"]["practitioner"]["display"]
        for e in (await ask("PractitionerRole/_search", form))["entry"]
    }
    assert names == {"Ingunn Solvang", "Tobias Myrland"}
    citizens = await ask("PractitionerRole/_search", form, who="line")
    assert {e["resource"]["practitioner"]["display"] for e in citizens["entry"]} == {"Ingunn Solvang"}


async def test_the_capability_statement_names_exactly_what_is_there(ask: Ask, app: FastAPI) -> None:
    statement = await ask("metadata")
    CapabilityStatement.model_validate(statement)
    said = {
        (resource["type"], interaction["code"])
        for resource in statement["rest"][0]["resource"]
        for interaction in resource["interaction"]
    }
    searched = {
        "Person",
        "Practitioner",
        "PractitionerRole",
        "Organization",
        "Location",
        "AuditEvent",
        "Consent",
    }
    assert {(kind, "search-type") for kind in searched} <= said
    assert {("Location", "read"), ("Organization", "read"), ("Practitioner", "read")} <= said
    params = {
        p["name"]
        for r in statement["rest"][0]["resource"]
        if r["type"] == "Location"
        for p in r["searchParam"]
    }
    assert params == {"identifier", "name", "organization", "_count", "_skip"}
    for name in params - {"_count", "_skip"}:
        assert (await ask("Location/_search", {name: "x"}))["resourceType"] == "Bundle"
    refused = await ask("Location/_search", {"near": "x"})
    assert refused["resourceType"] == "OperationOutcome"
    routes = {
        (path, method) for path, methods in app.openapi()["paths"].items()
        if path.startswith("/fhir/") and path.split("/")[2][:1].isupper() for method in methods
    }  # fmt: skip
    assert {path.split("/")[2] for path, _ in routes} == {kind for kind, _ in said}
    assert len(said) == len(routes), "a route that the statement does not name"


def test_what_is_no_interaction_of_fhir_is_not_claimed() -> None:
    paths: dict[str, Any] = {"/fhir/Thing/{id}/fold": {"post": {}}, "/administration/me": {"get": {}}}
    assert capability_statement(paths)["rest"][0]["resource"] == []
