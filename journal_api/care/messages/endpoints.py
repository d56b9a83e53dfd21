"""`POST /journal/Communication/{id}/$read`: the receiver has opened a message."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from core_record.access.service import LookUp
from journal_api.care.addressed import need_receiver
from journal_api.care.messages.kind import to_state
from journal_api.desk import Caller, Visit, visit
from journal_api.journal.entries import service as entries
from journal_api.journal.entries.models import Entry
from kit.jsonapi import json_answer

router = APIRouter(tags=["messages"])


@router.post("/journal/Communication/{message_id}/$read", response_class=Response)
async def read(message_id: UUID, request: Request, actor: Caller) -> Response:
    """The message, read; once more changes nothing. 403 `not-addressed` for other units than the receiver."""

    async def work(here: Visit) -> LookUp[Entry]:
        message = await entries.need(here, "Communication", message_id, lock=True)
        need_receiver(here, message.body["to_unit"])
        return LookUp(await to_state(here, message, "read"), {"Communication": 1})

    return json_answer(await visit(request, actor, ["Communication"], work, writes=True))
