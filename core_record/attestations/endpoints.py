"""`POST /attestations`: attest once for one person, then name the attestation in look-ups for an hour."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from psycopg import AsyncConnection

from core_record.access.service import Decision, LookUp, look_up
from core_record.attestations import service
from core_record.fhir import person_number
from kit.errors import Malformed
from kit.identity.actor import Actor
from kit.identity.audiences import READ_CORE_RECORD
from kit.identity.verifier import require_scope
from kit.identity.web import actor_of
from kit.jsonapi import read_bytes
from kit.web import correlation_id

router = APIRouter()
_KIND = "Attestation"
_MAX_BODY = 16_384  # bytes
_OPENAPI = {
    "parameters": [{"name": "person-id", "in": "header", "required": True, "schema": {"type": "string"}}],
    "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
}


@router.post("/attestations", status_code=201, response_class=Response, openapi_extra=_OPENAPI)
async def attest(request: Request, actor: Annotated[Actor, Depends(actor_of)]) -> Response:
    """201 with `id` and `expires_at`. Decided and logged as the look-up it is for (docs/attestation.md)."""
    require_scope(actor, READ_CORE_RECORD)
    number = person_number(request)
    if number is None:
        raise Malformed("person-id-missing", "Send the person's number in the header person-id.")
    body = await read_bytes(request, _MAX_BODY, "attestation-too-large")
    said = service.read_parameters(body, actor, number)
    state = request.app.state

    async def write(conn: AsyncConnection[Any], _: UUID, decision: Decision) -> LookUp[tuple[UUID, datetime]]:
        return LookUp(await service.record(conn, state.keys, said, decision), {_KIND: 1}, "write")

    declared = service.declared_by(said, correlation_id(request))
    made, expires = await look_up(state.db, state.keys, actor, number, declared, (_KIND,), write)
    answer = msgspec.json.encode({"id": str(made), "expires_at": expires.isoformat(timespec="seconds")})
    return Response(answer, 201, media_type="application/json")
