"""FHIR R4 JSON as the results service gives it, built by hand for the tests of how results are shown."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from portal.clinician.results.transform.reports import Report, reports_of

Json = dict[str, Any]

BASE = "http://nhn.no/fhir/nilar/StructureDefinition/nilar-"
OWN = "http://akson.no/fhir/StructureDefinition/"
LISTS = "http://ehelse.no/fhir/CodeSystem/no-kodeverk-"
NLK = LISTS + "7280-nlk"
LOCAL = "urn:oid:2.16.578.1.12.4.1.1.8212"


def extension(name: str, **value: Any) -> Json:
    return {"url": BASE + name, **value}


def coding(register: str, code: str, display: str = "") -> Json:
    system = {"7280": NLK, "8212": LOCAL}.get(register, LISTS + register)
    return {"system": system, "code": code} | ({"display": display} if display else {})


def local(text: str) -> Json:
    """A local analysis: named by its text alone."""
    return {"coding": [{"system": LOCAL}], "text": text}


def nlk(code: str, name: str) -> Json:
    return {"coding": [coding("7280", code, name)]}


def quantity(value: str, unit: str = "", comparator: str = "", ucum: str = "") -> Json:
    found: Json = {"value": Decimal(value)}
    if unit:
        found["unit"] = unit
    if comparator:
        found["comparator"] = comparator
    if ucum:
        found |= {"system": "http://unitsofmeasure.org", "code": ucum}
    return {"valueQuantity": found}


def textual(text: str = "", *codings: Json) -> Json:
    found: Json = {"text": text} if text else {}
    return {"valueCodeableConcept": found | ({"coding": list(codings)} if codings else {})}


def susceptible(answer: str, display: str, mic: str = "") -> Json:
    return textual(mic, coding("8243", "RSB", "Resistensbestemmelse"), coding("8271", answer, display))


def observation(
    item_id: str,
    code: Json,
    value: Json | None = None,
    *,
    report: str = "r1",
    status: str = "final",
    reference: str = "",
    flag: str = "",
    note: str = "",
    members: tuple[str, ...] = (),
    history: bool = False,
    effective: str = "2024-03-01T08:00:00+01:00",
    investigated: str = "",
    **more: Any,
) -> Json:
    extensions = [
        extension("diagnostic-report-ref", valueReference={"reference": f"DiagnosticReport/{report}"})
    ]
    if history:
        extensions.append(extension("history", valueBoolean=True))
    if investigated:
        extensions.append(extension("investigation-date", valueDateTime=investigated))
    found: Json = {
        "resourceType": "Observation",
        "id": item_id,
        "status": status,
        "code": code,
        "extension": extensions,
        "effectiveDateTime": effective,
        **(value or {}),
        **more,
    }
    if reference:
        found["referenceRange"] = [{"text": reference}]
    if flag:
        found["interpretation"] = [{"coding": [coding("8244", flag, "Over øvre referansegrense")]}]
    if note:
        found["note"] = [{"text": note}]
    if members:
        found["hasMember"] = [{"reference": f"Observation/{m}"} for m in members]
    return found


def report(
    report_id: str = "r1",
    *,
    kind: str = "CLIN",
    kind_name: str = "Medisinsk biokjemi",
    category: str = "LAB",
    status: str = "final",
    effective: str = "2024-03-01T08:00:00+01:00",
    issued: str = "2024-03-02T10:00:00+01:00",
    results: tuple[str, ...] = (),
    extensions: tuple[Json, ...] = (),
    **more: Any,
) -> Json:
    return {
        "resourceType": "DiagnosticReport",
        "id": report_id,
        "status": status,
        "category": [{"coding": [coding("8202", category)]}],
        "code": {"coding": [coding("8202", kind, kind_name)]},
        "effectiveDateTime": effective,
        "issued": issued,
        "performer": [{"reference": "PractitionerRole/lab"}],
        "basedOn": [{"reference": "ServiceRequest/q1"}],
        "result": [{"reference": f"Observation/{r}"} for r in results],
        "extension": [extension("report-date", valueDateTime="2024-03-01T12:00:00+01:00"), *extensions],
        **more,
    }


def role(role_id: str, organisation: str = "", person: str = "") -> Json:
    found: Json = {"resourceType": "PractitionerRole", "id": role_id}
    if organisation:
        found["organization"] = {"display": organisation}
    if person:
        found["practitioner"] = {"display": person}
    return found


def request(requester: str = "gp", **more: Any) -> Json:
    return {
        "resourceType": "ServiceRequest",
        "id": "q1",
        "requester": {"reference": f"PractitionerRole/{requester}"},
        **more,
    }


LAB = role("lab", "Fürst medisinsk laboratorium")
GP = role("gp", "Kattskinnet legesenter", "Magnar Koman")


def bundle(*resources: Json) -> Json:
    known = {(r["resourceType"], r.get("id")) for r in resources}
    extra = [r for r in (LAB, GP, request()) if (r["resourceType"], r["id"]) not in known]
    entries = [{"resource": r, "search": {"mode": "match"}} for r in (*resources, *extra)]
    return {"resourceType": "Bundle", "type": "searchset", "total": 1, "entry": entries}


def only(*resources: Json) -> Report:
    """The one report of a Bundle."""
    found = reports_of(bundle(*resources))
    assert len(found) == 1
    return found[0]
