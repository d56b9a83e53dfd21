"""`POST /visits/$assign`: the visits of the place one works at, shared out."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from psycopg import AsyncConnection

from core_record.access.service import Decision, LookUp
from journal_api.care.visits import sharing
from journal_api.care.visits.sharing import Shared, Sharing
from journal_api.desk import Caller, unit_list
from kit.jsonapi import json_answer, read_body
from kit.keys import KeyRing

router = APIRouter(prefix="/visits", tags=["visits"])


@router.post("/$assign", response_class=Response)
async def assign(request: Request, actor: Caller) -> Response:
    """{"changes": [{id, to, was}]} → {"assigned", "taken": [{id, assignee, assignee_name}], "away", "gone"}.

    Repeating changes nothing. What somebody else has decided meanwhile (`was` is no longer so) stands and
    is told. 403 `shares-own-only`, 422 `personnel-not-there`.
    """
    sent = await read_body(request, Sharing)
    unit = actor.place or actor.organisation or ""

    async def work(conn: AsyncConnection[Any], _: KeyRing, decision: Decision) -> LookUp[Shared]:
        by = decision.facts.actor_id
        assert by is not None  # noqa: S101 - the decision knows whom it lets in
        authorised = actor.hpr_number is not None
        found = await sharing.share(conn, unit, sent.changes, by, authorised=authorised)
        return LookUp(found, {"WorkList": len(sent.changes)})

    return json_answer(await unit_list(request, actor, "WorkList", work, writes=True))
