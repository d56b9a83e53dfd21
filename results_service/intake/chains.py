"""What belongs together in order: messages under one MsgId, and messages under one report number.

Which of two messages came first decides what waits for a person, so they are processed in the order in which
they were received. At receipt nothing is parsed yet; the first MsgId and ServProvId that stand in the bytes
are enough, since a wrong guess only means that two messages wait for each other for a moment.
"""

from __future__ import annotations

import re

_ID = rb"<(?:[A-Za-z_][\w.-]{0,40}:)?%s(?:\s[^<>]{0,200})?>\s{0,40}([^<>\s][^<>]{0,199})"
_MSG_ID = re.compile(_ID % b"MsgId")
_REPORT = re.compile(_ID % b"ServProvId")


def names_in(data: bytes) -> tuple[bytes | None, bytes | None]:
    """The bytes of MsgId and ServProvId, as far as they can be seen without parsing."""
    return _first(_MSG_ID, data), _first(_REPORT, data)


def _first(pattern: re.Pattern[bytes], data: bytes) -> bytes | None:
    found = pattern.search(data)
    return found[1].strip() if found else None
