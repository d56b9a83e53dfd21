"""`GET /fhir/metadata`: what this API does, read from its routes, so that it cannot say otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from core_record.fhir import fhir_response

router = APIRouter(prefix="/fhir")
_CHANGED = "2026-11-23"  # the day this API last changed
_DOCUMENTATION = """\
Search by POST to [base]/[type]/_search, application/x-www-form-urlencoded. A person's national identity \
number goes in the header person-id, never in an address. Health personnel who ask about a person also send \
access-basis, requester-hpr-role and, for a relation that no register shows, access-reason."""
_SECURITY = (
    "Authorization: DPoP, with an access token for the audience akson:core-record, scope"
    " akson:core-record/read or akson:core-record/write (RFC 9449). This statement alone is open."
)
_TYPES = {"identifier": "token", "name": "string", "status": "token", "category": "token", "date": "date"}
_REFERENCES = frozenset({"practitioner", "organization", "partof"})
_FORM = "application/x-www-form-urlencoded"
_INTERACTIONS = {
    ("post", "_search"): "search-type",
    ("post", ""): "create",
    ("get", "{}"): "read",
    ("put", "{}"): "update",
    ("delete", "{}"): "delete",
    ("post", "{}/_history"): "history-instance",
    ("get", "{}/_history"): "history-instance",
}


@router.get("/metadata")
async def metadata(request: Request) -> Response:
    """The CapabilityStatement (FHIR R4 2.2)."""
    return fhir_response(capability_statement(request.app.openapi()["paths"]))


def capability_statement(paths: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The statement for an app with these OpenAPI paths."""
    resources: dict[str, dict[str, Any]] = {}
    for path, methods in sorted(paths.items()):
        kind, _, rest = path.removeprefix("/fhir/").partition("/")
        if not path.startswith("/fhir/") or not kind[:1].isupper():
            continue
        for method, operation in methods.items():
            _add(resources.setdefault(kind, {"type": kind, "interaction": []}), method, rest, operation)
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _CHANGED,
        "kind": "instance",
        "software": {"name": "Akson core record"},
        "implementation": {"description": "Registers, privacy settings, representation and the access log"},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "documentation": _DOCUMENTATION,
                "security": {"description": _SECURITY},
                "resource": [resource for resource in resources.values() if resource["interaction"]],
            }
        ],
    }


def _add(resource: dict[str, Any], method: str, rest: str, operation: Mapping[str, Any]) -> None:
    parts = ["{}" if part.startswith("{") else part for part in rest.split("/")]
    interaction = _INTERACTIONS.get((method, "/".join(parts)))
    if interaction is None:
        return
    resource["interaction"].append({"code": interaction})
    if interaction == "search-type":
        content = operation.get("requestBody", {}).get("content", {})
        names = content.get(_FORM, {}).get("schema", {}).get("properties", {})
        resource["searchParam"] = [{"name": name, "type": _type(name)} for name in names]


def _type(name: str) -> str:
    if name in _REFERENCES:
        return "reference"
    return "number" if name in ("_count", "_skip") else _TYPES.get(name, "special")
