"""Reports as the results service gives them to the citizen, made in a line each."""

from __future__ import annotations

from typing import Any

from portal.citizen.results.lines import ResultLine
from portal.citizen.results.transform import OwnReport, own_reports

NILAR = "http://nhn.no/fhir/nilar/StructureDefinition/"
SYSTEM = "http://ehelse.no/fhir/CodeSystem/no-kodeverk-"
LAB = {
    "resourceType": "PractitionerRole",
    "id": "lab",
    "organization": {"identifier": {"value": "8100060"}, "display": "Storfjella sykehus"},
}
ANSWERER = {"resourceType": "PractitionerRole", "id": "who", "organization": {"display": "Avdelingen"}}


def concept(code: str, system: str = "7280-nlk", text: str = "") -> dict[str, Any]:
    return {"coding": [{"system": SYSTEM + system, "code": code, "display": f"Navn {code}"}], "text": text}


def observation(key: str, code: str = "NPU1", *members: str, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "resourceType": "Observation",
        "id": key,
        "status": "final",
        "code": concept(code),
    }
    if members:
        made["hasMember"] = [{"reference": f"Observation/{member}"} for member in members]
    return made | more


def report(key: str = "r", *results: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "DiagnosticReport",
        "id": key,
        "status": "final",
        "code": concept("CLIN", "8202"),
        "effectiveDateTime": "2026-03-01T23:30:00Z",
        "issued": "2026-03-03T08:00:00+01:00",
        "performer": [{"reference": "PractitionerRole/who"}, {"reference": "PractitionerRole/lab"}],
        "result": [{"reference": f"Observation/{result}"} for result in results],
    } | more


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "entry": [{"resource": one} for one in (*resources, LAB, ANSWERER)]}


def one(*resources: dict[str, Any]) -> OwnReport:
    (found,) = own_reports(bundle(*resources))
    return found


def line(**more: Any) -> ResultLine:
    (found,) = one(report("r", "o"), observation("o", **more)).lines
    return found
