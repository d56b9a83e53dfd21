"""Who works in the place one works at, to give work to; and the places one can send to."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from psycopg import AsyncConnection

from core_record.access.service import Decision, LookUp
from journal_api.care.units.service import Colleague, Unit, colleagues, units
from journal_api.desk import Caller, unit_list
from kit.jsonapi import json_answer
from kit.keys import KeyRing
from kit.norway import today_in_norway

router = APIRouter(tags=["units"])


@router.post("/personnel/_search", response_class=Response)
async def search(request: Request, actor: Caller) -> Response:
    """{"personnel": [{id, name, works_as, roles}]}, by name. No body."""
    unit = actor.place or actor.organisation or ""

    async def work(conn: AsyncConnection[Any], _: KeyRing, __: Decision) -> LookUp[list[Colleague]]:
        return LookUp(await colleagues(conn, unit, today_in_norway()))

    return json_answer({"personnel": await unit_list(request, actor, "Personnel", work)})


@router.post("/units/_search", response_class=Response)
async def places(request: Request, actor: Caller) -> Response:
    """{"units": [{number, name, kind}]}: the places that share this journal, by name. No body."""

    async def work(conn: AsyncConnection[Any], _: KeyRing, __: Decision) -> LookUp[list[Unit]]:
        return LookUp(await units(conn, today_in_norway()))

    return json_answer({"units": await unit_list(request, actor, "Unit", work)})
