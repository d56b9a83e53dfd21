"""Every answered look-up has its row: also the calls that are stopped before anyone is resolved."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from core_record.app import make_app
from dev.identity_provider.provider import build_app
from dev.login import persona_access
from kit.identity.apiclient import DpopAuth
from kit.identity.audiences import CORE_RECORD, READ_CORE_RECORD, WRITE_CORE_RECORD
from kit.identity.tokens import AccessToken
from kit.ids import NationalId
from kit.settings import Settings
from tests.conftest import TestDatabase

pytestmark = pytest.mark.usefixtures("registers")
DECLARED = {"requester-hpr-role": "LE", "access-basis": "UNNTAK"}

ROWS = {
    "actor_log": "SELECT action, outcome, outcome_code, number_hash IS NOT NULL FROM core_record.actor_log"
    " ORDER BY at",
    "access_log": "SELECT action, outcome, outcome_code, true FROM core_record.access_log ORDER BY at",
}


@pytest.fixture
async def http(settings: Settings, postgres: TestDatabase) -> AsyncIterator[httpx.AsyncClient]:
    provider = httpx.ASGITransport(build_app(settings))
    issuers = settings.helseid_issuer.rsplit("/", 1)[0]
    app = make_app(settings, http=httpx.AsyncClient(mounts={issuers: provider}))
    mounts = {issuers: provider, settings.core_record_url: httpx.ASGITransport(app)}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(mounts=mounts, base_url=settings.core_record_url) as client,
    ):
        yield client


async def counted(http: httpx.AsyncClient) -> dict[str, float]:
    """Look-ups of the core record so far: answered, logged, unlogged."""
    found = {"answered": 0.0, "logged": 0.0, "unlogged": 0.0}
    for family in text_string_to_metric_families((await http.get("/metrics")).text):
        for sample in family.samples:
            name = sample.name.removeprefix("akson_look_ups_").removesuffix("_total")
            if name in found and sample.labels.get("service") == "core_record":
                found[name] = sample.value
    return found


def rows(postgres: TestDatabase, table: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        return conn.execute(ROWS[table].encode()).fetchall()


async def token(settings: Settings, http: httpx.AsyncClient, scope: str = READ_CORE_RECORD) -> AccessToken:
    return await persona_access("lege-koman", CORE_RECORD, [scope], settings=settings, http=http)


async def test_calls_stopped_early_leave_a_row_by_actor(
    http: httpx.AsyncClient,
    settings: Settings,
    postgres: TestDatabase,
    number: Callable[[str], NationalId],
) -> None:
    before = await counted(http)
    good, other = await token(settings, http), await token(settings, http, WRITE_CORE_RECORD)
    line = number("line").value

    async def search(bearer: AccessToken, headers: dict[str, str], data: dict[str, str] | None = None) -> int:
        auth = DpopAuth(bearer.key(), bearer.value)
        url = f"{settings.core_record_url}/fhir/Person/_search"
        return (await http.post(url, headers=headers, data=data, auth=auth)).status_code

    assert await search(other, {**DECLARED, "person-id": line}) == 403
    assert await search(good, {"requester-hpr-role": "LE", "person-id": line}) == 400
    assert await search(good, {**DECLARED, "person-id": "12345678901"}) == 400
    assert await search(good, {**DECLARED, "person-id": line}, {"unknown": "1"}) == 400
    assert await search(good, {**DECLARED, "person-id": line}) == 200
    assert rows(postgres, "actor_log") == [
        ("stopped POST /fhir/Person/_search", "refused", "scope-missing", True),
        ("stopped POST /fhir/Person/_search", "refused", "access-basis-missing", True),
        ("stopped POST /fhir/Person/_search", "refused", "national-id-check-digit", False),
        ("stopped POST /fhir/Person/_search", "refused", "parameter-unknown", True),
    ]
    assert rows(postgres, "access_log") == [("read", "permitted", None, True)]
    after = await counted(http)
    assert {name: after[name] - before[name] for name in after} == {
        "answered": 5,
        "logged": 5,
        "unlogged": 0,
    }


async def test_without_a_verified_caller_there_is_a_number_and_no_row(
    http: httpx.AsyncClient, postgres: TestDatabase
) -> None:
    before = await counted(http)
    assert (await http.post("/fhir/Person/_search", headers=DECLARED)).status_code == 401
    assert rows(postgres, "actor_log") == []
    assert await counted(http) == before


async def test_what_is_of_no_patient_needs_no_row(
    http: httpx.AsyncClient, settings: Settings, postgres: TestDatabase
) -> None:
    good = await token(settings, http)
    auth = DpopAuth(good.key(), good.value)
    before = await counted(http)
    base = settings.core_record_url
    assert (await http.get(f"{base}/fhir/CodeSystem/access-reason", auth=auth)).status_code == 200
    assert await counted(http) == before
    assert (await http.get(f"{base}/fhir/CodeSystem/other", auth=auth)).status_code == 404
    assert rows(postgres, "actor_log") == [
        ("stopped GET /fhir/CodeSystem/{name}", "refused", "code-system-unknown", False)
    ]


async def test_a_refusal_that_cannot_be_logged_is_not_answered(
    http: httpx.AsyncClient,
    settings: Settings,
    postgres: TestDatabase,
    number: Callable[[str], NationalId],
) -> None:
    good = await token(settings, http)
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("LOCK TABLE core_record.actor_log IN ACCESS EXCLUSIVE MODE")
        answer = await http.post(
            f"{settings.core_record_url}/fhir/Person/_search",
            headers={"requester-hpr-role": "LE", "person-id": number("line").value},
            auth=DpopAuth(good.key(), good.value),
        )
    assert answer.status_code == 503
    assert answer.json()["issue"][0]["diagnostics"].startswith("log-unavailable")
