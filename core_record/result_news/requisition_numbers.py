"""The journal's requisition numbers: how one is made, and found again in what a laboratory sends back.

`AK`, twelve characters and a check character, of an alphabet without look-alikes (Crockford's base 32). The
check character (Luhn mod 32) finds every single mistyped character and nearly all neighbours that changed
place, so that a number typed off a paper is either ours or none.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from uuid import UUID

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BASE = len(_ALPHABET)
_LENGTH = 12
_PREFIX = "AK"
_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_SPACING = re.compile(r"[\s.\-]+")
_FORM = re.compile(f"{_PREFIX}(?=([{_ALPHABET}OIL]{{{_LENGTH + 1}}}))")


def number_of(person_id: UUID, entry_id: UUID) -> str:
    """The number of a requisition: always the same for it, and saying nothing about it."""
    digest = int.from_bytes(hashlib.sha256(person_id.bytes + entry_id.bytes).digest()[:8])
    body = ""
    for _ in range(_LENGTH):
        digest, place = divmod(digest, _BASE)
        body += _ALPHABET[place]
    return _PREFIX + body + _check(body)


def found_in(texts: Iterable[str]) -> list[str]:
    """What can be one of our numbers in some texts, however it is spaced or written; each once."""
    plain = [_SPACING.sub("", text).upper() for text in texts]
    written = [match.group(1).translate(_LOOK_ALIKES) for text in plain for match in _FORM.finditer(text)]
    return sorted({_PREFIX + one for one in written if _check(one[:-1]) == one[-1]})


def spaced(number: str) -> str:
    """The number as it is printed and read out."""
    body = number.removeprefix(_PREFIX)
    return " ".join([_PREFIX, *(body[place : place + 4] for place in range(0, len(body), 4))])


def _check(body: str) -> str:
    total = 0
    for place, sign in enumerate(reversed(body)):
        doubled = _ALPHABET.index(sign) * (2 - place % 2)
        total += doubled // _BASE + doubled % _BASE
    return _ALPHABET[-total % _BASE]
