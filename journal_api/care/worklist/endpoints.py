"""`POST /work/_search`: the caller's unit's list; `$seen`: what came of something sent has been seen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from msgspec import structs
from psycopg import AsyncConnection

from core_record.access.journal import journal_role
from core_record.access.service import Decision, LookUp
from journal_api.care.follow_up.ownership import ownerless
from journal_api.care.visits.service import make_ahead
from journal_api.care.worklist import service
from journal_api.care.worklist.service import Wanted
from journal_api.desk import Caller, unit_list
from journal_api.journal.contacts.kind import SERVICE_OF
from kit.jsonapi import json_answer, read_body
from kit.keys import KeyRing

router = APIRouter(prefix="/work", tags=["work"])


@router.post("/_search", response_class=Response)
async def search(request: Request, actor: Caller) -> Response:
    """What is to be done in the place one works at: `kinds`, `open`, `since`, `before`, `mine`, `by_time`,
    `count`. {"service": which municipal service the place gives (empty: none of its own), "items": […],
    "mine": [whose items are the caller's today: oneself, then whom one stands in for], "closed": [those of
    `kinds` that tell of what the caller's role does not read: none of them are given]}.

    Of `sent`, lines about what the role does not read are left out.
    """
    asked = await read_body(request, Wanted)
    reads = journal_role(actor.hpr_number, request.headers.get("requester-hpr-role")).reads
    closed = [kind for kind in asked.kinds if not service.open_to(reads, kind)]
    wanted = structs.replace(asked, kinds=[kind for kind in asked.kinds if kind not in closed])
    unit = actor.place or actor.organisation or ""

    async def work(conn: AsyncConnection[Any], _: KeyRing, decision: Decision) -> LookUp[dict[str, Any]]:
        if "visit" in wanted.kinds:
            await make_ahead(conn, unit, datetime.now(UTC))
        found = await service.read(conn, unit, wanted, decision.facts.actor_id, reads)
        given = SERVICE_OF.get(decision.facts.organisation_kind or "", "")
        mine = await service.whose(conn, decision.facts.actor_id)
        return LookUp(
            {"service": given, "items": found, "mine": mine, "closed": closed}, {"WorkList": len(found)}
        )

    return json_answer(await unit_list(request, actor, "WorkList", work))


@router.post("/{item_id}/_person", response_class=Response)
async def person(item_id: UUID, request: Request, actor: Caller) -> Response:
    """{"number"}: whose national identity number opens the person of a line; asked for one by one.

    A list names persons without it: who reads a list does not open them all.
    """
    unit = actor.place or actor.organisation or ""
    reads = journal_role(actor.hpr_number, request.headers.get("requester-hpr-role")).reads

    async def work(conn: AsyncConnection[Any], keys: KeyRing, _: Decision) -> LookUp[str]:
        others = await ownerless(conn, unit) if actor.hpr_number else []
        return LookUp(await service.number_of(conn, keys, [unit, *others], item_id, reads), {"WorkList": 1})

    return json_answer({"number": await unit_list(request, actor, "WorkList", work)})


@router.post("/{item_id}/$seen", response_class=Response)
async def seen(item_id: UUID, request: Request, actor: Caller) -> Response:
    """The sender has seen what came of a task, message or referral (an item of kind `sent`)."""
    unit = actor.place or actor.organisation or ""
    reads = journal_role(actor.hpr_number, request.headers.get("requester-hpr-role")).reads

    async def work(conn: AsyncConnection[Any], _: KeyRing, __: Decision) -> LookUp[None]:
        await service.seen(conn, unit, item_id, reads, datetime.now(UTC))
        return LookUp(None)

    await unit_list(request, actor, "WorkList", work, writes=True)
    return Response(status_code=204)
