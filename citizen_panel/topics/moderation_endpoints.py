"""`/panels/{panel}/moderation`: what waits for moderators, and what they do."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from citizen_panel.caller import Reading, Writing
from citizen_panel.topics import moderation
from citizen_panel.topics.models import Deciding, Moderating, Translating
from kit.jsonapi import json_answer, read_body, version_in

router = APIRouter(tags=["moderation"])


@router.get("/panels/{panel_id}/moderation")
async def queue(caller: Reading, panel_id: UUID) -> Response:
    """Appeals, complaints and new texts first."""
    return json_answer({"items": await moderation.queue(caller, panel_id)})


@router.put("/panels/{panel_id}/moderation/{identifier}")
async def moderate(request: Request, caller: Writing, panel_id: UUID, identifier: UUID) -> Response:
    """Publish, withhold, remove or keep; `If-Match` is the version it was read with."""
    done, version = await read_body(request, Moderating), version_in(request, needed=True)
    return json_answer(await moderation.moderate(caller, panel_id, identifier, done, version))


@router.put("/panels/{panel_id}/moderation/{identifier}/translation")
async def translate(request: Request, caller: Writing, panel_id: UUID, identifier: UUID) -> Response:
    """A translation."""
    wanted = await read_body(request, Translating)
    return json_answer(await moderation.translate(caller, panel_id, identifier, wanted))


@router.put("/panels/{panel_id}/moderation/{identifier}/appeal")
async def decide(request: Request, caller: Writing, panel_id: UUID, identifier: UUID) -> Response:
    """End an appeal, by another than who acted; `If-Match` is the version it was read with."""
    done, version = await read_body(request, Deciding), version_in(request, needed=True)
    return json_answer(await moderation.decide_appeal(caller, panel_id, identifier, done, version))
