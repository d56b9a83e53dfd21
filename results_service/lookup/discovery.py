"""`GET /fhir/.well-known/smart-configuration`: where tokens for this API come from, for others' apps."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from core_record.apps.discovery import PATH, Discovery
from kit.jsonapi import json_answer

router = APIRouter(tags=["apps"])


@router.get(PATH, response_class=Response)
async def configuration(request: Request) -> Response:
    """Open to all, as the CapabilityStatement."""
    told: Discovery = request.app.state.discovery
    return json_answer(await told.configuration(), headers={"Cache-Control": "public, max-age=300"})
