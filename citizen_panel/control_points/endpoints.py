"""`/public/control-points` and `/public/measures` for everybody, writing for decision makers."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from citizen_panel.caller import Writing
from citizen_panel.control_points import service
from citizen_panel.control_points.models import PointPlan
from kit.jsonapi import json_answer, read_body, version_in

router = APIRouter(tags=["control points"])


@router.get("/public/control-points")
async def points(request: Request) -> Response:
    """Every control point: plan, cost, benefit, what was found."""
    return json_answer({"items": await service.public(request.app.state.db)})


@router.get("/public/control-points/{identifier}")
async def point(request: Request, identifier: UUID) -> Response:
    """One control point."""
    return json_answer(await service.public_one(request.app.state.db, identifier))


@router.get("/public/measures")
async def measures(request: Request) -> Response:
    """What is measured, a value a day; what cannot be measured says why."""
    return json_answer({"items": await service.measures(request.app.state.db)})


@router.post("/panels/{panel_id}/control-points", status_code=201)
async def add(request: Request, caller: Writing, panel_id: UUID) -> Response:
    """A new control point; `Idempotency-Key` makes the call safe to repeat."""
    wanted = await read_body(request, PointPlan)
    key = request.headers.get("idempotency-key")
    return json_answer(await service.write(caller, panel_id, wanted, None, key), 201)


@router.put("/panels/{panel_id}/control-points/{identifier}")
async def change(request: Request, caller: Writing, panel_id: UUID, identifier: UUID) -> Response:
    """Write it anew; `If-Match` is the version it was read with."""
    wanted, version = await read_body(request, PointPlan), version_in(request, needed=True)
    return json_answer(await service.write(caller, panel_id, wanted, identifier, version))
