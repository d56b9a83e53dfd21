"""Orders over HTTP beside the generic paths: what is answered, ordering anew, panels and receivers.

An order is prepared, made, changed and cancelled by `PUT /journal/Requisition/{id}`.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Request, Response
from psycopg import AsyncConnection

from core_record.access.service import Decision, LookUp
from journal_api.care.requisitions import repository, service
from journal_api.care.requisitions.models import KIND
from journal_api.care.requisitions.own import OwnOrder, own_orders
from journal_api.care.requisitions.panels import offered
from journal_api.care.requisitions.paper import LANGUAGES, Paper, as_pdf
from journal_api.care.requisitions.rules import rules
from journal_api.care.requisitions.service import Again, Shown
from journal_api.desk import Caller, Desk, Visit, unit_list, visit
from kit.identity.audiences import READ_JOURNAL
from kit.identity.verifier import require_scope
from kit.jsonapi import json_answer, read_body, version_in
from kit.keys import KeyRing

router = APIRouter(prefix="/requisitions", tags=["requisitions"])


class Search(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`every`: also what is cancelled and the like; else drafts and what is ordered, answered or not."""

    every: bool = False


class Receiver(msgspec.Struct, frozen=True):
    """A laboratory or radiology service of the register."""

    number: str
    name: str
    kind: str


@router.get("/panels", response_class=Response)
async def panels(request: Request, actor: Caller) -> Response:
    """{"panels": [{id, services, field, label, examinations}], "orders", "answered_in"}. About no person."""
    require_scope(actor, READ_JOURNAL)
    desk: Desk = request.app.state.desk
    async with desk.db.transaction() as conn:
        found = await offered(conn)
    said = rules()
    return json_answer({"panels": found, "orders": said.orders, "answered_in": said.answered_in})


@router.post("/receivers/_search", response_class=Response)
async def receivers(request: Request, actor: Caller) -> Response:
    """{"receivers": [{number, name, kind}]}: laboratories and radiology of the register, by name. No body."""

    async def work(conn: AsyncConnection[Any], _: KeyRing, __: Decision) -> LookUp[list[Receiver]]:
        return LookUp([Receiver(*row) for row in await repository.receivers(conn)])

    return json_answer({"receivers": await unit_list(request, actor, "Unit", work)})


@router.post("/_search", response_class=Response)
async def search(request: Request, actor: Caller) -> Response:
    """{"requisitions": [{entry, progress, may_order, here}]}: one person's, newest first."""
    wanted = await read_body(request, Search)

    async def work(here: Visit) -> LookUp[list[Shown]]:
        found = await service.listing(here, every=wanted.every)
        return LookUp(found, {KIND: len(found)})

    return json_answer({"requisitions": await visit(request, actor, [KIND], work)})


@router.post("/own/_search", response_class=Response)
async def own(request: Request, actor: Caller) -> Response:
    """{"orders": [{id, at, field, by, state, sampled, examinations: [{text, state}]}]}: a citizen's own, or
    of whom they act for, newest first. Whether it is answered, never what. No body."""

    async def work(here: Visit) -> LookUp[list[OwnOrder]]:
        found = own_orders(await service.own(here))
        return LookUp(found, {KIND: len(found)})

    return json_answer({"orders": await visit(request, actor, [KIND], work)})


@router.get("/{entry_id}/pdf", response_class=Response)
async def paper(entry_id: UUID, request: Request, actor: Caller) -> Response:
    """The requisition to print; `Accept-Language` nb, nn or en. 422 `order-not-active` for a draft."""
    language = request.headers.get("accept-language", "nb")[:2].lower()

    async def work(here: Visit) -> LookUp[Paper]:
        return LookUp(await service.paper(here, entry_id), {KIND: 1})

    found = await visit(request, actor, [KIND], work)
    headers = {
        "content-disposition": f'attachment; filename="{found.number}.pdf"',
        "cache-control": "no-store",
    }
    data = as_pdf(found, language if language in LANGUAGES else "nb")
    return Response(data, media_type="application/pdf", headers=headers)


@router.post("/{entry_id}/$again", response_class=Response)
async def again(entry_id: UUID, request: Request, actor: Caller) -> Response:
    """{id, at, why}, `If-Match`: the same is ordered anew, and this one cancelled. 422 `order-not-active`."""
    sent = await read_body(request, Again)
    version = version_in(request, needed=True)

    async def work(here: Visit) -> LookUp[Shown]:
        return LookUp(await service.again(here, entry_id, version, sent), {KIND: 2})

    return json_answer(await visit(request, actor, [KIND], work, writes=True))
