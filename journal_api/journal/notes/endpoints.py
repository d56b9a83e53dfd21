"""Notes: templates, and what a note has beyond other entries. Bodies and headers as `journal.endpoints`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from core_record.access.service import LookUp
from journal_api.desk import Caller, Visit, visit
from journal_api.journal.entries.models import Entry, Written
from journal_api.journal.measured import measures
from journal_api.journal.notes import service
from journal_api.journal.notes.templates import templates
from kit.errors import AksonError
from kit.identity.audiences import READ_JOURNAL
from kit.identity.verifier import require_scope
from kit.jsonapi import json_answer, read_body, version_in

router = APIRouter(tags=["notes"])
KIND = ["Composition"]
_MOST = 200_000  # bytes of a note


@router.get("/templates", response_class=Response)
async def read_templates(actor: Caller) -> Response:
    """Every template, and what can be measured. About no person."""
    require_scope(actor, READ_JOURNAL)
    return json_answer({"templates": list(templates().values()), "measured": measures()})


@router.put("/journal/Composition/{note_id}", response_class=Response)
async def save(note_id: UUID, request: Request, actor: Caller) -> Response:
    """Write a draft, or correct what is signed. 409 `changed-meanwhile-kept`: kept beside a colleague's."""
    sent = await read_body(request, Written, most=_MOST)
    number = version_in(request, needed=False)

    async def work(here: Visit) -> LookUp[Entry | AksonError]:
        return await service.save(here, note_id, sent, None if number < 0 else number)

    note = await visit(request, actor, KIND, work, writes=True)
    return json_answer(note)


@router.post("/journal/Composition/{note_id}/$sign", response_class=Response)
async def sign(note_id: UUID, request: Request, actor: Caller) -> Response:
    """Sign the draft of the version in If-Match."""
    number = version_in(request, needed=True)

    async def work(here: Visit) -> LookUp[Entry]:
        return LookUp(await service.sign(here, note_id, number), {"Composition": 1})

    note = await visit(request, actor, KIND, work, writes=True)
    return json_answer(note)


@router.post("/journal/Composition/{note_id}/$discard", response_class=Response)
async def discard(note_id: UUID, request: Request, actor: Caller) -> Response:
    """Throw away the draft of the version in If-Match."""
    number = version_in(request, needed=True)

    async def work(here: Visit) -> LookUp[None]:
        await service.discard(here, note_id, number)
        return LookUp(None, {"Composition": 1})

    await visit(request, actor, KIND, work, writes=True)
    return Response(status_code=204)
