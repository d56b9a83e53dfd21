"""Documents over FHIR: a DocumentReference with its content inside, or beside a Binary that is there.

Decided before the content is read, as at `/documents`; examined and scanned by the same rules.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
from typing import Any
from uuid import UUID, uuid5

import msgspec
from fastapi import APIRouter, Request, Response

from core_record.access.service import LookUp
from core_record.fhir import fhir_response
from journal_api.desk import Caller, Visit, needed_number, visit
from journal_api.fhir import resources
from journal_api.fhir.forms import BY_TYPE
from journal_api.fhir.parts import Json, identifier, only
from journal_api.journal.documents import service as documents
from journal_api.journal.documents.endpoints import admitted
from journal_api.journal.documents.repository import Described
from journal_api.journal.entries import service as entries
from journal_api.journal.entries.models import Entry, Written
from journal_api.journal.kinds import KINDS
from kit.errors import AksonError, Malformed, TooLarge, Unprocessable
from kit.identity.actor import Actor
from kit.jsonapi import from_json, read_bytes, version_in

router = APIRouter(prefix="/fhir", tags=["FHIR"])
TYPE = "DocumentReference"
_MOST = documents.MOST * 4 // 3 + 300_000
"""Bytes of a resource with a document inside, base64."""
_SPACE = UUID("8a4d0e52-2f3c-4c56-9b0e-71f0a7c3d914")


class Sent(msgspec.Struct, frozen=True):
    """What came: the entry it writes, what it says of its content, and the content itself where it is inside.

    `what` is what the content is, or what refuses it.
    """

    written: Written
    attachment: Json
    data: bytes | None
    what: Described | AksonError | None


@router.put("/Binary/{entry_id}", response_class=Response)
async def write_binary(entry_id: UUID, request: Request, actor: Caller) -> Response:
    """Keep a document's content before its DocumentReference of the same id: as it is, or as a Binary."""
    await admitted(request, actor)
    if "fhir" in request.headers.get("content-type", ""):
        resource = await _resource(request, "Binary", entry_id)
        said, data = resource, await _decoded(resource.get("data"))
        if data is None:
            raise Malformed("content-missing", "The Binary has no data.")
    else:
        said, data = {}, await read_bytes(request, documents.MOST, "document-too-large")
    what = await documents.examine(data, request.app.state.scanner)

    async def work(here: Visit) -> LookUp[Described]:
        if isinstance(what, AksonError):
            raise what
        _check_claims(said, what, data)
        return LookUp(await documents.keep(here, entry_id, data, what), {documents.KIND: 1})

    kept = await visit(request, actor, [documents.KIND], work, writes=True)
    return fhir_response(documents.binary_of(entry_id, kept.content_type))


@router.put("/DocumentReference/{entry_id}", response_class=Response)
async def write_document(entry_id: UUID, request: Request, actor: Caller) -> Response:
    """Create (a new UUID, without If-Match) or update (with it); the content in `attachment.data`, or as
    Binary/{the same id} before. A content never changes: another one is another document."""
    sent = await _sent(request, actor, entry_id)
    version = version_in(request, needed=False)
    at = None if version < 0 else version

    async def work(here: Visit) -> LookUp[Json]:
        return await _keep(here, sent, entry_id, at)

    return resources.tagged(await visit(request, actor, [documents.KIND], work, writes=True))


@router.post("/DocumentReference", response_class=Response)
async def create_document(request: Request, actor: Caller) -> Response:
    """Create with the content in `attachment.data`, under an id that follows from what is sent, so that the
    same once more is the same document (200, at first 201)."""
    sent = await _sent(request, actor, None)
    if sent.data is None:
        raise Unprocessable(
            "content-missing", "Send the content in attachment.data, or PUT both under an id of your own."
        )
    made = False

    async def work(here: Visit) -> LookUp[Json]:
        nonlocal made
        entry_id = _id_of(here, sent)
        made = await entries.known(here, entry_id) is None
        return await _keep(here, sent, entry_id, None)

    found = await visit(request, actor, [documents.KIND], work, writes=True)
    answer = resources.tagged(found)
    answer.status_code = 201 if made else 200
    answer.headers["location"] = f"{TYPE}/{found['id']}/_history/{found['meta']['versionId']}"
    return answer


async def _keep(here: Visit, sent: Sent, entry_id: UUID, version: int | None) -> LookUp[Json]:
    if isinstance(sent.what, AksonError):
        raise sent.what
    if sent.data is not None and sent.what is not None:
        _check_claims(sent.attachment, sent.what, sent.data)
        await documents.keep(here, entry_id, sent.data, sent.what)
    elif sent.attachment.get("url") not in (None, f"Binary/{entry_id}"):
        raise Unprocessable(
            "attachment-url", "The content is Binary/{the document's own id}. PUT it there first."
        )
    entry: Entry = await entries.write(here, KINDS[documents.KIND], entry_id, sent.written, version)
    context = await resources.context_of(here, [entry])
    return LookUp(resources.resource_of(entry, context), {documents.KIND: 1})


async def _sent(request: Request, actor: Actor, entry_id: UUID | None) -> Sent:
    await admitted(request, actor)
    resource = await _resource(request, TYPE, entry_id)
    written = resources.written(BY_TYPE[TYPE][0], resource, identifier(needed_number(request, actor)))
    attachment = (only(resource["content"]) or {}).get("attachment", {}) if resource.get("content") else {}
    data = await _decoded(attachment.get("data"))
    what = None if data is None else await documents.examine(data, request.app.state.scanner)
    return Sent(written, attachment, data, what)


async def _resource(request: Request, kind: str, entry_id: UUID | None) -> Json:
    body = await read_bytes(request, _MOST, "document-too-large")
    found: Json = await asyncio.to_thread(from_json, body, dict[str, Any])
    if found.get("resourceType") != kind:
        raise Malformed("resource-type", f"Send a {kind}.")
    if entry_id is not None and found.get("id", str(entry_id)) != str(entry_id):
        raise Malformed("resource-id", "The resource's id is that of the address.")
    return found


async def _decoded(data: Any) -> bytes | None:
    """The content in base64; None without one. Raises `Malformed` (`content-base64`), `TooLarge`."""
    if data is None:
        return None
    try:
        found = await asyncio.to_thread(base64.b64decode, data, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise Malformed("content-base64", "The data is not base64.") from None
    if len(found) > documents.MOST:
        raise TooLarge("document-too-large", f"Send at most {documents.MOST // 1024**2} MB.")
    return found


def _check_claims(said: Json, what: Described, data: bytes) -> None:
    """What is said of a content beside it is true. Raises `Unprocessable` (`content-differs`)."""
    sha1 = base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()  # as FHIR R4 has it
    true = {"contentType": what.content_type, "size": what.bytes, "hash": sha1}
    wrong = [name for name, value in true.items() if said.get(name) not in (None, value)]
    if wrong:
        raise Unprocessable("content-differs", f"The content is not what {' and '.join(wrong)} says.")


def _id_of(here: Visit, sent: Sent) -> UUID:
    assert sent.data is not None  # noqa: S101 - asked before
    body = msgspec.json.decode(sent.written.body)
    content = hashlib.sha256(sent.data).hexdigest()
    named = [here.unit, content, body.get("title"), body.get("category"), sent.written.at.isoformat()]
    return uuid5(_SPACE, msgspec.json.encode([str(here.person_id), *named]).decode())
