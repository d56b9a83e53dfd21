"""`/public/meetings` for everybody, planning for leaders, coming for members."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from citizen_panel.caller import Writing
from citizen_panel.meetings import service
from citizen_panel.meetings.models import Attending, MeetingPlan
from kit.jsonapi import json_answer, read_body, version_in

router = APIRouter(tags=["meetings"])


@router.get("/public/meetings")
async def meetings(request: Request) -> Response:
    """Meetings that are planned and that were held."""
    return json_answer({"items": await service.public(request.app.state.db)})


@router.get("/public/meetings/{identifier}")
async def meeting(request: Request, identifier: UUID) -> Response:
    """One meeting: agenda, minutes."""
    return json_answer(await service.public_one(request.app.state.db, identifier))


@router.post("/panels/{panel_id}/meetings", status_code=201)
async def plan(request: Request, caller: Writing, panel_id: UUID) -> Response:
    """Plan a meeting; `Idempotency-Key` makes the call safe to repeat."""
    wanted = await read_body(request, MeetingPlan)
    key = request.headers.get("idempotency-key")
    return json_answer(await service.write(caller, panel_id, wanted, None, key), 201)


@router.put("/panels/{panel_id}/meetings/{identifier}")
async def change(request: Request, caller: Writing, panel_id: UUID, identifier: UUID) -> Response:
    """Write it anew: time, agenda, minutes, state. `If-Match` is the version it was read with."""
    wanted, version = await read_body(request, MeetingPlan), version_in(request, needed=True)
    return json_answer(await service.write(caller, panel_id, wanted, identifier, version))


@router.put("/meetings/{identifier}/attendance")
async def attend(request: Request, caller: Writing, identifier: UUID) -> Response:
    """Say whether one comes."""
    given = await read_body(request, Attending)
    await service.attend(caller, identifier, coming=given.coming)
    return json_answer({"coming": given.coming})
