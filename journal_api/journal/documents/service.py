"""Keep a document's content, give it out, and show it as images."""

from __future__ import annotations

import asyncio
import hashlib
import os
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from journal_api.desk import Visit
from journal_api.journal.documents import repository
from journal_api.journal.documents.examining import read, type_of
from journal_api.journal.documents.repository import Described, Sealed
from journal_api.journal.documents.scanning import scan
from journal_api.journal.entries import service as entries
from journal_api.journal.entries.models import Entry
from kit.errors import AksonError, Conflict, NotFound
from kit.ids import new_id
from kit.keys import KeyRing

MOST = 25 * 1024 * 1024
"""Bytes of a document."""
KIND = "DocumentReference"
_NONCE = 12


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

    Raises `Conflict` (`content-kept`: another one is).
    """
    await repository.forget_unused(visit.conn, visit.person_id)
    sealed = await asyncio.to_thread(_seal, visit.keys, data)
    if await repository.insert(visit.conn, visit.person_id, entry_id, visit.unit, what, sealed):
        return what
    before = await repository.described(visit.conn, visit.person_id, entry_id)
    if before is None or before.sha256 != what.sha256:
        raise Conflict("content-kept", "This document has another content. Make a new one, under a new id.")
    return before


async def content(visit: Visit, entry_id: UUID) -> tuple[Entry, bytes]:
    """A document and its content; raises `NotFound` for what the caller may not see too."""
    entry = await entries.need(visit, KIND, entry_id)
    data = await bytes_of(visit, entry_id)
    if data is None:
        raise NotFound("entry-not-found", "This document's content is not here.")
    return entry, data


async def need_clean(visit: Visit, entry_id: UUID) -> tuple[Entry, bytes]:
    """The same for a preview: a scanner has found nothing. Raises `Conflict` (`document-unscanned`)."""
    await entries.need(visit, KIND, entry_id)
    what = await repository.described(visit.conn, visit.person_id, entry_id)
    if what is not None and what.scan != "clean":
        raise Conflict("document-unscanned", "No scanner has looked at this document. Download it.")
    return await content(visit, entry_id)


async def bytes_of(visit: Visit, entry_id: UUID) -> bytes | None:
    """A content as it came."""
    sealed = await repository.sealed(visit.conn, visit.person_id, entry_id)
    return await asyncio.to_thread(_open, visit.keys, sealed) if sealed else None


def _seal(keys: KeyRing, data: bytes) -> Sealed:
    """Under a key of its own, bound to an id that follows the document from person to person."""
    key_id, key, nonce = new_id(), AESGCM.generate_key(256), os.urandom(_NONCE)
    wrapped = keys.encrypt("original-encrypt", key, key_id.bytes)
    return Sealed(key_id, wrapped, nonce + AESGCM(key).encrypt(nonce, data, key_id.bytes))


def _open(keys: KeyRing, sealed: Sealed) -> bytes:
    key = keys.decrypt("original-encrypt", sealed.key, sealed.key_id.bytes)
    return AESGCM(key).decrypt(sealed.body[:_NONCE], sealed.body[_NONCE:], sealed.key_id.bytes)
