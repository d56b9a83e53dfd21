"""`/public/feedback` for everybody, `/panels/…/feedback` for moderators."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from citizen_panel.caller import Reading, Writing
from citizen_panel.feedback import service
from citizen_panel.feedback.models import Code, Handling, Sent
from kit.jsonapi import json_answer, read_body

router = APIRouter(tags=["feedback"])
_MOST = 20_000


@router.post("/public/feedback", status_code=201)
async def send(request: Request) -> Response:
    """Send feedback about a page; the answer holds the code to follow it by. `Idempotency-Key` counts."""
    sent = await read_body(request, Sent, most=_MOST)
    state = request.app.state
    code = await service.send(state.db, state.keys, sent, request.headers.get("idempotency-key"))
    return json_answer({"code": code}, 201)


@router.post("/public/feedback/_follow")
async def follow(request: Request) -> Response:
    """What became of it; the code goes in the body, since an address is kept by many."""
    state = request.app.state
    code = await read_body(request, Code, most=_MOST)
    return json_answer(await service.follow(state.db, state.keys, code.code))


@router.get("/panels/{panel_id}/feedback")
async def inbox(caller: Reading, panel_id: UUID) -> Response:
    """All feedback, what waits first."""
    return json_answer({"items": await service.inbox(caller, panel_id)})


@router.put("/panels/{panel_id}/feedback/{feedback_id}")
async def handle(request: Request, caller: Writing, panel_id: UUID, feedback_id: UUID) -> Response:
    """Sort, answer, join or withhold."""
    await service.handle(caller, panel_id, feedback_id, await read_body(request, Handling, most=_MOST))
    return json_answer({"handled": True})
