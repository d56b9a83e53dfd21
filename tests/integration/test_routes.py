"""Every route of every service demands a token, or is listed here with its reason."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from fastapi import FastAPI

import citizen_panel.app
import core_record.app
import journal_api.app
import results_service.app
from kit.keys import KeyRing
from kit.settings import Settings
from tests.conftest import TestDatabase

# path → why it needs no token
PUBLIC = {
    "/openapi.json": "describes the interface, holds no data",
    "/health/live": "operations, on the internal network",
    "/health/ready": "operations, on the internal network",
    "/metrics": "operations, on the internal network: counts alone",
    "/fhir/metadata": "the capability statement is open (FHIR R4, C.0.0)",
    "/fhir/.well-known/smart-configuration": "public metadata (SMART App Launch 2.2)",
    "/apps": "which programs are admitted, for whom and what: nothing of anybody",
    "/token": "authenticates client and citizen by what it exchanges (RFC 8693, RFC 7523)",
    "/jwks": "public keys",
    "/.well-known/openid-configuration": "public metadata",
    "/.well-known/oauth-authorization-server": "public metadata",
    "/public/panels": "everybody may read what the panel is",
    "/public/panels/{panel_id}/draws": "a draw is published: no ids, no group under five",
    "/public/consultations": "everybody may read what is asked",
    "/public/consultations/{identifier}": "a result is published: nothing under five",
    "/public/consultations/{identifier}/result.csv": "the same as a table",
    "/public/consultations/{identifier}/questionnaire": "the questions, as FHIR",
    "/public/decisions": "the log of decisions is public",
    "/public/decisions/{identifier}": "an entry of it",
    "/public/topics": "proposals and discussions that a moderator has let out",
    "/public/topics/{identifier}": "one of them; numbers tell nobody apart",
    "/public/meetings": "agendas and minutes are public",
    "/public/meetings/{identifier}": "one of them",
    "/public/control-points": "plan, cost and benefit are public",
    "/public/control-points/{identifier}": "one of them",
    "/public/measures": "counts alone, in steps where they are of people",
    "/public/feedback": "feedback is given without a name; numbers and addresses are refused",
    "/public/feedback/_follow": "opened by the code that the sender got",
}
APPS: dict[str, Callable[[Settings], FastAPI]] = {
    "core_record": core_record.app.make_app,
    "results_service": results_service.app.make_app,
    "citizen_panel": citizen_panel.app.make_app,
    "journal_api": journal_api.app.make_app,
}


@pytest.fixture(params=APPS)
async def app(
    request: pytest.FixtureRequest, settings: Settings, postgres: TestDatabase, keys: KeyRing
) -> AsyncIterator[FastAPI]:
    made = APPS[request.param](settings)
    async with made.router.lifespan_context(made):
        yield made


def routes(app: FastAPI) -> list[tuple[str, str]]:
    found = []
    for route in app.routes:
        inner = getattr(route, "original_router", None)  # a router included whole
        for each in getattr(inner, "routes", [route]):
            found += [(m, each.path) for m in sorted(each.methods or {"GET"}) if m not in {"HEAD", "OPTIONS"}]
    return found


async def test_without_a_token_every_route_is_401(app: FastAPI) -> None:
    closed = [(method, path) for method, path in routes(app) if path not in PUBLIC]
    assert len(closed) >= 3
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        for method, path in closed:
            filled = re.sub(r"\{[^}]*\}", "018f0000-0000-7000-8000-000000000000", path)
            answer = await client.request(method, filled, headers={"person-id": "13116900216"})
            assert answer.status_code == 401, (method, path)
            assert answer.headers["www-authenticate"].startswith("DPoP"), (method, path)
            assert "13116900216" not in answer.text


async def test_a_bearer_token_or_an_identity_in_a_header_is_no_proof(app: FastAPI) -> None:
    told = {
        "Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.",
        "X-User": "9144889",
        "X-Forwarded-User": "9144889",
    }
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        for method, path in routes(app):
            if path in PUBLIC:
                continue
            filled = re.sub(r"\{[^}]*\}", "018f0000-0000-7000-8000-000000000000", path)
            assert (await client.request(method, filled, headers=told)).status_code == 401, (method, path)


async def test_the_openapi_document_says_what_opens_each_address_and_how_it_refuses(app: FastAPI) -> None:
    """Written routes outside the document (`/token`, `/jwks`, metadata) are the standards' own."""
    document = app.openapi()
    assert document["servers"] == [{"url": app.state.verifier.base_url}]
    assert "DPoP" in document["components"]["securitySchemes"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert ("security" in operation) is (path not in PUBLIC), (method, path)
            assert "422" not in operation["responses"], (method, path)
            (media,) = operation["responses"]["default"]["content"]
            assert media == f"application/{'fhir' if path.startswith('/fhir') else 'problem'}+json"


async def test_a_method_that_an_address_does_not_take_is_told_all_those_it_does(app: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        for path, methods in app.openapi()["paths"].items():
            filled = re.sub(r"\{[^}]*\}", "018f0000-0000-7000-8000-000000000000", path)
            answer = await client.request("PROPFIND", filled)
            assert answer.status_code == 405, path
            told = {word.strip().lower() for word in answer.headers["allow"].split(",")}
            assert told - {"head", "options"} >= set(methods), path


async def test_what_is_no_address_is_told_where_they_are_listed(app: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        for path in ("/fhir/Nothing/13116900216/read", "/nothing"):
            answer = await client.get(path)
            assert (answer.status_code, "/openapi.json" in answer.text) == (404, True)
            assert "13116900216" not in answer.text


async def test_what_is_listed_as_public_exists_somewhere(settings: Settings) -> None:
    known = {path for make in APPS.values() for _, path in routes(make(settings))}
    optional = {"/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"}
    assert set(PUBLIC) - optional <= known
