"""`POST /codes/_search`: codes by what is written. About no person."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Request, Response

from journal_api.desk import Caller, Desk
from journal_api.journal.codes import service
from kit.identity.audiences import READ_JOURNAL
from kit.identity.verifier import require_scope
from kit.jsonapi import json_answer, read_body

router = APIRouter(prefix="/codes", tags=["codes"])


class Search(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is written so far: the beginning of a code, or of words in Norwegian or English."""

    system: str
    query: Annotated[str, msgspec.Meta(max_length=200)]
    count: int = 20


@router.post("/_search", response_class=Response)
async def search(request: Request, actor: Caller) -> Response:
    """{"codes": [{system, code, nb, en}]}, the best first."""
    require_scope(actor, READ_JOURNAL)
    wanted = await read_body(request, Search)
    desk: Desk = request.app.state.desk
    async with desk.db.transaction() as conn:
        found = await service.search(conn, wanted.system, wanted.query, wanted.count)
    return json_answer({"codes": found})
