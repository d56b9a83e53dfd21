"""Keep a document's content, give it out, and show it as images."""

from __future__ import annotations

import asyncio
import hashlib
import os
from typing import Any
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from prometheus_client import Counter

from journal_api.desk import Visit
from journal_api.journal.documents import repository
from journal_api.journal.documents.examining import read, type_of
from journal_api.journal.documents.repository import Described, Sealed
from journal_api.journal.documents.scanning import scan
from journal_api.journal.entries import service as entries
from journal_api.journal.entries.models import Entry
from kit.errors import AksonError, Conflict, Damaged, NotFound
from kit.ids import new_id
from kit.keys import KeyProblem, KeyRing
from kit.log import get_logger
from kit.web import REGISTRY

MOST = 25 * 1024 * 1024
"""Bytes of a document."""
KIND = "DocumentReference"
_NONCE = 12
_DAMAGED = Counter(
    "akson_documents_damaged", "Documents read that are not what was kept: always 0", registry=REGISTRY
)


async def examine(data: bytes, scanner: str) -> Described | AksonError:
    """What a content is; what refuses it is the answer, to be raised where it leaves a row in the log."""
    try:
        content_type = type_of(data)
        scanned = await scan(scanner, data)
        found = await read(data, content_type)
    except AksonError as error:
        return error
    return Described(content_type, len(data), hashlib.sha256(data).hexdigest(), scanned, found.pages)


async def keep(visit: Visit, entry_id: UUID, data: bytes, what: Described) -> Described:
    """Keep the content of a document that is to be made. The same once more changes nothing.

    Raises `Conflict` (`content-kept`: another one is; `id-used`: by something else than a document).
    """
    await repository.forget_unused(visit.conn, visit.person_id)
    await _check_entry(visit, entry_id, what)
    sealed = await asyncio.to_thread(_seal, visit.keys, data)
    if await repository.insert(visit.conn, visit.person_id, entry_id, visit.unit, what, sealed):
        await repository.note_scan(visit.conn, visit.person_id, entry_id, visit.unit, what.scan)
        return what
    before = await repository.described(visit.conn, visit.person_id, entry_id)
    if before is None or before.sha256 != what.sha256:
        raise _another()
    return before


async def _check_entry(visit: Visit, entry_id: UUID, what: Described) -> None:
    """What has the id already is a document of this very content."""
    found = await entries.known(visit, entry_id)
    if found is None:
        return
    if found[0].kind != KIND:
        raise Conflict("id-used", "This id is in use. Make a new one.")
    if found[0].body["sha256"] != what.sha256:
        raise _another()


def _another() -> Conflict:
    return Conflict("content-kept", "This document has another content. Make a new one, under a new id.")


async def content(visit: Visit, entry_id: UUID) -> tuple[Entry, bytes]:
    """A document and its content. Raises `NotFound` for what the caller may not see too, `Conflict`
    (`document-quarantined`) for malware, `Damaged` (`document-damaged`)."""
    entry = await entries.need(visit, KIND, entry_id)
    data = await bytes_of(visit, entry)
    if data is None:
        raise NotFound("entry-not-found", "This document's content is not here.")
    return entry, data


async def need_clean(visit: Visit, entry_id: UUID) -> tuple[Entry, bytes]:
    """The same for a preview: a scanner has found nothing. Raises `Conflict` (`document-unscanned`)."""
    await entries.need(visit, KIND, entry_id)
    what = await repository.described(visit.conn, visit.person_id, entry_id)
    if what is not None and what.scan == "unscanned":
        raise Conflict("document-unscanned", "No scanner has looked at this document. Download it.")
    return await content(visit, entry_id)


def binary_of(entry_id: UUID, content_type: str) -> dict[str, Any]:
    """A content as FHIR R4 Binary, without its data."""
    return {
        "resourceType": "Binary",
        "id": str(entry_id),
        "contentType": content_type,
        "securityContext": {"reference": f"{KIND}/{entry_id}"},
    }


async def said_to_be(visit: Visit, entry_id: UUID, scan: str) -> None:
    """A document taken in from elsewhere says of its content what was found here."""
    await repository.mark_entry(visit.conn, visit.person_id, entry_id, scan)


async def bytes_of(visit: Visit, entry: Entry) -> bytes | None:
    """A document's content as it came; None without one. Raises as `content`."""
    found = await repository.sealed(visit.conn, visit.person_id, entry.id)
    if found is None:
        return None
    what, sealed = found
    if what.scan == "infected":
        raise Conflict(
            "document-quarantined", "A scanner found malware in this document after it came. It is shut."
        )
    said = msgspec.structs.replace(what, bytes=entry.body["bytes"], sha256=entry.body["sha256"])
    if said != what:
        raise damaged(entry.id)
    return await asyncio.to_thread(opened, visit.keys, entry.id, what, sealed)


def opened(keys: KeyRing, entry_id: UUID, what: Described, sealed: Sealed) -> bytes:
    """The bytes, which are those that came. Raises `Damaged` (`document-damaged`)."""
    try:
        data = _open(keys, sealed)
    except (InvalidTag, KeyProblem):
        raise damaged(entry_id) from None
    if len(data) != what.bytes or hashlib.sha256(data).hexdigest() != what.sha256:
        raise damaged(entry_id)
    return data


def damaged(entry_id: UUID) -> Damaged:
    """Told to operators, too: the document is to be had from a backup, or from who sent it."""
    _DAMAGED.inc()
    get_logger().error("a document is not what was kept", document=str(entry_id))
    return Damaged(
        "document-damaged", "What is kept is not what came, and is not shown. Tell those who run the service."
    )


def _seal(keys: KeyRing, data: bytes) -> Sealed:
    """Under a key of its own, bound to an id that follows the document from person to person."""
    key_id, key, nonce = new_id(), AESGCM.generate_key(256), os.urandom(_NONCE)
    wrapped = keys.encrypt("original-encrypt", key, key_id.bytes)
    return Sealed(key_id, wrapped, nonce + AESGCM(key).encrypt(nonce, data, key_id.bytes))


def _open(keys: KeyRing, sealed: Sealed) -> bytes:
    key = keys.decrypt("original-encrypt", sealed.key, sealed.key_id.bytes)
    return AESGCM(key).decrypt(sealed.body[:_NONCE], sealed.body[_NONCE:], sealed.key_id.bytes)
