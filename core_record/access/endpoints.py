"""`GET /fhir/CodeSystem/{id}`: the reasons a health worker may declare, and the codes of refusals."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from core_record.access.apps import APP_RULES
from core_record.access.reasons import REASON_SYSTEM, REASONS
from core_record.access.rules import ALL_RULES
from core_record.access.service import REFUSAL_SYSTEM
from core_record.fhir import fhir_response
from kit.errors import NotFound
from kit.identity.actor import Actor
from kit.identity.audiences import READ_CORE_RECORD
from kit.identity.verifier import require_scope
from kit.identity.web import actor_of

router = APIRouter(prefix="/fhir")


@router.get("/CodeSystem/{name}")
async def read_code_system(name: str, _: Request, actor: Annotated[Actor, Depends(actor_of)]) -> Response:
    """`access-reason` (texts in bokmål, nynorsk and English) or `access-refusal` (texts in English)."""
    require_scope(actor, READ_CORE_RECORD)
    if name == "access-reason":
        return fhir_response(_code_system(name, REASON_SYSTEM, _reasons()))
    if name == "access-refusal":
        return fhir_response(_code_system(name, REFUSAL_SYSTEM, _refusals()))
    raise NotFound("code-system-unknown", "Code systems here: access-reason, access-refusal.")


def _code_system(name: str, url: str, concepts: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "resourceType": "CodeSystem",
        "id": name,
        "url": url,
        "name": name.title().replace("-", ""),
        "status": "active",
        "content": "complete",
        "caseSensitive": True,
        "count": len(concepts),
        "concept": concepts,
    }


def _reasons() -> list[dict[str, Any]]:
    return [
        {
            "code": code,
            "display": texts.nb,
            "designation": [
                {"language": language, "value": text} for language, text in texts._asdict().items()
            ],
        }
        for code, texts in REASONS.items()
    ]


def _refusals() -> list[dict[str, Any]]:
    by_code: dict[str, dict[str, Any]] = {}
    for rule in (*ALL_RULES, *APP_RULES):
        by_code.setdefault(rule.code, {"code": rule.code, "display": rule.text, "definition": rule.source})
    return list(by_code.values())
