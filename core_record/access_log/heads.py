"""Signed heads: each seals one batch of rows and names the hash of the head before it.

What is signed is one line of text followed by a JSON array, so that a verifier in any language can make it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

DOMAIN = b"akson-log-head-v1\n"
FIRST = hashlib.sha256(DOMAIN).digest()
"""What the first head has in the place of a head before it."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class HeadProblem(ValueError):
    """A head cannot be read as one; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Head:
    """One head. `number` counts from 1, `at` is microseconds since 1970, `rows` all rows sealed so far.

    `root` is the Merkle root over `size` rows, `prev` the hash of the head before, `key` the key's name.
    """

    number: int
    at: int
    rows: int
    size: int
    root: bytes
    prev: bytes
    key: str
    signature: bytes = b""

    def signed(self) -> bytes:
        """The bytes that the signature covers."""
        fields = [self.number, self.at, self.rows, self.size, self.root.hex(), self.prev.hex(), self.key]
        return DOMAIN + json.dumps(fields, separators=(",", ":")).encode()

    def hash(self) -> bytes:
        """What the next head names."""
        return hashlib.sha256(self.signed()).digest()

    def to_json(self) -> dict[str, Any]:
        """The head as it stands in the witness file and in a downloaded log."""
        return {
            "number": self.number,
            "at": self.at,
            "rows": self.rows,
            "size": self.size,
            "root": self.root.hex(),
            "prev": self.prev.hex(),
            "key": self.key,
            "signature": self.signature.hex(),
        }

    @classmethod
    def from_json(cls, found: Any) -> Head:
        """Read `to_json`; raises `HeadProblem`."""
        try:
            number, at, rows, size = (found[name] for name in ("number", "at", "rows", "size"))
            root, prev, signature = (bytes.fromhex(found[name]) for name in ("root", "prev", "signature"))
            if not all(type(one) is int for one in (number, at, rows, size)):
                raise HeadProblem("a number of the head is no whole number")
            return cls(number, at, rows, size, root, prev, str(found["key"]), signature)
        except (KeyError, TypeError, ValueError) as error:
            raise HeadProblem(f"not a head ({type(error).__name__})") from error

    def time(self) -> datetime:
        """`at` as a time."""
        return _EPOCH + timedelta(microseconds=self.at)


def microseconds(moment: datetime) -> int:
    """A time as it stands in a head."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def key_name(public_key: bytes) -> str:
    """The name of a public key (its 32 bytes): the beginning of its hash."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def sign(head: Head, key: Ed25519PrivateKey) -> Head:
    """The head with its signature (Ed25519, RFC 8032)."""
    return Head(
        head.number, head.at, head.rows, head.size, head.root, head.prev, head.key, key.sign(head.signed())
    )


def is_signed(head: Head, public_keys: dict[str, bytes]) -> bool:
    """Whether one of the known keys (name → 32 bytes) signed exactly this head."""
    public_key = public_keys.get(head.key)
    if public_key is None:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(head.signature, head.signed())
    except InvalidSignature:
        return False
    return True
