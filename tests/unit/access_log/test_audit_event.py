"""A log row as AuditEvent: who, when, why, what, for whom, with what outcome; valid FHIR R4."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from fhir.resources.R4B.auditevent import AuditEvent

from core_record.access_log.fhir import audit_event
from core_record.access_log.models import LogRow
from kit.ids import parse_national_id

LINE = parse_national_id("13116900216")
AT = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
ATTESTATION = UUID("00000000-0000-7000-8000-000000000001")
ROW: dict[str, Any] = {
    "seq": 1,
    "event_id": UUID("00000000-0000-7000-8000-000000000002"),
    "at": AT,
    "db_role": "akson_results",
    "actor_kind": "clinician",
    "actor_name": "Magnar Koman",
    "hpr_number": "9144889",
    "role": "LE",
    "organisation": "313900215",
    "organisation_name": "Fjordvik kommune",
    "place": "313900541",
    "place_name": "Fjordvik legesenter",
    "basis": "UNNTAK",
    "reason": None,
    "relation": "listed-gp",
    "action": "read",
    "items": {"DiagnosticReport": 2, "Observation": 9},
    "outcome": "permitted",
    "outcome_code": None,
    "attestation_id": None,
    "withheld": None,
    "attested_at": None,
}


def event(**changed: Any) -> dict[str, Any]:
    made = audit_event(LogRow(**{**ROW, **changed}), LINE)
    AuditEvent.model_validate(made)
    return made


def parts(made: dict[str, Any], url: str) -> dict[str, dict[str, Any]]:
    (extension,) = (one for one in made["extension"] if one["url"] == url)
    return {part["url"]: part for part in extension["extension"]}


def test_who_when_why_and_what() -> None:
    made = event()
    role = made["contained"][0]
    assert role["practitioner"] == {
        "identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.4", "value": "9144889"},
        "display": "Magnar Koman",
    }
    assert (role["organization"]["display"], role["location"][0]["display"]) == (
        "Fjordvik kommune",
        "Fjordvik legesenter",
    )
    assert made["agent"][0]["who"] == {"reference": "#role", "display": "Magnar Koman"}
    assert made["recorded"] == "2026-11-23T10:30:00.000Z"
    assert [coding["code"] for coding in made["purposeOfEvent"][0]["coding"]] == ["COC", "UNNTAK"]
    assert [(e["type"]["code"], e["detail"][0]["valueString"]) for e in made["entity"]] == [
        ("DiagnosticReport", "2"),
        ("Observation", "9"),
    ]
    assert (made["action"], made["outcome"]) == ("R", "0")
    assert made["source"]["observer"]["display"] == "results_service"
    care = parts(made, "urn:akson:care-relation")
    assert care["relation"]["valueCode"] == "listed-gp"
    assert care["decision-ref-user-selected"]["valueBoolean"] is False
    assert "decision-ref-id" not in care


def test_patient_is_there_once_and_no_other_number() -> None:
    made = event()
    patients = [one for one in made["extension"] if one["url"] == "urn:akson:patient"]
    assert [one["valueReference"]["identifier"]["value"] for one in patients] == [LINE.value]
    assert str(made).count(LINE.value) == 1


def test_attestation_and_its_time_stand_for_what_was_attested() -> None:
    before = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    care = parts(event(attestation_id=ATTESTATION, attested_at=before), "urn:akson:care-relation")
    assert care["attestation-id"]["valueString"] == str(ATTESTATION)
    assert care["toa"]["valueUnsignedInt"] == int(before.timestamp())
    assert parts(event(), "urn:akson:care-relation")["toa"]["valueUnsignedInt"] == int(AT.timestamp())


def test_self_declared_reason_is_told_as_code_and_words() -> None:
    care = parts(
        event(relation="self-declared", reason="emergency", basis="AKUTT"), "urn:akson:care-relation"
    )
    assert care["decision-ref-id"]["valueString"] == "emergency"
    assert care["decision-ref-description"]["valueString"]
    assert care["decision-ref-user-selected"]["valueBoolean"] is True


def test_refused_tells_why_and_shows_nothing() -> None:
    made = event(outcome="refused", outcome_code="restricted", items={"DiagnosticReport": 0})
    assert (made["outcome"], made["outcomeDesc"]) == ("4", "restricted")
    assert made["entity"][0]["detail"][0]["valueString"] == "0"


def test_what_was_withheld_stands_beside_what_was_shown() -> None:
    withheld = parts(event(withheld={"restricted": 3}), "urn:akson:withheld")
    assert (withheld["code"]["valueCode"], withheld["items"]["valueUnsignedInt"]) == ("restricted", 3)
    assert not any(one["url"] == "urn:akson:withheld" for one in event()["extension"])


@pytest.mark.parametrize(
    ("basis", "relation", "purpose"),
    [("EGEN", "own", "PATRQT"), ("FORELDREANSVAR", "parent", "FAMRQT"), ("FULLMAKT", "attorney", "PWATRNY")],
)
def test_citizens_stand_by_name_with_how_they_represent(basis: str, relation: str, purpose: str) -> None:
    nothing = dict.fromkeys(
        ("hpr_number", "role", "organisation", "organisation_name", "place", "place_name")
    )
    made = event(actor_kind="citizen", actor_name="Gry Telokk", basis=basis, relation=relation, **nothing)
    assert made["agent"][0]["who"] == {"display": "Gry Telokk"}
    assert made["purposeOfEvent"][0]["coding"][0]["code"] == purpose
    assert "contained" not in made
    assert parts(made, "urn:akson:care-relation")["relation"]["valueCode"] == relation


@pytest.mark.parametrize("basis", ["DRIFT", "OPPFOLGING"])
def test_who_gives_no_care_looks_for_operations(basis: str) -> None:
    made = event(basis=basis, relation="operator", hpr_number=None, role=None, action="write")
    assert made["purposeOfEvent"][0]["coding"][0]["code"] == "HOPERAT"
    assert made["action"] == "U"
