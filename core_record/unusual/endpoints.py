"""`/administration/unusual-access`: the list, opening an entry, what came of it. JSON; errors RFC 9457."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from core_record.unusual.models import ListSearch, Review
from core_record.unusual.service import FollowUp
from kit.identity.actor import Actor
from kit.identity.audiences import READ_CORE_RECORD, WRITE_CORE_RECORD
from kit.identity.verifier import require_scope
from kit.identity.web import actor_of
from kit.jsonapi import json_answer, read_body
from kit.web import correlation_id

router = APIRouter(prefix="/administration/unusual-access", tags=["follow-up"])
Caller = Annotated[Actor, Depends(actor_of)]


def _follow_up(request: Request, actor: Actor, scope: str) -> FollowUp:
    require_scope(actor, scope)
    state = request.app.state
    return FollowUp(state.db, state.keys, actor, correlation_id(request))


@router.post("/_search")
async def search(request: Request, actor: Caller) -> Response:
    """Entries of the caller's own organisation: `{items, total, reasons}`; never whom they are about."""
    follow_up = _follow_up(request, actor, READ_CORE_RECORD)
    return json_answer(await follow_up.page(await read_body(request, ListSearch)))


@router.post("/{entry_id}/open")
async def open_entry(request: Request, actor: Caller, entry_id: UUID) -> Response:
    """Whom it is about and what was looked at: a look-up in that person's log."""
    return json_answer(await _follow_up(request, actor, READ_CORE_RECORD).open(entry_id))


@router.post("/{entry_id}/review")
async def review(request: Request, actor: Caller, entry_id: UUID) -> Response:
    """What came of it, and why. Safe to repeat."""
    follow_up = _follow_up(request, actor, WRITE_CORE_RECORD)
    return json_answer(await follow_up.review(entry_id, await read_body(request, Review)))
