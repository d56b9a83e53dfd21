"""`GET /fhir/metadata`: what this API does, made from the same table that the searches are read by."""

from __future__ import annotations

from typing import Any

import msgspec

from core_record.apps.discovery import SECURITY_SERVICE
from results_service.lookup.parameters import COMMON, INCLUDES, PARAMETERS, Kind

_PROFILES: dict[Kind, str] = {
    "DiagnosticReport": "nilar-diagnostic-report",
    "Observation": "nilar-observation",
    "ServiceRequest": "nilar-service-request",
    "Specimen": "nilar-specimen",
    "PractitionerRole": "nilar-practitioner-role",
}
_CHANGED = "2026-11-29"  # the day this API last changed
_DOCUMENTATION = """\
Search by POST to [base]/[type]/_search, application/x-www-form-urlencoded. The person's national identity \
number goes in the header person-id, never in an address. Health personnel also send access-basis, \
requester-hpr-role and, for a relation that no register shows, access-reason; attestation names one \
of the core record. Where the person has restricted some data, the answer has an OperationOutcome entry with \
General of pvk-outcome-cs; an elevated access-basis opens them. A member of a tree of \
observations is always given with the whole tree. An unknown parameter is refused unless the header \
Prefer: handling=lenient is sent. A parameter with a modifier is refused in any case. Every \
Bundle has total, links (self, next, previous: addresses to POST to; next goes on behind the last match, \
whatever came meanwhile) and a weak ETag; asked again with If-None-Match, an unchanged answer is 304, after \
the same decision and with a row in the access log like any other. Answers are packed with gzip when \
Accept-Encoding asks for it."""
_SECURITY = (
    "Authorization: DPoP, with an access token for the audience nhn:pps, scope nhn:pps/provesvar-read, "
    "security level 4 (RFC 9449)."
)


def capability_statement(base: str) -> bytes:
    """The CapabilityStatement (FHIR R4 2.2) as JSON."""
    rest = {
        "mode": "server",
        "documentation": _DOCUMENTATION,
        "security": {"service": [SECURITY_SERVICE], "description": _SECURITY},
        "resource": [_resource(kind) for kind in PARAMETERS],
    }
    statement = {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _CHANGED,
        "kind": "instance",
        "software": {"name": "Akson results service"},
        "implementation": {
            "description": "National look-up of laboratory and radiology results",
            "url": base,
        },
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [rest],
    }
    return msgspec.json.encode(statement)


def _resource(kind: Kind) -> dict[str, Any]:
    interactions = [{"code": "search-type"}]
    if kind == "DiagnosticReport":
        interactions.append({"code": "history-instance"})
    resource: dict[str, Any] = {
        "type": kind,
        "profile": f"http://nhn.no/fhir/nilar/StructureDefinition/{_PROFILES[kind]}",
        "interaction": interactions,
        "searchParam": [
            {"name": name, "type": type_, "documentation": text}
            for name, (type_, text) in (PARAMETERS[kind] | COMMON).items()
            if not name.startswith("_include")
        ],
    }
    if includes := [f"{kind}:{name}" for name in INCLUDES[kind]]:
        resource["searchInclude"] = includes
    return resource
