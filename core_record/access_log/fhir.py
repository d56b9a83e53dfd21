"""A log row as FHIR R4 AuditEvent, after the Norwegian trust framework's mapping (HL7Norway/AuditEvent).

One event for one patient: type DCM#110110; purposeOfEvent from PurposeOfUse; the practitioner by name and HPR
number, never by national number (Tillitsrammeverk: the citizen's log shall show the name and shall not show
the fødselsnummer); legal entity and point of care as PractitionerRole; decision_ref and toa as an extension.
The guide's canonical is not settled: no profile is claimed, and the extensions have addresses of ours.
"""

from __future__ import annotations

from datetime import UTC
from typing import Any

from core_record.access.reasons import REASONS
from core_record.access_log.models import LogRow
from core_record.fhir import ENH, HPR, PERSONNEL_CATEGORY
from kit.ids import NationalId

BASIS = "urn:akson:access-basis"
CARE_RELATION = "urn:akson:care-relation"
PATIENT, WITHHELD = "urn:akson:patient", "urn:akson:withheld"
CLIENT = "urn:akson:client"
_PURPOSE_OF_USE = "urn:oid:2.16.840.1.113883.1.11.20448"
# kjernejournal's own mapping of the basis, and the trust framework's break-the-glass for elevated emergency
_PURPOSES = {
    "UNNTAK": "COC",
    "SAMTYKKE": "TREAT",
    "FORHOYET_SAMTYKKE": "TREAT",
    "AKUTT": "ETREAT",
    "FORHOYET_AKUTT": "BTG",
    "EGEN": "PATRQT",
    "FORELDREANSVAR": "FAMRQT",
    "FULLMAKT": "PWATRNY",
    "DRIFT": "HOPERAT",
    "OPPFOLGING": "HOPERAT",
    "VIRUSKONTROLL": "HOPERAT",
}
_ACTIONS = {"read": "R", "write": "U"}
_SERVICES = {"akson_core": "core_record", "akson_results": "results_service", "akson_journal": "journal_api"}
_SUCCESS, _REFUSED = "0", "4"  # AuditEvent.outcome: success, minor failure


def audit_event(row: LogRow, patient: NationalId) -> dict[str, Any]:
    """One row as AuditEvent; `patient` is the person the row is of."""
    permitted = row.outcome == "permitted"
    event: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "id": str(row.event_id),
        "extension": [_care_relation(row), _patient(patient), *_withheld(row)],
        "type": {
            "system": "http://dicom.nema.org/resources/ontology/DCM",
            "code": "110110",
            "display": "Patient Record",
        },
        "action": _ACTIONS.get(row.action, "E"),
        "recorded": row.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "outcome": _SUCCESS if permitted else _REFUSED,
        "purposeOfEvent": _purpose(row),
        "agent": [_agent(row), *_app(row)],
        "source": {
            "observer": {"display": _SERVICES.get(row.db_role, row.db_role)},
            "type": [{"system": "http://terminology.hl7.org/CodeSystem/security-source-type", "code": "4"}],
        },
        "entity": [_entity(kind, number) for kind, number in row.items.items()],
    }
    if row.outcome_code:
        event["outcomeDesc"] = row.outcome_code
    if row.actor_kind == "clinician":
        event["contained"] = [_practitioner_role(row)]
    return event


def _purpose(row: LogRow) -> list[dict[str, Any]]:
    codings = [{"system": BASIS, "code": row.basis}]
    if row.basis in _PURPOSES:
        codings.insert(0, {"system": _PURPOSE_OF_USE, "code": _PURPOSES[row.basis]})
    return [{"coding": codings}]


def _agent(row: LogRow) -> dict[str, Any]:
    agent: dict[str, Any] = {"requestor": True}
    if row.actor_kind == "clinician":
        agent["who"] = _with_display({"reference": "#role"}, row.actor_name)
    elif row.actor_name:  # the person, a parent, or who holds a fullmakt: by name alone
        agent["who"] = {"display": row.actor_name}
    if row.actor_name:
        agent["name"] = row.actor_name
    if row.role:
        agent["role"] = [{"coding": [{"system": PERSONNEL_CATEGORY, "code": row.role}]}]
    return agent | {"type": {"coding": [{"system": "urn:akson:actor-kind", "code": row.actor_kind}]}}


def _app(row: LogRow) -> list[dict[str, Any]]:
    """Another's program that it was done through."""
    if row.app is None:
        return []
    kind = {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "110150"}
    who = _named(CLIENT, row.app, row.app_name)
    return [{"type": {"coding": [kind | {"display": "Application"}]}, "who": who, "requestor": False}]


def _practitioner_role(row: LogRow) -> dict[str, Any]:
    role: dict[str, Any] = {"resourceType": "PractitionerRole", "id": "role"}
    if row.hpr_number or row.actor_name:
        role["practitioner"] = _named(HPR, row.hpr_number, row.actor_name)
    if row.organisation:
        role["organization"] = _named(ENH, row.organisation, row.organisation_name)
    if row.place:
        role["location"] = [_named(ENH, row.place, row.place_name)]
    if row.role:
        role["code"] = [{"coding": [{"system": PERSONNEL_CATEGORY, "code": row.role}]}]
    return role


def _named(system: str, value: str | None, display: str | None) -> dict[str, Any]:
    reference: dict[str, Any] = {"identifier": {"system": system, "value": value}} if value else {}
    return _with_display(reference, display)


def _with_display(reference: dict[str, Any], display: str | None) -> dict[str, Any]:
    return reference | ({"display": display} if display else {})


def _care_relation(row: LogRow) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [{"url": "relation", "valueCode": row.relation}]
    if row.reason:
        text = REASONS[row.reason].nb if row.reason in REASONS else row.reason
        parts.append({"url": "decision-ref-id", "valueString": row.reason})
        parts.append({"url": "decision-ref-description", "valueString": text})
    parts.append({"url": "decision-ref-user-selected", "valueBoolean": row.relation == "self-declared"})
    if row.attestation_id:
        parts.append({"url": "attestation-id", "valueString": str(row.attestation_id)})
    # the time of what was attested; what was declared with the look-up itself was declared then
    attested = row.attested_at or row.at
    parts.append({"url": "toa", "valueUnsignedInt": int(attested.timestamp())})
    return {"url": CARE_RELATION, "extension": parts}


def _patient(number: NationalId) -> dict[str, Any]:
    identifier = {"system": number.oid, "value": number.value}
    return {"url": PATIENT, "valueReference": {"type": "Patient", "identifier": identifier}}


def _withheld(row: LogRow) -> list[dict[str, Any]]:
    """What was not shown, by the code of the reason; 0 items where the number is not known."""
    return [
        {
            "url": WITHHELD,
            "extension": [{"url": "code", "valueCode": code}, {"url": "items", "valueUnsignedInt": number}],
        }
        for code, number in (row.withheld or {}).items()
    ]


def _entity(kind: str, number: int) -> dict[str, Any]:
    return {
        "type": {"system": "http://hl7.org/fhir/resource-types", "code": kind},
        "detail": [{"type": "number-of-items", "valueString": str(number)}],
    }
