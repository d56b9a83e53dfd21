"""FHIR Consent over HTTP: made, listed, withdrawn, never deleted; whose it is and who may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from fhir.resources.R4B.consent import Consent

from kit.identity.actor import Actor
from kit.ids import NationalId
from tests.conftest import TestDatabase
from tests.integration.privacy.conftest import ENH, HPR, SCOPES, AsActor, Set, consent, party

EVERY_SHAPE = [
    consent("sperring"),
    consent("sperring", **{"class": [{"system": "x", "code": "MGEN"}]}),
    consent("sperring", actor=[party("CST", ENH, "313901866")]),
    consent("sperring", actor=[party("IRCP", ENH, "313901319")]),
    consent("blokkering", actor=[party("IRCP", HPR, "9144900")]),
    consent("samtykke", actor=[party("IRCP", ENH, "313901319")]),
    consent("samtykke", actor=[party("IRCP", ENH, "313901319"), party("IRCP", HPR, "9900233")]),
    consent("reservasjon"),
]


async def test_every_setting_goes_in_and_comes_out_in_its_shape(
    core: AsActor, citizen: Callable[[str], Actor], number: Callable[[str], NationalId]
) -> None:
    client = core(citizen("line"))
    for body in EVERY_SHAPE:
        made = await client.post("/fhir/Consent", json=body)
        assert made.status_code == 201, made.text
        assert made.headers["etag"] == 'W/"1"'
        assert made.headers["location"] == f"Consent/{made.json()['id']}"
        Consent.model_validate(made.json())
    found = (await client.post("/fhir/Consent/_search")).json()
    assert found["total"] == len(EVERY_SHAPE)
    newest_first = [entry["resource"] for entry in found["entry"]]
    for shown, sent in zip(reversed(newest_first), EVERY_SHAPE, strict=True):
        assert shown["category"] == sent["category"]
        assert [a["reference"]["identifier"] for a in shown["provision"].get("actor", [])] == [
            a["reference"]["identifier"] for a in sent["provision"].get("actor", [])
        ]
        assert [c["code"] for c in shown["provision"].get("class", [])] == [
            c["code"] for c in sent["provision"].get("class", [])
        ]
        assert shown["patient"]["identifier"]["value"] == number("line").value
        assert shown["performer"] == [{"display": "Line Danser"}]
    assert newest_first[3]["provision"]["actor"][0]["reference"]["display"] == "Rita Lin"
    only = await client.post("/fhir/Consent/_search", data={"category": "sperring", "status": "active"})
    assert only.json()["total"] == 4


async def test_withdrawn_once_kept_for_good_and_safe_to_repeat(
    core: AsActor, citizen: Callable[[str], Actor], make_setting: Set, postgres: TestDatabase
) -> None:
    made = (await make_setting("line", "sperring")).json()
    client = core(citizen("line"))
    inactive = made | {"status": "inactive"}
    url = f"/fhir/Consent/{made['id']}"
    assert (await client.put(url, json=inactive)).json()["issue"][0]["diagnostics"].startswith("if-match")
    assert (await client.put(url, json=inactive, headers={"If-Match": 'W/"2"'})).status_code == 409
    for _ in range(2):
        done = await client.put(url, json=inactive, headers={"If-Match": 'W/"1"'})
        assert (done.status_code, done.json()["status"], done.headers["etag"]) == (200, "inactive", 'W/"2"')
    withdrawn = {p["url"]: p for p in done.json()["extension"][0]["extension"]}
    assert withdrawn["by"]["valueCode"] == "citizen"
    assert withdrawn["name"]["valueString"] == "Line Danser"
    changed = made | {"status": "active"}
    assert (await client.put(url, json=changed, headers={"If-Match": 'W/"1"'})).status_code == 400
    for statement in (
        "DELETE FROM core_record.privacy_setting",
        "UPDATE core_record.privacy_setting SET scope = 'reader'",
        "UPDATE core_record.privacy_setting SET withdrawn_at = now()",
    ):
        with psycopg.connect(postgres.superuser_dsn) as conn, pytest.raises(psycopg.Error):
            conn.execute(statement.encode())


async def test_a_repeated_wish_makes_one_setting(
    core: AsActor, citizen: Callable[[str], Actor], make_setting: Set
) -> None:
    client = core(citizen("line"))
    wish, key = consent("sperring"), {"Idempotency-Key": "wish-0001"}
    first = await client.post("/fhir/Consent", json=wish, headers=key)
    again = await client.post("/fhir/Consent", json=wish, headers=key)
    equal = await client.post("/fhir/Consent", json=wish)
    assert [first.status_code, again.status_code, equal.status_code] == [201, 200, 200]
    assert first.json()["id"] == again.json()["id"] == equal.json()["id"]
    other = await client.post("/fhir/Consent", json=consent("reservasjon"), headers=key)
    assert (other.status_code, "idempotency-key-reused" in other.text) == (409, True)
    assert (
        await client.post("/fhir/Consent", json=wish, headers={"Idempotency-Key": "x"})
    ).status_code == 400


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"resourceType": "Patient", "status": "active"}, 400, "consent-malformed"),
        (consent("tull"), 400, "consent-malformed"),
        (consent("sperring") | {"status": "draft"}, 400, "consent-malformed"),
        (consent("sperring", **{"class": [{"code": "XX"}]}), 400, "consent-malformed"),
        (consent("sperring", actor=[party("AUT", ENH, "313901866")]), 400, "consent-malformed"),
        (consent("blokkering"), 400, "consent-malformed"),
        (consent("samtykke"), 400, "consent-malformed"),
        (consent("reservasjon", actor=[party("IRCP", HPR, "9144900")]), 400, "consent-malformed"),
        (consent("blokkering", actor=[party("IRCP", HPR, "1234567")]), 422, "practitioner-unknown"),
        (consent("sperring", actor=[party("CST", ENH, "999999999")]), 422, "organisation-unknown"),
        (consent("sperring", period={"end": "2020-01-01T00:00:00Z"}), 422, "period-invalid"),
        (consent("sperring", period={"end": "2020-01-01T00:00:00"}), 400, "consent-malformed"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_code(
    core: AsActor, citizen: Callable[[str], Actor], body: dict[str, Any], status: int, code: str
) -> None:
    answer = await core(citizen("line")).post("/fhir/Consent", json=body)
    assert (answer.status_code, answer.json()["issue"][0]["diagnostics"].split(":")[0]) == (status, code)


async def test_a_health_worker_without_hpr_number_is_blocked_from_the_log(
    core: AsActor,
    citizen: Callable[[str], Actor],
    actor: Callable[..., Actor],
    number: Callable[[str], NationalId],
) -> None:
    looks = {"person-id": number("line").value, "access-basis": "SAMTYKKE", "access-reason": "home-care"}
    refused = await core(actor("pleieassistent")).post("/fhir/Person/_search", headers=looks)
    assert refused.status_code == 403
    client = core(citizen("line"))
    log = (await client.post("/fhir/AuditEvent/_search")).json()
    event = next(e["resource"]["id"] for e in log["entry"] if "Myrland" in str(e["resource"]["agent"]))
    wish = consent("blokkering", actor=[party("IRCP", "urn:akson:access-log-event", event)])
    made = await client.post("/fhir/Consent", json=wish)
    assert made.status_code == 201
    assert made.json()["provision"]["actor"][0]["reference"] == {"display": "Tobias Myrland"}


async def test_only_the_citizen_sees_and_makes_settings(
    core: AsActor,
    citizen: Callable[[str], Actor],
    actor: Callable[..., Actor],
    number: Callable[[str], NationalId],
) -> None:
    about_line = {"person-id": number("line").value}
    other = core(citizen("gry"))
    assert (await other.post("/fhir/Consent/_search", headers=about_line)).status_code == 403
    assert (
        await other.post("/fhir/Consent", json=consent("sperring"), headers=about_line)
    ).status_code == 403
    doctor = core(actor("lege-koman", scopes=SCOPES))
    headers = about_line | {"requester-hpr-role": "LE", "access-basis": "UNNTAK"}
    assert (await doctor.post("/fhir/Consent/_search", headers=headers)).status_code == 403
    assert (await doctor.post("/fhir/Consent", json=consent("sperring"), headers=headers)).status_code == 403
    readers_token = core(actor("line"))
    assert (await readers_token.post("/fhir/Consent", json=consent("sperring"))).status_code == 403


async def test_a_doctor_records_the_consent_just_given_to_the_own_organisation_alone(
    core: AsActor,
    citizen: Callable[[str], Actor],
    actor: Callable[..., Actor],
    number: Callable[[str], NationalId],
) -> None:
    doctor = core(actor("sykehuslege", scopes=SCOPES))
    headers = {
        "person-id": number("line").value,
        "requester-hpr-role": "LE",
        "access-basis": "SAMTYKKE",
        "access-reason": "treatment",
    }
    mine = consent("samtykke", actor=[party("IRCP", ENH, "313901424")])
    made = await doctor.post("/fhir/Consent", json=mine, headers=headers)
    assert made.status_code == 201
    assert made.json()["performer"] == [{"display": "Henrik Åsgård"}]
    assert "end" in made.json()["provision"]["period"]
    others = consent("samtykke", actor=[party("IRCP", ENH, "313900762")])
    assert (await doctor.post("/fhir/Consent", json=others, headers=headers)).status_code == 403
    listed = (await core(citizen("line")).post("/fhir/Consent/_search")).json()
    assert [e["resource"]["id"] for e in listed["entry"]] == [made.json()["id"]]
