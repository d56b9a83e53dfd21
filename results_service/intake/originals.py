"""Original messages: compressed with zstd, then encrypted; from processing on with a key per person.

At receipt nobody knows whose a message is, so the service's key `original-encrypt` protects it. Once the
person is known, it is encrypted anew with a data key of that person alone, which the service's key wraps:
destroying the wrapped key destroys every original of that person, in every backup too.
"""

from __future__ import annotations

import os
from typing import Any
from uuid import UUID

import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import Connection

from kit.keys import KeyRing
from results_service.intake import repository
from results_service.intake.guard import MAX_BYTES
from results_service.intake.models import Claim

_LEVEL = 3
_NONCE = 12


def seal(keys: KeyRing, message_id: UUID, data: bytes) -> bytes:
    """Compress and encrypt a message at receipt, bound to its id."""
    packed = zstandard.ZstdCompressor(level=_LEVEL).compress(data)
    return keys.encrypt("original-encrypt", packed, message_id.bytes)


def open_sealed(keys: KeyRing, message_id: UUID, sealed: bytes) -> bytes:
    """The bytes as they were received; raises `kit.keys.KeyProblem` when the keys are not those."""
    return _unpack(keys.decrypt("original-encrypt", sealed, message_id.bytes))


def keep(conn: Connection[Any], keys: KeyRing, person_id: UUID, claim: Claim) -> None:
    """Move a received message under its person's key, in a transaction that serves the person."""
    packed = keys.decrypt("original-encrypt", claim.body, claim.id.bytes)
    key = _person_key(conn, keys, person_id)
    nonce = os.urandom(_NONCE)
    body = nonce + AESGCM(key).encrypt(nonce, packed, claim.id.bytes)
    repository.insert_original(conn, person_id, claim, body)


def read(conn: Connection[Any], keys: KeyRing, person_id: UUID, message_id: UUID) -> bytes | None:
    """An original as it was received, or None when it or the person's key is gone."""
    wrapped = repository.find_person_key(conn, person_id)
    body = repository.find_original(conn, person_id, message_id)
    if wrapped is None or body is None:
        return None
    return open_personal(keys, person_id, message_id, wrapped, body)


def open_personal(keys: KeyRing, person_id: UUID, message_id: UUID, wrapped: bytes, body: bytes) -> bytes:
    """The bytes as they were received, from what is kept under a person's key."""
    key = keys.decrypt("original-encrypt", wrapped, person_id.bytes)
    return _unpack(AESGCM(key).decrypt(body[:_NONCE], body[_NONCE:], message_id.bytes))


def _person_key(conn: Connection[Any], keys: KeyRing, person_id: UUID) -> bytes:
    wrapped = repository.find_person_key(conn, person_id)
    if wrapped is None:
        fresh = keys.encrypt("original-encrypt", AESGCM.generate_key(256), person_id.bytes)
        wrapped = repository.insert_person_key(conn, person_id, fresh)
    return keys.decrypt("original-encrypt", wrapped, person_id.bytes)


def _unpack(packed: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompress(packed, max_output_size=MAX_BYTES)
