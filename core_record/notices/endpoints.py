"""`/notices`: what a citizen has been told. JSON; errors are RFC 9457."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from psycopg import AsyncConnection

from core_record.access.service import AccessRequest, Decision, LookUp, Relation, look_up
from core_record.fhir import person_number
from core_record.notices import service
from core_record.notices.models import Notice
from kit.errors import Forbidden
from kit.identity.actor import Actor, ActorKind
from kit.identity.audiences import READ_CORE_RECORD
from kit.identity.verifier import require_scope
from kit.identity.web import actor_of
from kit.ids import NationalId
from kit.jsonapi import json_answer, read_body
from kit.web import correlation_id

router = APIRouter(prefix="/notices", tags=["notices"])
_KINDS = ("Notice",)
_MAY = (Relation.OWN, Relation.PARENT)
Caller = Annotated[Actor, Depends(actor_of)]


class Until(msgspec.Struct, frozen=True):
    """Everything that came until this moment (ISO 8601 with a zone) has been read."""

    until: Annotated[datetime, msgspec.Meta(tz=True)]


@router.get("")
async def list_notices(
    request: Request,
    actor: Caller,
    skip: Annotated[int, Query(ge=0, le=100_000)] = 0,
    count: Annotated[int, Query(ge=0, le=200)] = 50,
) -> Response:
    """The caller's own notices, or a child's to its parent: `{total, unread, notices}`, newest first.

    `person-id` may be left out: the person is the caller. Not by fullmakt: notices tell of its use too.
    """
    own = own_number(actor)

    async def read(conn: AsyncConnection[Any], person_id: UUID, decision: Decision) -> LookUp[dict[str, Any]]:
        _refuse_others(decision)
        total, unread = await service.counts(conn, person_id)
        shown = await service.page(conn, person_id, skip, count)
        answer = {"total": total, "unread": unread, "notices": [_notice(one) for one in shown]}
        return LookUp(answer, {"Notice": len(shown)})

    return json_answer(await _look_up(request, actor, own, read))


@router.post("/read")
async def mark_read(request: Request, actor: Caller) -> Response:
    """Mark what came until a moment as read: `{unread}`, how many are left. Safe to repeat."""
    own = own_number(actor)
    wanted = await read_body(request, Until)

    async def write(
        conn: AsyncConnection[Any], person_id: UUID, decision: Decision
    ) -> LookUp[dict[str, Any]]:
        _refuse_others(decision)
        marked = await service.mark_read(conn, person_id, wanted.until)
        _, unread = await service.counts(conn, person_id)
        return LookUp({"unread": unread}, {"Notice": marked}, action="write")

    return json_answer(await _look_up(request, actor, own, write))


def own_number(actor: Actor, scope: str = READ_CORE_RECORD) -> NationalId:
    """The caller's own number; raises `Forbidden` without the scope, and for whoever is no citizen."""
    require_scope(actor, scope)
    if actor.kind is not ActorKind.CITIZEN or actor.national_id is None:
        raise Forbidden("own-notices-only", "Notices are the citizen's own. Log in as a citizen.")
    return actor.national_id


async def _look_up(request: Request, actor: Actor, own: NationalId, work: Any) -> dict[str, Any]:
    state = request.app.state
    number = person_number(request) or own
    declared = AccessRequest(correlation_id=correlation_id(request))
    done: dict[str, Any] = await look_up(state.db, state.keys, actor, number, declared, _KINDS, work)
    return done


def _refuse_others(decision: Decision) -> None:
    if decision.relation not in _MAY:
        raise Forbidden("own-notices-only", "Notices are read by the person, or by a child's parent.")


def _notice(notice: Notice) -> dict[str, Any]:
    log = None
    if notice.log_event:
        log = {
            "event": notice.log_event,
            "name": notice.actor_name,
            "role": notice.role,
            "organisation": notice.organisation_name,
            "place": notice.place_name,
        }
    return {
        "id": notice.notice_id,
        "at": notice.at,
        "kind": notice.kind,
        "details": notice.details,
        "read": notice.read_at is not None,
        "log": log,
    }
