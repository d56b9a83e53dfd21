"""Who has looked: from AuditEvent to what a citizen reads."""

from __future__ import annotations

from typing import Any

from portal.citizen.access_log.transform import looks


def event(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "AuditEvent",
        "id": "e1",
        "recorded": "2026-11-23T23:43:17Z",
        "outcome": "0",
        "agent": [
            {
                "name": "Magnar Koman",
                "role": [{"coding": [{"code": "LE"}]}],
                "type": {"coding": [{"code": "clinician"}]},
            }
        ],
        "purposeOfEvent": [
            {
                "coding": [
                    {"system": "urn:oid:1", "code": "COC"},
                    {"system": "urn:akson:access-basis", "code": "AKUTT"},
                ]
            }
        ],
        "extension": [
            {
                "url": "urn:akson:care-relation",
                "extension": [
                    {"url": "relation", "valueCode": "self-declared"},
                    {"url": "decision-ref-id", "valueString": "treatment"},
                ],
            }
        ],
        "contained": [
            {
                "resourceType": "PractitionerRole",
                "organization": {"display": "Fjordvik kommune"},
                "location": [{"display": "Legevakten"}],
            }
        ],
        "entity": [{"type": {"code": "DiagnosticReport"}}, {"type": {"code": "Observation"}}],
    } | more


def bundle(*events: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "entry": [{"resource": one} for one in events]}


def test_name_role_place_time_basis_reason_and_what_was_seen() -> None:
    (look,) = looks(bundle(event()))
    assert (look.day, look.time) == ("24.11.2026", "00:43")
    assert (look.name, look.role, look.organisation) == ("Magnar Koman", "LE", "Legevakten, Fjordvik kommune")
    assert (look.basis, look.relation, look.reason) == ("AKUTT", "self-declared", "treatment")
    assert look.kinds == ["DiagnosticReport", "Observation"]
    assert not look.refused
    assert not look.own


def test_a_refusal_is_said_to_be_one() -> None:
    (look,) = looks(bundle(event(outcome="4")))
    assert look.refused


def test_ones_own_look_is_ones_own() -> None:
    (look,) = looks(bundle(event(agent=[{"type": {"coding": [{"code": "citizen"}]}}], contained=[])))
    assert (look.own, look.name, look.organisation) == (True, "", "")


def test_an_event_that_says_little_still_has_its_line() -> None:
    bare = {"resourceType": "AuditEvent", "id": "e2", "recorded": "2026-11-23T10:00:00Z"}
    (look,) = looks(bundle(bare))
    assert (look.time, look.name, look.kinds) == ("11:00", "", [])
