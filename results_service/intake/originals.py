"""Original messages: compressed with zstd, then encrypted; from processing on with a key per person.

At receipt nobody knows whose a message is, so the service's key `original-encrypt` protects it. Once the
person is known, it is encrypted anew with a data key of that person alone, which the service's key wraps:
destroying the wrapped key destroys every original of that person, in every backup too.
"""

from __future__ import annotations

import os
import threading
from typing import Any
from uuid import UUID

import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import Connection

from kit.keys import KeyRing
from results_service.intake import kept
from results_service.intake.guard import MAX_BYTES
from results_service.intake.models import Claim

_LEVEL = 3
_NONCE = 12
_local = threading.local()  # zstandard's contexts serve one thread at a time, and are dear to make


def seal(keys: KeyRing, message_id: UUID, data: bytes) -> bytes:
    """Compress and encrypt a message at receipt, bound to its id."""
    if not hasattr(_local, "compressor"):
        _local.compressor = zstandard.ZstdCompressor(level=_LEVEL)
    return keys.encrypt("original-encrypt", _local.compressor.compress(data), message_id.bytes)


def open_sealed(keys: KeyRing, message_id: UUID, sealed: bytes) -> bytes:
    """The bytes as they were received; raises `kit.keys.KeyProblem` when the keys are not those."""
    return _unpack(keys.decrypt("original-encrypt", sealed, message_id.bytes))


class Keeping:
    """Moves a received message under its person's key, in a transaction that serves the person.

    The key is asked for when it is made and read by `finish`: in a pipeline many share one round trip.
    """

    def __init__(self, conn: Connection[Any], keys: KeyRing, person_id: UUID, claim: Claim) -> None:
        self._conn, self._keys, self._person_id, self._claim = conn, keys, person_id, claim
        self._asked = kept.ask_person_key(conn, person_id)

    def finish(self) -> None:
        """Write; safe to repeat."""
        claim = self._claim
        packed = self._keys.decrypt("original-encrypt", claim.body, claim.id.bytes)
        row = self._asked.fetchone()
        nonce = os.urandom(_NONCE)
        body = nonce + AESGCM(self._key(row[0] if row else None)).encrypt(nonce, packed, claim.id.bytes)
        kept.insert_original(self._conn, self._person_id, claim, body)

    def _key(self, wrapped: bytes | None) -> bytes:
        if wrapped is None:
            key = AESGCM.generate_key(256)
            fresh = self._keys.encrypt("original-encrypt", key, self._person_id.bytes)
            wrapped = kept.insert_person_key(self._conn, self._person_id, fresh)
        return self._keys.decrypt("original-encrypt", wrapped, self._person_id.bytes)


def read(conn: Connection[Any], keys: KeyRing, person_id: UUID, message_id: UUID) -> bytes | None:
    """An original as it was received, or None when it or the person's key is gone."""
    wrapped = kept.find_person_key(conn, person_id)
    body = kept.find_original(conn, person_id, message_id)
    if wrapped is None or body is None:
        return None
    return open_personal(keys, person_id, message_id, wrapped, body)


def open_personal(keys: KeyRing, person_id: UUID, message_id: UUID, wrapped: bytes, body: bytes) -> bytes:
    """The bytes as they were received, from what is kept under a person's key."""
    key = keys.decrypt("original-encrypt", wrapped, person_id.bytes)
    return _unpack(AESGCM(key).decrypt(body[:_NONCE], body[_NONCE:], message_id.bytes))


def _unpack(packed: bytes) -> bytes:
    if not hasattr(_local, "decompressor"):
        _local.decompressor = zstandard.ZstdDecompressor()
    return bytes(_local.decompressor.decompress(packed, max_output_size=MAX_BYTES))
