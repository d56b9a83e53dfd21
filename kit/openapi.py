"""What every service's `/openapi.json` says alike: where it is, what opens it, and how it refuses."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

OPEN = frozenset(
    {
        "/health/live",
        "/health/ready",
        "/metrics",
        "/fhir/metadata",
        "/fhir/.well-known/smart-configuration",
        "/apps",
    }
)
OPEN_PREFIX = "/public/"
"""Paths that need no token; `tests/integration/test_routes.py` calls every other one without."""
_SCHEME = {
    "type": "http",
    "scheme": "DPoP",
    "bearerFormat": "JWT",
    "description": "Authorization: DPoP, an access token for this service's audience, and a DPoP header with"
    " a proof of its key for this method and address (RFC 9449). The first answer is 401 use_dpop_nonce: sign"
    " again with the nonce of DPoP-Nonce.",
}
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "urn:akson:problem: and the code."},
        "title": {"type": "string", "description": "The code."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong, and what to do."},
    },
}
_OUTCOME = {
    "type": "object",
    "required": ["resourceType", "issue"],
    "description": "FHIR R4 OperationOutcome; diagnostics begins with the code.",
    "properties": {
        "resourceType": {"const": "OperationOutcome"},
        "issue": {"type": "array", "items": {"type": "object"}},
    },
}
_METHODS = ("get", "post", "put", "delete", "patch")


def is_open(path: str) -> bool:
    """Whether a path needs no token."""
    return path in OPEN or path.startswith(OPEN_PREFIX)


def tell_the_whole(app: FastAPI, fhir_prefixes: tuple[str, ...]) -> None:
    """Have `app.openapi()` say what FastAPI cannot know: address, scheme, refusals in the form they have."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        document = plain()
        verifier = getattr(app.state, "verifier", None)
        if verifier is not None:
            document["servers"] = [{"url": verifier.base_url}]
        parts = document.setdefault("components", {})
        parts["securitySchemes"] = {"DPoP": _SCHEME}
        schemas = parts.setdefault("schemas", {})
        schemas |= {"Problem": _PROBLEM, "OperationOutcome": _OUTCOME}
        for path, methods in document["paths"].items():
            for method in _METHODS:
                if method in methods:
                    _complete(methods[method], path, fhir=path.startswith(fhir_prefixes))
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        return document

    app.openapi = described  # type: ignore[method-assign]


def _complete(operation: dict[str, Any], path: str, *, fhir: bool) -> None:
    answers = operation["responses"]
    answers.pop("422", None)  # FastAPI's own form of it, which `kit.web` never answers
    media, schema = ("fhir+json", "OperationOutcome") if fhir else ("problem+json", "Problem")
    content = {f"application/{media}": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    answers["default"] = {
        "description": "Refused, or not possible now; the sentence says what to do.",
        "content": content,
    }
    if not is_open(path):
        operation["security"] = [{"DPoP": []}]
