"""`/public/decisions` for everybody, writing for decision makers."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from citizen_panel.caller import Writing
from citizen_panel.decisions import service
from citizen_panel.decisions.models import Wanted
from kit.jsonapi import json_answer, read_body, version_in

router = APIRouter(tags=["decisions"])


@router.get("/public/decisions")
async def decisions(request: Request) -> Response:
    """You said, we did: the whole log."""
    return json_answer({"items": await service.public(request.app.state.db)})


@router.get("/public/decisions/{identifier}")
async def decision(request: Request, identifier: UUID) -> Response:
    """One entry of the log."""
    return json_answer(await service.public_one(request.app.state.db, identifier))


@router.post("/panels/{panel_id}/decisions", status_code=201)
async def add(request: Request, caller: Writing, panel_id: UUID) -> Response:
    """A new entry; `Idempotency-Key` makes the call safe to repeat."""
    wanted, key = await read_body(request, Wanted), request.headers.get("idempotency-key")
    return json_answer(await service.write(caller, panel_id, wanted, None, key), 201)


@router.put("/panels/{panel_id}/decisions/{identifier}")
async def change(request: Request, caller: Writing, panel_id: UUID, identifier: UUID) -> Response:
    """Bring an entry up to date; `If-Match` is the version it was read with."""
    wanted = await read_body(request, Wanted)
    return json_answer(
        await service.write(caller, panel_id, wanted, identifier, version_in(request, needed=True))
    )
