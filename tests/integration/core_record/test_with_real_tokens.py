"""From login to log: personas log in at the development provider and send signed requests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from core_record.app import make_app
from dev.identity_provider.provider import build_app
from dev.login import persona_access
from kit.identity.apiclient import DpopAuth
from kit.identity.audiences import CORE_RECORD, READ_CORE_RECORD, RESULTS
from kit.identity.tokens import AccessToken
from kit.ids import NationalId
from kit.settings import Settings
from tests.conftest import TestDatabase

pytestmark = pytest.mark.usefixtures("registers")


@pytest.fixture
async def http(settings: Settings, postgres: TestDatabase) -> AsyncIterator[httpx.AsyncClient]:
    """A client that reaches the provider and the core record."""
    provider = httpx.ASGITransport(build_app(settings))
    issuers = settings.helseid_issuer.rsplit("/", 1)[0]
    app = make_app(settings, http=httpx.AsyncClient(mounts={issuers: provider}))
    mounts = {issuers: provider, settings.core_record_url: httpx.ASGITransport(app)}
    async with app.router.lifespan_context(app), httpx.AsyncClient(mounts=mounts) as client:
        yield client


async def search(
    http: httpx.AsyncClient, settings: Settings, token: AccessToken, resource: str, headers: dict[str, str]
) -> httpx.Response:
    url = f"{settings.core_record_url}/fhir/{resource}/_search"
    return await http.post(url, headers=headers, auth=DpopAuth(token.key(), token.value))


async def test_a_doctor_looks_and_the_citizen_sees_it(
    http: httpx.AsyncClient, settings: Settings, number: Callable[[str], NationalId]
) -> None:
    doctor = await persona_access("lege-koman", CORE_RECORD, [READ_CORE_RECORD], settings=settings, http=http)
    declared = {"requester-hpr-role": "LE", "access-basis": "UNNTAK", "person-id": number("line").value}
    banner = await search(http, settings, doctor, "Person", declared)
    assert banner.status_code == 200, banner.text
    assert banner.json()["entry"][0]["resource"]["name"][0]["given"] == ["Line"]

    line = await persona_access("line", CORE_RECORD, [READ_CORE_RECORD], settings=settings, http=http)
    log = await search(http, settings, line, "AuditEvent", {})
    assert log.status_code == 200, log.text
    (event,) = (entry["resource"] for entry in log.json()["entry"])
    assert event["agent"][0]["name"] == "Magnar Koman"
    assert event["contained"][0]["location"][0]["display"] == "Fjordvik legesenter"


async def test_personnel_without_authorisation_log_in_and_are_refused(
    http: httpx.AsyncClient, settings: Settings, number: Callable[[str], NationalId]
) -> None:
    token = await persona_access(
        "pleieassistent", CORE_RECORD, [READ_CORE_RECORD], settings=settings, http=http
    )
    declared = {"access-basis": "SAMTYKKE", "access-reason": "home-care", "person-id": number("line").value}
    answer = await search(http, settings, token, "Person", declared)
    assert answer.status_code == 403
    assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == "authorisation-required"


async def test_a_token_for_another_api_opens_nothing(http: httpx.AsyncClient, settings: Settings) -> None:
    token = await persona_access("lege-koman", RESULTS, settings=settings, http=http)
    answer = await search(http, settings, token, "Person", {"requester-hpr-role": "LE"})
    assert answer.status_code == 401
