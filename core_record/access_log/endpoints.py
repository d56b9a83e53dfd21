"""The citizen's own log: `POST /fhir/AuditEvent/_search`; `GET /access-log/export`: a file to be checked."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from psycopg import AsyncConnection

from core_record.access.service import AccessRequest, Decision, LookUp, look_up
from core_record.access_log import service
from core_record.access_log.fhir import audit_event
from core_record.access_log.models import LogRow
from core_record.fhir import date_interval, describe_form, person_number, read_form, searchset
from kit.errors import Forbidden
from kit.identity.actor import Actor, ActorKind
from kit.identity.audiences import READ_CORE_RECORD
from kit.identity.verifier import require_scope
from kit.identity.web import actor_of
from kit.ids import NationalId
from kit.web import correlation_id

router = APIRouter()
_KINDS = ("AuditEvent",)


@router.post("/fhir/AuditEvent/_search", openapi_extra=describe_form("date", person=True))
async def search_own_log(request: Request, actor: Annotated[Actor, Depends(actor_of)]) -> Response:
    """The caller's own log, newest first; parameters `date`, `_count` and `_skip`.

    The header `person-id` may be left out: the person is the caller. Reading leaves a row of its own.
    """
    require_scope(actor, READ_CORE_RECORD)
    own = _own_number(actor)
    form = await read_form(request, "AuditEvent", ("date",))
    since, before = date_interval(form.all("date"))

    async def read(
        conn: AsyncConnection[Any], person_id: UUID, _: Decision
    ) -> LookUp[tuple[int, list[LogRow]]]:
        total, rows = await service.read_own(conn, person_id, since, before, form.skip, form.count)
        return LookUp((total, rows), {"AuditEvent": len(rows)})

    state = request.app.state
    number = person_number(request) or own
    declared = AccessRequest(correlation_id=correlation_id(request))
    total, rows = await look_up(state.db, state.keys, actor, number, declared, _KINDS, read)
    return searchset(form, total, [audit_event(row, number) for row in rows])


@router.get("/access-log/export")
async def export_own_log(request: Request, actor: Annotated[Actor, Depends(actor_of)]) -> Response:
    """The caller's whole log as a file with hashes, proofs, signed heads and public keys.

    It can be checked without us: `citizen_verifier.py`. Reading leaves a row of its own, which is not in it.
    """
    require_scope(actor, READ_CORE_RECORD)
    own = _own_number(actor)
    state = request.app.state
    public_keys = state.keys.log_public_keys()

    async def read(conn: AsyncConnection[Any], person_id: UUID, _: Decision) -> LookUp[dict[str, Any]]:
        log = await service.export(conn, person_id, public_keys)
        return LookUp(log, {"AuditEvent": len(log["rows"])})

    number = person_number(request) or own
    declared = AccessRequest(correlation_id=correlation_id(request))
    log = await look_up(state.db, state.keys, actor, number, declared, _KINDS, read)
    headers = {"content-disposition": 'attachment; filename="innsynslogg.json"'}
    return Response(msgspec.json.encode(log), media_type="application/json", headers=headers)


def _own_number(actor: Actor) -> NationalId:
    """The caller's own number; raises `Forbidden` for whoever is no citizen."""
    if actor.kind is not ActorKind.CITIZEN or actor.national_id is None:
        raise Forbidden(
            "own-log-only", "The log of who has looked is the citizen's own. Log in as a citizen."
        )
    return actor.national_id
