"""Moving an entry that was written in the wrong person's journal."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from core_record.access.journal import journal_role
from core_record.access.service import LookUp
from core_record.fhir import person_number
from journal_api.desk import Caller, Visit, visit
from journal_api.journal.kinds import KINDS
from journal_api.journal.moving import service
from journal_api.journal.moving.repository import Trace
from kit.errors import AksonError, Malformed
from kit.identity.actor import ActorKind
from kit.jsonapi import json_answer, read_body, version_in

router = APIRouter(prefix="/journal", tags=["journal"])
TO = "to-person-id"
"""The header with the national identity number of the person whose the entry is."""


@router.post("/{kind}/{entry_id}/$move", response_class=Response)
async def move(kind: str, entry_id: UUID, request: Request, actor: Caller) -> Response:
    """Move the version in If-Match to the person of the header `to-person-id`: {"move", "entries"}.

    Both persons are decided about and logged. Repeating changes nothing. 403 `moved-by-its-unit`, 404, 409
    `changed-meanwhile`, 422 `kind-not-movable`, `moved-to-same`; what refuses at the other person.
    """
    sent = await read_body(request, service.Move)
    version = version_in(request, needed=True)
    to = person_number(request, TO)
    if kind not in KINDS or to is None:
        raise Malformed("move-malformed", f"Name a kind of entries, and send in {TO} whose it is.")

    async def work(here: Visit) -> LookUp[service.Moved | AksonError]:
        return await service.move(request, here, kind, entry_id, version, sent, to)

    return json_answer(await visit(request, actor, [kind], work, writes=True))


@router.post("/{kind}/{entry_id}/_along", response_class=Response)
async def along(kind: str, entry_id: UUID, request: Request, actor: Caller) -> Response:
    """What would be moved with an entry: {"version", "along": {kind: number}}.

    Refuses what `$move` would refuse on this side, so that one knows before one asks.
    """
    if kind not in KINDS:
        raise Malformed("move-malformed", "Name a kind of entries.")

    async def work(here: Visit) -> LookUp[service.Along]:
        return LookUp(await service.along(here, kind, entry_id), {kind: 1})

    return json_answer(await visit(request, actor, [kind], work))


@router.post("/_moved", response_class=Response)
async def moved(request: Request, actor: Caller) -> Response:
    """What was moved from or to this person's journal, newest first: {"moved": […]}.

    Of the kinds that the caller's role reads.
    """
    kinds = sorted(service.MOVABLE)
    if actor.kind is ActorKind.CLINICIAN:
        role = journal_role(actor.hpr_number, request.headers.get("requester-hpr-role"))
        kinds = sorted(service.MOVABLE & role.reads)

    async def work(here: Visit) -> LookUp[list[Trace]]:
        return LookUp(await service.traces(here, kinds), {})

    return json_answer({"moved": await visit(request, actor, kinds, work)})
