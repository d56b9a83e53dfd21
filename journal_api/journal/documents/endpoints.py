"""Contents of documents: put, get, and a preview. What one is called stands in its DocumentReference."""

from __future__ import annotations

import base64
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from core_record.access.service import LookUp
from core_record.fhir import fhir_response
from journal_api.desk import Caller, Visit, need_permission, visit
from journal_api.journal.documents import service
from journal_api.journal.documents.examining import page_as_png
from journal_api.journal.documents.repository import Described
from journal_api.journal.entries.models import Entry
from kit.errors import AksonError
from kit.identity.actor import Actor
from kit.jsonapi import json_answer, read_bytes, throw_away

router = APIRouter(tags=["documents"])
_ENDINGS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}
_SHUT = {"content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox"}
_KINDS = [service.KIND]


@router.put("/documents/{entry_id}/content", response_class=Response)
async def put_content(entry_id: UUID, request: Request, actor: Caller) -> Response:
    """Keep the bytes of a document (PDF, PNG, JPEG; at most 25 MB), before `PUT /journal/DocumentReference`.

    Answers what it is: {"content_type", "bytes", "sha256", "scan", "pages"}. Repeating changes nothing. 409
    `content-kept`, `id-used`, 413 `document-too-large`, 415 `document-type`, `document-broken`, 422
    `document-infected`, `document-locked`, 503 `scanner-unavailable`.
    """
    await admitted(request, actor)
    data = await read_bytes(request, service.MOST, "document-too-large")
    what = await service.examine(data, request.app.state.scanner)

    async def work(here: Visit) -> LookUp[Described]:
        if isinstance(what, AksonError):
            raise what
        return LookUp(await service.keep(here, entry_id, data, what), {service.KIND: 1})

    return json_answer(await visit(request, actor, _KINDS, work, writes=True))


async def admitted(request: Request, actor: Actor) -> None:
    """Raises what refuses one who may not write documents, before a byte is kept or examined."""
    try:
        await need_permission(request, actor, _KINDS)
    except AksonError:
        await throw_away(request, service.MOST)
        raise


@router.get("/documents/{entry_id}/content", response_class=Response)
async def get_content(entry_id: UUID, request: Request, actor: Caller) -> Response:
    """The bytes as they came, to be saved: never to be opened where they were fetched from."""
    entry, data = await _content(entry_id, request, actor)
    return _download(entry, data)


@router.get("/fhir/Binary/{entry_id}", response_class=Response)
async def binary(entry_id: UUID, request: Request, actor: Caller) -> Response:
    """FHIR R4 Binary: the bytes, or the resource where `Accept` asks for FHIR."""
    entry, data = await _content(entry_id, request, actor)
    if "fhir" not in request.headers.get("accept", ""):
        return _download(entry, data)
    resource = service.binary_of(entry_id, entry.body["content_type"])
    return fhir_response(resource | {"data": base64.b64encode(data).decode()})


@router.get("/documents/{entry_id}/preview", response_class=Response)
async def preview(
    entry_id: UUID, request: Request, actor: Caller, page: Annotated[int, Query(ge=1, le=2000)] = 1
) -> Response:
    """A page as PNG, of a document that a scanner has found clean; else 409 `document-unscanned`."""

    async def work(here: Visit) -> LookUp[tuple[Entry, bytes]]:
        return LookUp(await service.need_clean(here, entry_id), {service.KIND: 1})

    entry, data = await visit(request, actor, _KINDS, work)
    image = await page_as_png(data, entry.body["content_type"], page)
    return Response(image, 200, dict(_SHUT), "image/png")


async def _content(entry_id: UUID, request: Request, actor: Caller) -> tuple[Entry, bytes]:
    async def work(here: Visit) -> LookUp[tuple[Entry, bytes]]:
        return LookUp(await service.content(here, entry_id), {service.KIND: 1})

    return await visit(request, actor, _KINDS, work)


def _download(entry: Entry, data: bytes) -> Response:
    content_type = entry.body["content_type"]
    name = f"document-{str(entry.id)[:8]}.{_ENDINGS[content_type]}"  # a title may say too much
    headers = {"content-disposition": f'attachment; filename="{name}"', **_SHUT}
    return Response(data, 200, headers, content_type)
