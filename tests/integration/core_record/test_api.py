"""The core record over HTTP, with an actor in place of a verified token (tested elsewhere)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from fhir.resources.R4B.auditevent import AuditEvent
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.codesystem import CodeSystem

from core_record.app import make_app
from kit.identity.actor import Actor
from kit.identity.web import actor_of
from kit.ids import NationalId
from kit.settings import Settings
from tests.conftest import TestDatabase

pytestmark = pytest.mark.usefixtures("registers")
GP = {"requester-hpr-role": "LE", "access-basis": "UNNTAK"}
AsActor = Callable[[Actor], httpx.AsyncClient]


@pytest.fixture
async def app(settings: Settings, postgres: TestDatabase) -> AsyncIterator[FastAPI]:
    app = make_app(settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
def client_of(app: FastAPI) -> AsActor:
    def make(actor: Actor) -> httpx.AsyncClient:
        app.dependency_overrides[actor_of] = lambda: actor
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://core")

    return make


def counted(postgres: TestDatabase, table: str) -> list[tuple[Any, ...]]:
    statements = {
        "access_log": b"SELECT outcome, items FROM core_record.access_log ORDER BY at",
        "actor_log": b"SELECT action, outcome, items FROM core_record.actor_log ORDER BY at",
    }
    with psycopg.connect(postgres.superuser_dsn) as conn:
        return conn.execute(statements[table]).fetchall()


async def test_banner_of_the_person_in_the_header(
    client_of: AsActor,
    actor: Callable[..., Actor],
    number: Callable[[str], NationalId],
    postgres: TestDatabase,
) -> None:
    client = client_of(actor("lege-koman"))
    headers = GP | {"person-id": number("line").value}
    answer = await client.post("/fhir/Person/_search", headers=headers)
    assert answer.status_code == 200
    Bundle.model_validate(answer.json())
    (entry,) = answer.json()["entry"]
    person = entry["resource"]
    assert person["name"][0]["family"] == "Danser"
    assert (person["birthDate"], person["gender"]) == ("1969-11-13", "female")
    assert person["identifier"] == [{"system": number("line").oid, "value": number("line").value}]
    assert counted(postgres, "access_log") == [("permitted", {"Person": 1})]


async def test_refusal_is_an_operation_outcome_with_its_code(
    client_of: AsActor, actor: Callable[..., Actor], number: Callable[[str], NationalId]
) -> None:
    headers = GP | {"person-id": number("line").value}
    answer = await client_of(actor("lege-lin")).post("/fhir/Person/_search", headers=headers)
    assert answer.status_code == 403
    (issue,) = answer.json()["issue"]
    assert issue["details"]["coding"][0]["code"] == "exception-needs-listed-gp"


async def test_number_nobody_has_is_an_empty_bundle(
    client_of: AsActor, actor: Callable[..., Actor], postgres: TestDatabase
) -> None:
    headers = GP | {"access-basis": "SAMTYKKE", "access-reason": "treatment", "person-id": "02013299997"}
    answer = await client_of(actor("lege-koman")).post("/fhir/Person/_search", headers=headers)
    assert (answer.status_code, answer.json()["total"]) == (200, 0)
    assert counted(postgres, "actor_log") == [("read", "nobody-found", {"Person": 0})]


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"requester-hpr-role": "LE"}, "access-basis-missing"),
        ({"requester-hpr-role": "LE", "access-basis": "2"}, "access-basis-unknown"),
        ({"access-basis": "UNNTAK"}, "requester-hpr-role-missing"),
        ({"access-basis": "UNNTAK", "requester-hpr-role": "lege"}, "requester-hpr-role-unknown"),
        (GP | {"access-reason": "nysgjerrig"}, "access-reason-unknown"),
        (GP | {"person-id": "13116900217"}, "national-id-check-digit"),
    ],
)
async def test_malformed_requests_are_400_with_a_code(
    client_of: AsActor,
    actor: Callable[..., Actor],
    number: Callable[[str], NationalId],
    headers: dict[str, str],
    code: str,
) -> None:
    sent = {"person-id": number("line").value} | headers
    answer = await client_of(actor("lege-koman")).post("/fhir/Person/_search", headers=sent)
    assert answer.status_code == 400
    assert answer.json()["issue"][0]["diagnostics"].startswith(code)
    assert sent["person-id"] not in answer.text


async def test_own_patients_are_listed_narrowed_and_logged(
    client_of: AsActor,
    actor: Callable[..., Actor],
    number: Callable[[str], NationalId],
    postgres: TestDatabase,
) -> None:
    client = client_of(actor("lege-koman"))
    everyone = (await client.post("/fhir/Person/_search", headers=GP)).json()
    Bundle.model_validate(everyone)
    names = [entry["resource"]["name"][0]["text"] for entry in everyone["entry"]]
    assert names == sorted(names)
    assert everyone["total"] == len(names) == 7
    form = {"name": "line dans", "_list": "mine"}
    (found,) = (await client.post("/fhir/Person/_search", headers=GP, data=form)).json()["entry"]
    assert found["resource"]["name"][0]["text"] == "Danser, Line"
    assert found["resource"]["identifier"][0]["value"] == number("line").value
    wild = (await client.post("/fhir/Person/_search", headers=GP, data={"name": "%"})).json()
    assert wild["total"] == 0
    in_address = await client.post("/fhir/Person/_search?name=line", headers=GP)
    assert in_address.status_code == 400
    assert counted(postgres, "actor_log") == [
        ("list", "permitted", {"Person": 7}),
        ("list", "permitted", {"Person": 1}),
        ("list", "permitted", {"Person": 0}),
    ]


async def test_own_patients_of_one_without_list_are_none_and_of_one_without_access_refused(
    client_of: AsActor, actor: Callable[..., Actor], postgres: TestDatabase
) -> None:
    nurse = await client_of(actor("sykepleier")).post(
        "/fhir/Person/_search", headers={"requester-hpr-role": "SP"}
    )
    assert (nurse.status_code, nurse.json()["total"]) == (200, 0)
    assistant = await client_of(actor("pleieassistent")).post("/fhir/Person/_search")
    assert assistant.status_code == 403
    assert [row[1] for row in counted(postgres, "actor_log")] == ["permitted", "refused"]


async def test_a_citizen_needs_no_header_to_be_itself(
    client_of: AsActor, actor: Callable[..., Actor], number: Callable[[str], NationalId]
) -> None:
    own = (await client_of(actor("gry")).post("/fhir/Person/_search")).json()
    assert own["entry"][0]["resource"]["identifier"][0]["value"] == number("gry").value


async def test_citizen_reads_who_has_looked(
    client_of: AsActor, actor: Callable[..., Actor], number: Callable[[str], NationalId]
) -> None:
    headers = {"person-id": number("line").value}
    await client_of(actor("lege-koman")).post("/fhir/Person/_search", headers=GP | headers)
    declared = {"requester-hpr-role": "LE", "access-basis": "AKUTT", "access-reason": "emergency"}
    await client_of(actor("legevakt")).post("/fhir/Person/_search", headers=declared | headers)
    await client_of(actor("lege-lin")).post("/fhir/Person/_search", headers=GP | headers)
    answer = await client_of(actor("line")).post("/fhir/AuditEvent/_search", data={"_count": "2"})
    assert answer.status_code == 200
    bundle = answer.json()
    assert bundle["total"] == 3
    assert [link["relation"] for link in bundle["link"]] == ["self", "next"]
    refused, emergency = (entry["resource"] for entry in bundle["entry"])
    for event in (refused, emergency):
        AuditEvent.model_validate(event)
    assert (refused["outcome"], refused["outcomeDesc"]) == ("4", "exception-needs-listed-gp")
    assert emergency["agent"][0]["name"] == "Samira Haugland"
    assert emergency["purposeOfEvent"][0]["coding"][0]["code"] == "ETREAT"
    role = emergency["contained"][0]
    assert role["location"][0]["display"] == "Fjordvik interkommunale legevakt"
    parts = {part["url"]: part for part in emergency["extension"][0]["extension"]}
    assert parts["decision-ref-user-selected"]["valueBoolean"] is True
    assert parts["decision-ref-id"]["valueString"] == "emergency"
    assert parts["decision-ref-description"]["valueString"]
    assert parts["toa"]["valueUnsignedInt"] > 1_700_000_000
    patient = emergency["extension"][1]["valueReference"]["identifier"]
    assert patient == {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": number("line").value}
    assert number("legevakt").value not in answer.text
    first = await client_of(actor("line")).post("/fhir/AuditEvent/_search?_count=2")
    assert first.json()["total"] == 4  # reading one's own log is a look-up too
    (following,) = (link["url"] for link in first.json()["link"] if link["relation"] == "next")
    base = "http://127.0.0.1:8101/fhir"
    assert following == f"{base}/AuditEvent/_search?_count=2&_skip=2"
    for entry in first.json()["entry"]:
        assert entry["fullUrl"] == f"{base}/AuditEvent/{entry['resource']['id']}"
    rest = await client_of(actor("line")).post("/fhir/AuditEvent/_search", data={"_count": "2", "_skip": "4"})
    (oldest,) = (entry["resource"] for entry in rest.json()["entry"])
    assert oldest["agent"][0]["name"] == "Magnar Koman"


async def test_log_is_the_citizens_alone(
    client_of: AsActor, actor: Callable[..., Actor], number: Callable[[str], NationalId]
) -> None:
    headers = {"person-id": number("line").value}
    doctor = await client_of(actor("lege-koman")).post("/fhir/AuditEvent/_search", headers=GP | headers)
    assert doctor.status_code == 403
    other = await client_of(actor("gry")).post("/fhir/AuditEvent/_search", headers=headers)
    assert other.status_code == 403
    assert other.json()["issue"][0]["details"]["coding"][0]["code"] == "not-own-data"


async def test_reference_data(client_of: AsActor, actor: Callable[..., Actor]) -> None:
    client = client_of(actor("lege-koman"))
    found = (await client.post("/fhir/Practitioner/_search", data={"name": "rita lin"})).json()
    Bundle.model_validate(found)
    assert found["entry"][0]["resource"]["qualification"][0]["code"]["coding"][0]["code"] == "LE"
    roles = (await client.post("/fhir/PractitionerRole/_search", data={"practitioner": "9144889"})).json()
    Bundle.model_validate(roles)
    assert roles["entry"][0]["resource"]["organization"]["display"] == "Fjordvik legesenter"
    places = (await client.post("/fhir/Organization/_search", data={"partof": "313900215"})).json()
    Bundle.model_validate(places)
    assert {e["resource"]["type"][0]["coding"][0]["code"] for e in places["entry"]} == {
        "home_care",
        "emergency",
        "health_centre",
    }
    one = await client.get("/fhir/Organization/313900541")
    assert one.json()["partOf"]["reference"] == "Organization/313900436"
    assert (await client.get("/fhir/Practitioner/1")).status_code == 404


async def test_reasons_and_refusals_are_code_systems(client_of: AsActor, actor: Callable[..., Actor]) -> None:
    client = client_of(actor("lege-koman"))
    reasons = (await client.get("/fhir/CodeSystem/access-reason")).json()
    refusals = (await client.get("/fhir/CodeSystem/access-refusal")).json()
    for system in (reasons, refusals):
        CodeSystem.model_validate(system)
    assert {d["language"] for d in reasons["concept"][0]["designation"]} == {"nb", "nn", "en"}
    assert "relation-missing" in {concept["code"] for concept in refusals["concept"]}
    assert (await client.get("/fhir/CodeSystem/other")).status_code == 404


async def test_the_token_exchange_is_mounted(app: FastAPI, settings: Settings) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://core") as client:
        metadata = (await client.get("/.well-known/openid-configuration")).json()
        assert metadata["issuer"] == settings.core_record_url
        (key,) = (await client.get("/jwks")).json()["keys"]
        assert "d" not in key
        assert (await client.post("/token", data={"grant_type": "password"})).status_code == 400


async def test_the_description_tells_headers_and_form(app: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://core") as client:
        paths = (await client.get("/openapi.json")).json()["paths"]
    person = paths["/fhir/Person/_search"]["post"]
    assert {p["name"] for p in person["parameters"]} >= {"person-id", "access-basis"}
    form = person["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    assert set(form["properties"]) == {"name", "_list", "_count", "_skip"}


async def test_every_endpoint_needs_the_scope(client_of: AsActor, actor: Callable[..., Actor]) -> None:
    client = client_of(actor("lege-koman", scopes=frozenset()))
    for resource in ("Person", "AuditEvent", "Practitioner", "PractitionerRole", "Organization"):
        answer = await client.post(f"/fhir/{resource}/_search", headers=GP)
        assert answer.status_code == 403, resource


async def test_without_a_token_there_is_no_answer(app: FastAPI) -> None:
    app.dependency_overrides.clear()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://core") as client:
        for resource in ("Person", "AuditEvent", "Practitioner", "PractitionerRole", "Organization"):
            answer = await client.post(f"/fhir/{resource}/_search")
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"].startswith("DPoP")
        assert (await client.get("/health/ready")).status_code == 200
