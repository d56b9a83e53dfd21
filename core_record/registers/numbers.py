"""National identity numbers at rest: encrypted for the place where they lie."""

from __future__ import annotations

from kit.ids import NationalId, parse_national_id
from kit.keys import KeyRing


def seal_number(keys: KeyRing, number: NationalId, number_hash: bytes) -> bytes:
    """The number encrypted for its place: it cannot be moved to another row unnoticed."""
    return keys.encrypt("number-encrypt", number.value.encode(), number_hash)


def open_number(keys: KeyRing, cipher: bytes, number_hash: bytes) -> NationalId:
    """The number behind `seal_number`; raises `KeyProblem` when it lies in another's place."""
    return parse_national_id(keys.decrypt("number-encrypt", cipher, number_hash).decode())
