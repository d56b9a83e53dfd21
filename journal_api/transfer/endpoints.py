"""`/journal/$export`, `/journal/$export-pdf` and `/journal/$import`: the whole journal of one person."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from core_record.access.journal import JOURNAL_KINDS
from core_record.access.service import LookUp
from core_record.fhir import fhir_response
from journal_api.desk import Caller, Visit, visit
from journal_api.transfer import service
from journal_api.transfer.pdf import as_pdf
from kit.jsonapi import from_json, json_answer, read_bytes

router = APIRouter(prefix="/journal", tags=["transfer"])
_MOST = 200_000_000  # bytes of a Bundle
_ALL = sorted(JOURNAL_KINDS)
_LANGUAGES = ("nb", "nn", "en")


@router.post("/$export", response_class=Response)
async def export(request: Request, actor: Caller) -> Response:
    """Everything that is signed or stands in a list, with every version: a Bundle that `$import` takes in."""
    return fhir_response(await visit(request, actor, _ALL, service.export))


@router.post("/$export-pdf", response_class=Response)
async def export_pdf(request: Request, actor: Caller) -> Response:
    """The same to read and print; `Accept-Language` nb, nn or en."""
    language = request.headers.get("accept-language", "nb")[:2].lower()

    async def work(here: Visit) -> LookUp[service.Whole]:
        found = await service.whole(here)
        return LookUp(found, service.counts([one.entry for one in found.kept]))

    whole = await visit(request, actor, _ALL, work)
    data = as_pdf(whole.person, whole.kept, language if language in _LANGUAGES else "nb")
    return Response(data, media_type="application/pdf")


@router.post("/$import", response_class=Response)
async def import_(request: Request, actor: Caller) -> Response:
    """Take in a Bundle of `$export`: {"import", "taken", "same", "different", "again"}."""
    data = await read_bytes(request, _MOST)
    sent: Any = from_json(data, object)

    async def work(here: Visit) -> LookUp[dict[str, Any]]:
        return await service.take_in(here, data, sent)

    return json_answer(await visit(request, actor, _ALL, work, writes=True))
