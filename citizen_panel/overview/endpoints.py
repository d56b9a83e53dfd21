"""`/mine`: what waits for the caller."""

from __future__ import annotations

from fastapi import APIRouter, Response

from citizen_panel.caller import Reading
from citizen_panel.overview import service
from kit.jsonapi import json_answer

router = APIRouter(tags=["overview"])


@router.get("/mine")
async def mine(caller: Reading) -> Response:
    """Open consultations, meetings, one's own contributions and stances, panel by panel."""
    return json_answer({"items": await service.mine(caller)})
