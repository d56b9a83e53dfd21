"""The results service as it is started: mounted, protected, and honest about what it needs."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from kit.settings import Settings
from results_service.app import make_app
from tests.conftest import TestDatabase


@pytest.fixture
async def service(
    settings: Settings, postgres: TestDatabase, registers: None
) -> AsyncIterator[httpx.AsyncClient]:
    app = make_app(settings)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=settings.results_url) as http,
    ):
        yield http


async def test_it_is_ready_and_describes_itself(service: httpx.AsyncClient) -> None:
    assert (await service.get("/health/ready")).json() == {"status": "ready"}
    paths = (await service.get("/openapi.json")).json()["paths"]
    assert {"/messages", "/fhir/metadata", "/fhir/DiagnosticReport/_search"} <= set(paths)
    assert {"/screens/cumulative/_search", "/screens/new/_search"} <= set(paths)
    assert "person-id" in str(paths["/fhir/Observation/_search"])


async def test_a_search_without_a_token_is_refused_as_fhir_says(service: httpx.AsyncClient) -> None:
    answer = await service.post("/fhir/DiagnosticReport/_search", headers={"person-id": "13116900216"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("DPoP")
    assert answer.json()["resourceType"] == "OperationOutcome"


async def test_a_search_by_get_is_not_offered(service: httpx.AsyncClient) -> None:
    answer = await service.get("/fhir/DiagnosticReport/_search")
    assert answer.status_code == 405
    assert answer.json()["resourceType"] == "OperationOutcome"
