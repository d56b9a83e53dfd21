"""Absences of the place one works at. Who works there keeps them, for the one who fell ill too."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Request, Response
from psycopg import AsyncConnection

from core_record.access.service import Decision, LookUp
from journal_api.care.absence import service
from journal_api.care.absence.service import Absence, Away
from journal_api.desk import Caller, unit_list
from kit.jsonapi import json_answer, read_body
from kit.keys import KeyRing
from kit.norway import today_in_norway

router = APIRouter(prefix="/absences", tags=["absences"])
_KIND = "Absence"


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`since`: those not over on that day (None: today)."""

    since: date | None = None


@router.post("/_search", response_class=Response)
async def search(request: Request, actor: Caller) -> Response:
    """{"absences": [{id, personnel, name, stand_in, stand_in_name, first, last}]}."""
    wanted = await read_body(request, Wanted)
    unit = actor.place or actor.organisation or ""

    async def work(conn: AsyncConnection[Any], _: KeyRing, __: Decision) -> LookUp[list[Absence]]:
        return LookUp(await service.listing(conn, unit, wanted.since or today_in_norway()))

    return json_answer({"absences": await unit_list(request, actor, _KIND, work)})


@router.put("/{absence_id}", response_class=Response)
async def write(absence_id: UUID, request: Request, actor: Caller) -> Response:
    """{personnel, stand_in, first, last}: repeating changes nothing."""
    away = await read_body(request, Away)
    unit = actor.place or actor.organisation or ""

    async def work(conn: AsyncConnection[Any], _: KeyRing, decision: Decision) -> LookUp[None]:
        by = decision.facts.actor_id
        assert by is not None  # noqa: S101 - the decision knows whom it lets in
        await service.write(conn, unit, absence_id, away, by, today_in_norway())
        return LookUp(None)

    await unit_list(request, actor, _KIND, work, writes=True)
    return Response(status_code=204)


@router.post("/{absence_id}/$withdraw", response_class=Response)
async def withdraw(absence_id: UUID, request: Request, actor: Caller) -> Response:
    """The absence is none after all; once more changes nothing."""
    unit = actor.place or actor.organisation or ""

    async def work(conn: AsyncConnection[Any], _: KeyRing, decision: Decision) -> LookUp[None]:
        by = decision.facts.actor_id
        assert by is not None  # noqa: S101 - the decision knows whom it lets in
        await service.withdraw(conn, unit, absence_id, by)
        return LookUp(None)

    await unit_list(request, actor, _KIND, work, writes=True)
    return Response(status_code=204)
