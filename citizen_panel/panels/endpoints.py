"""`/panels`: JSON in and out, errors are RFC 9457."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from citizen_panel.caller import Reading, Writing
from citizen_panel.panels import drawing, service
from citizen_panel.panels.models import DrawRun, Joining, PanelChange
from kit.jsonapi import json_answer, read_body, version_in

router = APIRouter(tags=["panels"])


@router.get("/public/panels")
async def panels(request: Request) -> Response:
    """Every panel: name, purpose, terms."""
    return json_answer({"items": await service.panels(request.app.state.db)})


@router.get("/public/panels/{panel_id}/draws")
async def draws(request: Request, panel_id: UUID) -> Response:
    """How members were drawn: promise, method, seed, balance."""
    return json_answer({"items": await drawing.draws(request.app.state.db, panel_id)})


@router.get("/panels")
async def my_panels(caller: Reading) -> Response:
    """Every panel with one's own place in it, and what one may tell of oneself there."""
    return json_answer({"items": await service.my_panels(caller)})


@router.put("/panels/{panel_id}")
async def change(request: Request, caller: Writing, panel_id: UUID) -> Response:
    """Write the panel anew; `If-Match` is the version it was read with."""
    wanted, version = await read_body(request, PanelChange), version_in(request, needed=True)
    return json_answer(await service.change(caller, panel_id, wanted, version))


@router.get("/panels/{panel_id}/members")
async def members(caller: Reading, panel_id: UUID) -> Response:
    """Who the members are, for leaders alone."""
    return json_answer({"items": await service.members(caller, panel_id)})


@router.put("/panels/{panel_id}/membership")
async def join(request: Request, caller: Writing, panel_id: UUID) -> Response:
    """Join, or change what one told."""
    return json_answer(await service.join(caller, panel_id, await read_body(request, Joining)))


@router.post("/panels/{panel_id}/membership/_leave")
async def leave(caller: Writing, panel_id: UUID) -> Response:
    """Leave; everything of one's own is deleted."""
    await service.leave(caller, panel_id)
    return json_answer({"left": True})


@router.post("/panels/{panel_id}/draws", status_code=201)
async def promise_draw(caller: Writing, panel_id: UUID) -> Response:
    """Promise a draw: its seed's hash is published from now on."""
    return json_answer(await drawing.promise_draw(caller, panel_id), 201)


@router.post("/panels/{panel_id}/draws/{draw_id}/run")
async def run_draw(request: Request, caller: Writing, panel_id: UUID, draw_id: UUID) -> Response:
    """Run a promised draw, once."""
    return json_answer(await drawing.run_draw(caller, panel_id, draw_id, await read_body(request, DrawRun)))
