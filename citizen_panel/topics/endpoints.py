"""Proposals and discussions: reading for everybody, writing for members, opening and ending for leaders."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from citizen_panel.caller import Writing
from citizen_panel.topics import service
from citizen_panel.topics.models import Appeal, Complaint, Contributing, Opening, Proposing, StanceChosen
from kit.jsonapi import json_answer, read_body, version_in

router = APIRouter(tags=["topics"])


@router.get("/public/topics")
async def topics(request: Request) -> Response:
    """Proposals and discussions that are or were open."""
    return json_answer({"items": await service.public(request.app.state.db)})


@router.get("/public/topics/{identifier}")
async def topic(request: Request, identifier: UUID) -> Response:
    """One with what is published in it and how many support it."""
    return json_answer(await service.public_one(request.app.state.db, identifier))


@router.post("/panels/{panel_id}/proposals", status_code=201)
async def propose(request: Request, caller: Writing, panel_id: UUID) -> Response:
    """A member's proposal; `Idempotency-Key` makes the call safe to repeat."""
    wanted = await read_body(request, Proposing)
    made = await service.propose(caller, panel_id, wanted, request.headers.get("idempotency-key"))
    return json_answer({"topic_id": made}, 201)


@router.post("/topics/{identifier}/contributions", status_code=201)
async def contribute(request: Request, caller: Writing, identifier: UUID) -> Response:
    """An argument or a comment; `Idempotency-Key` makes the call safe to repeat."""
    given = await read_body(request, Contributing)
    made = await service.contribute(caller, identifier, given, request.headers.get("idempotency-key"))
    return json_answer({"id": made}, 201)


@router.put("/topics/{identifier}/stance")
async def stance(request: Request, caller: Writing, identifier: UUID) -> Response:
    """Support, oppose, or neither."""
    chosen = await read_body(request, StanceChosen)
    await service.take_stance(caller, identifier, chosen.stance)
    return json_answer({"stance": chosen.stance})


@router.post("/panels/{panel_id}/topics", status_code=201)
async def open_(request: Request, caller: Writing, panel_id: UUID) -> Response:
    """A discussion, or a proposal of the panel's own; `Idempotency-Key` makes the call safe to repeat."""
    wanted = await read_body(request, Opening)
    made = await service.open_topic(caller, panel_id, wanted, request.headers.get("idempotency-key"))
    return json_answer(made, 201)


@router.put("/topics/{identifier}")
async def change(request: Request, caller: Writing, identifier: UUID) -> Response:
    """Write it anew or end it; `If-Match` is the version it was read with."""
    version = version_in(request, needed=True)
    return json_answer(await service.change(caller, identifier, await read_body(request, Opening), version))


@router.put("/panels/{panel_id}/contributions/{identifier}/complaint")
async def complain(request: Request, caller: Writing, panel_id: UUID, identifier: UUID) -> Response:
    """Say that it breaks the rules."""
    await service.complain(caller, panel_id, identifier, await read_body(request, Complaint))
    return json_answer({"noted": True})


@router.post("/panels/{panel_id}/contributions/{identifier}/appeal", status_code=201)
async def appeal(request: Request, caller: Writing, panel_id: UUID, identifier: UUID) -> Response:
    """Ask that another looks at it."""
    await service.appeal(caller, panel_id, identifier, await read_body(request, Appeal))
    return json_answer({"appealed": True}, 201)
