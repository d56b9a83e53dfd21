"""`/apps`: which apps are admitted, open to all. `/administration/apps`: the register, for who keeps it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from core_record.apps.models import Proposal, Verdict, Which
from core_record.apps.service import AppRegister, in_force
from kit.identity.actor import Actor
from kit.identity.audiences import READ_CORE_RECORD, WRITE_CORE_RECORD
from kit.identity.verifier import require_scope
from kit.identity.web import actor_of
from kit.jsonapi import json_answer, read_body
from kit.settings import get_settings
from kit.web import correlation_id

_MOST = 10_000  # bytes of a proposal
_SHOWN = (
    *("client_id", "name", "vendor", "vendor_name", "purpose", "grants", "roles"),
    *("organisation", "org_number", "data_protection", "valid_to"),
)
router = APIRouter(tags=["apps"])
Caller = Annotated[Actor, Depends(actor_of)]


@router.get("/apps", response_class=Response)
async def apps(request: Request) -> Response:
    """{"apps": […]}: what is admitted, for whom and for what. Open to all: it says nothing of anybody."""
    found = await in_force(request.app.state.db)
    shown = [{name: getattr(row, name) for name in _SHOWN} for row in found]
    return json_answer({"apps": shown}, headers={"Cache-Control": "public, max-age=60"})


@router.post("/administration/apps/_search", response_class=Response)
async def search(request: Request, actor: Caller) -> Response:
    """{"apps": […]}: those of the caller's organisations, whatever their state. No body."""
    require_scope(actor, READ_CORE_RECORD)
    return json_answer({"apps": await _register(request, actor).apps()})


@router.post("/administration/apps/history", response_class=Response)
async def history(request: Request, actor: Caller) -> Response:
    """{"history": [{at, state, asked, source, actor_name, reason}]} of one app, newest first."""
    require_scope(actor, READ_CORE_RECORD)
    which = await read_body(request, Which, most=_MOST)
    return json_answer({"history": await _register(request, actor).history(which)})


@router.post("/administration/apps", response_class=Response)
async def propose(request: Request, actor: Caller) -> Response:
    """Enter an app, or what is new about one: {"changed"}. It is then proposed, and lets nobody in."""
    require_scope(actor, WRITE_CORE_RECORD)
    entry = await read_body(request, Proposal, most=_MOST)
    return json_answer({"changed": await _register(request, actor).propose(entry)})


@router.post("/administration/apps/decide", response_class=Response)
async def decide(request: Request, actor: Caller) -> Response:
    """Approve, suspend or withdraw an app: {"changed", "app"}."""
    require_scope(actor, WRITE_CORE_RECORD)
    entry = await read_body(request, Verdict, most=_MOST)
    changed, row = await _register(request, actor).decide(entry)
    return json_answer({"changed": changed, "app": msgspec.to_builtins(row)})


def _register(request: Request, actor: Actor) -> AppRegister:
    state = request.app.state
    return AppRegister(
        state.db, state.keys, actor, correlation_id(request), development=get_settings().is_development
    )
