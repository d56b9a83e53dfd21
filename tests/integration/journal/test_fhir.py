"""The journal over FHIR: the same entries, decisions and rows."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import psycopg
from fastapi.routing import APIRoute
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement

from journal_api.fhir.endpoints import router
from journal_api.journal.kinds import KINDS
from tests.conftest import TestDatabase
from tests.integration.journal.conftest import Journal, note_of

FORM = "application/x-www-form-urlencoded"


def code_of(answer: httpx.Response) -> str:
    issue = answer.json()["issue"][0]
    coding = issue.get("details", {}).get("coding") or [{}]
    return f"{answer.status_code} {coding[0].get('code') or issue['diagnostics'].split(':')[0]}"


async def search(journal: Journal, who: str, about: str, kind: str, **parameters: str) -> dict[str, Any]:
    query = "&".join(f"{name.replace('__', '-')}={value}" for name, value in parameters.items())
    path = f"/fhir/{kind}/_search?{query}"
    found: dict[str, Any] = await journal.ok(who, about, "POST", path, content_type=FORM)
    Bundle.model_validate(found)
    return found


async def test_given_entries_then_they_are_found_read_and_their_versions_too(journal: Journal) -> None:
    contact = await journal.contact("lege-koman", "line", reason="Hoste")
    note = await journal.draft(contact=contact["id"])
    await journal.ok("lege-koman", "line", "POST", f"/journal/Composition/{note['id']}/$sign", If_Match='"1"')

    found = await search(journal, "lege-koman", "line", "Composition", encounter=f"Encounter/{contact['id']}")
    none = await search(journal, "lege-koman", "line", "Composition", status="preliminary")

    (entry,) = found["entry"]
    resource = entry["resource"]
    assert (found["total"], none["total"]) == (1, 0)
    assert resource["status"] == "final"
    assert resource["author"][0]["identifier"]["value"] == "9144889"
    assert resource["subject"] == {
        "identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": journal.number("line").value}
    }
    one = await journal.call("lege-koman", "line", "GET", f"/fhir/Composition/{note['id']}")
    assert (one.json(), one.headers["etag"]) == (resource, 'W/"2"')
    history = await journal.ok("lege-koman", "line", "GET", f"/fhir/Composition/{note['id']}/_history")
    assert [e["resource"]["meta"]["versionId"] for e in history["entry"]] == ["2"]


async def test_given_what_was_read_is_put_back_changed_then_it_is_the_next_version(journal: Journal) -> None:
    contact = await journal.contact("lege-koman", "line", state="planned", reason="Hoste")
    path = f"/fhir/Encounter/{contact['id']}"
    resource = (await journal.call("lege-koman", "line", "GET", path)).json()
    changed = resource | {"status": "arrived"}
    answer = await journal.call("lege-koman", "line", "PUT", path, changed, If_Match='W/"1"')
    again = await journal.call("lege-koman", "line", "PUT", path, changed, If_Match='W/"1"')
    late = await journal.call(
        "lege-koman", "line", "PUT", path, resource | {"status": "finished"}, If_Match='"1"'
    )
    blind = await journal.call("lege-koman", "line", "PUT", path, resource | {"status": "finished"})

    assert (answer.json()["status"], answer.headers["etag"]) == ("arrived", 'W/"2"')
    assert again.json() == answer.json()
    assert code_of(late) == "409 changed-meanwhile"
    assert code_of(blind) == "409 id-used"


async def test_given_a_new_resource_then_it_is_made_once_and_checked_like_any_entry(journal: Journal) -> None:
    new = {
        "resourceType": "Encounter",
        "status": "planned",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "HH"},
        "period": {"start": "2026-11-30T09:00:00+01:00"},
        "reasonCode": [{"text": "Sårstell"}],
    }
    path = f"/fhir/Encounter/{uuid4()}"
    made = await journal.ok("sykepleier", "line", "PUT", path, new)
    assert (made["type"][0]["coding"][0]["code"], made["meta"]["versionId"]) == ("home-visit", "1")
    wrong = await journal.call(
        "sykepleier", "line", "PUT", f"/fhir/Encounter/{uuid4()}", new | {"status": "sleeping"}
    )
    assert code_of(wrong) == "422 state-unknown"
    other = new | {"subject": {"identifier": {"system": "x", "value": "y"}}}
    refused = await journal.call("sykepleier", "line", "PUT", f"/fhir/Encounter/{uuid4()}", other)
    assert code_of(refused) == "422 subject-other"
    for form in (
        {"subject": "Patient/1"},
        {"extension": ["x"]},
        {"extension": [{"url": "urn:akson:entry"}, 1]},
    ):
        refused = await journal.call("sykepleier", "line", "PUT", f"/fhir/Encounter/{uuid4()}", new | form)
        assert code_of(refused) == "400 resource-form"


async def test_given_a_note_over_fhir_then_it_is_preliminary_until_signed(journal: Journal) -> None:
    note = await journal.draft()
    resource = (await journal.call("lege-koman", "line", "GET", f"/fhir/Composition/{note['id']}")).json()
    copied = {k: v for k, v in resource.items() if k not in ("id", "meta")}
    path = f"/fhir/Composition/{uuid4()}"
    made = await journal.ok("lege-koman", "line", "PUT", path, copied)
    unsigned = await journal.call(
        "lege-koman", "line", "PUT", path, made | {"status": "final"}, If_Match='"1"'
    )
    signed = await journal.ok("lege-koman", "line", "POST", f"{path}/$sign", If_Match='"1"')

    assert made["status"] == "preliminary"
    assert code_of(unsigned) == "422 state-order"
    assert (signed["status"], signed["attester"][0]["party"]["display"]) == ("final", "Magnar Koman")


async def test_given_a_citizen_or_another_organisation_then_the_decision_is_the_same(
    journal: Journal,
) -> None:
    await journal.contact("lege-koman", "line")
    assert (await search(journal, "line", "line", "Encounter"))["total"] == 1
    path = "/fhir/Encounter/_search"
    refused = await journal.call(
        "sykehuslege", "line", "POST", path, content_type=FORM, access_basis="SAMTYKKE"
    )
    assert code_of(refused) == "403 journal-of-other-services"
    person = await journal.ok(
        "sykehuslege", "line", "POST", "/fhir/Patient/_search", content_type=FORM, access_basis="SAMTYKKE"
    )
    assert person["entry"][0]["resource"]["birthDate"] == "1969-11-13"


async def test_given_searches_then_their_rows_say_kind_and_number_of_items(
    journal: Journal, postgres: TestDatabase
) -> None:
    await journal.contact("lege-koman", "line")
    await search(journal, "lege-koman", "line", "Encounter", date="ge2026-01-01", _count="0")
    missing = await journal.call("lege-koman", "line", "GET", f"/fhir/Encounter/{uuid4()}")
    assert code_of(missing) == "404 entry-not-found"
    with psycopg.connect(postgres.superuser_dsn) as conn:
        rows = conn.execute("SELECT action, items::text FROM core_record.access_log ORDER BY at").fetchall()
    assert rows == [("write", '{"Encounter": 1}'), ("read", '{"Encounter": 0}'), ("read", '{"Encounter": 0}')]


async def test_the_statement_names_every_type_and_every_parameter_it_understands(journal: Journal) -> None:
    answer = await journal.call("line", None, "GET", "/fhir/metadata")
    statement = answer.json()
    CapabilityStatement.model_validate(statement)
    (rest,) = statement["rest"]
    types = {r["type"]: r for r in rest["resource"]}
    apart = ("NextOfKin", "Wish", "MedicationReconciliation", "Requisition")  # of a type by another name
    assert {kind for kind in KINDS if kind not in apart} <= types.keys()
    values = {"date": "2021-01-01", "number": "1", "token": str(uuid4()), "reference": f"Encounter/{uuid4()}"}
    for name, resource in types.items():
        if {"code": "search-type"} not in resource["interaction"]:
            assert name == "Binary"
            continue
        for parameter in resource.get("searchParam", []):
            path = f"/fhir/{name}/_search?{parameter['name']}={values[parameter['type']]}"
            found = await journal.call("lege-koman", "line", "POST", path, content_type=FORM)
            assert found.status_code == 200, (name, parameter, found.text)
        unknown = await journal.call(
            "lege-koman", "line", "POST", f"/fhir/{name}/_search?_sort=x", content_type=FORM
        )
        assert unknown.status_code == 400
    routed = {route.path.rsplit("/", 1)[1] for route in router.routes if isinstance(route, APIRoute)}
    assert routed == {"metadata", "_search", "{entry_id}", "_history", "$sign"}


async def test_given_a_clinicians_draft_then_over_fhir_nobody_else_sees_it(journal: Journal) -> None:
    await journal.draft()
    assert (await search(journal, "sykepleier", "line", "Composition"))["total"] == 0
    assert (await search(journal, "lege-koman", "line", "Composition"))["total"] == 1
    assert note_of()["state"] == "draft"


async def test_given_an_order_then_it_is_a_service_request_of_its_own_category(journal: Journal) -> None:
    name, imaging = str(uuid4()), "363679005"
    nlk = "http://ehelse.no/fhir/CodeSystem/no-kodeverk-7280-nlk"
    sent = {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "category": [{"coding": [{"system": "http://snomed.info/sct", "code": "108252007"}]}],
        "priority": "urgent",
        "code": {"coding": [{"system": nlk, "code": "NPU03230", "display": "Kalium"}]},
        "authoredOn": "2026-11-20T09:00:00+01:00",
        "reasonCode": [{"text": "Ny vanndrivende"}],
    }
    made = await journal.ok(
        "lege-koman",
        "line",
        "PUT",
        f"/fhir/ServiceRequest/{name}",
        sent,
        content_type="application/fhir+json",
    )
    (identifier,) = made["identifier"]
    assert identifier["system"] == "urn:akson:requisition"
    assert made["orderDetail"][0]["coding"][0]["code"] == "NPU03230"
    (entry,) = (await journal.entries("lege-koman", "line", "Requisition"))["Requisition"]
    assert entry["body"]["number"] == identifier["value"]

    found = await search(journal, "lege-koman", "line", "ServiceRequest", identifier=identifier["value"])
    none = await search(journal, "lege-koman", "line", "ServiceRequest", category=imaging)
    assert (found["total"], none["total"]) == (1, 0)
    read = await journal.ok("lege-koman", "line", "GET", f"/fhir/ServiceRequest/{name}")
    assert read == made

    helper = await journal.call(
        "helsesekretaer",
        "line",
        "PUT",
        f"/fhir/ServiceRequest/{uuid4()}",
        sent,
        content_type="application/fhir+json",
    )
    assert code_of(helper) == "403 ordering-role"


async def test_given_a_referral_beside_an_order_then_each_is_read_as_what_it_is(journal: Journal) -> None:
    body = {"to_unit": "313900878", "service": "Sårstell", "reason": "Leggsår"}
    sent = {"state": "sent", "at": "2026-11-20T09:00:00+01:00", "body": body}
    referral = await journal.ok("lege-koman", "line", "PUT", f"/journal/ServiceRequest/{uuid4()}", sent)
    order = {"field": "radiology", "examinations": [{"text": "Røntgen thorax"}]}
    await journal.ok(
        "lege-koman",
        "line",
        "PUT",
        f"/journal/Requisition/{uuid4()}",
        sent | {"state": "active", "body": order},
    )
    found = await search(journal, "lege-koman", "line", "ServiceRequest")
    assert found["total"] == 2
    imaging = await search(journal, "lege-koman", "line", "ServiceRequest", category="363679005")
    assert [one["resource"]["id"] for one in imaging["entry"]] != [referral["id"]]
    assert imaging["total"] == 1
