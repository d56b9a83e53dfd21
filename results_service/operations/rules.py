"""What operators may do with a message, and when a sender is quiet. Pure functions and tables."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import LiteralString

from kit.errors import Unprocessable
from kit.ids import WRITTEN
from results_service.reports.judgements import JUDGEMENTS

# Held because of what the message says beside what is stored (`reports.versions`): processed anew it is held
# anew. Only the laboratory can tell what it meant.
HELD = frozenset({"person-changed", "report-number-reused", "message-id-reused"})
# Rejected for a reason that is ours to remove: the sender's registration.
REMOVABLE = frozenset({"sender-not-allowed", "sender-not-registered"})

# What an operator may judge of each hold (`reports.judgements` says what follows).
JUDGEMENT_OF = {row.answers: row.code for row in JUDGEMENTS.values()}
CORRECTION_REASONS = ("sender-told-in-writing", "sender-told-by-telephone", "technical-fault-in-file")

REMAP_REASONS = ("mapping-mended", "codes-loaded")

REPLAY_REASONS = ("sender-registered", "codes-loaded", "fault-fixed", "time-has-come")
RESOLVE_REASONS = ("handled-with-sender", "sent-again", "sent-in-error", "not-for-this-service")

MAY_REPLAY, IS_HELD, NOT_WAITING = "possible", "held", "not-waiting"

# What a sender is asked to do about a message that was returned to it.
ASK_REASONS = ("send-corrected", "confirm", "withdraw")

_LEAST_HOURS = 8  # hours with messages before a rhythm is known
_SILENCE_FACTOR = 2.0
_LEAST_SILENCE = 2 * 3600.0
_LEAST_WORDS, _MOST_WORDS = 10, 500
_MOST_SOUGHT = 100
# What may hold a person's number, and then any long row of digits, which may too. Patterns of Python and of
# PostgreSQL.
NUMBERS: tuple[LiteralString, LiteralString] = (WRITTEN, r"\d[\d ]{9,}\d")
_NUMBERS = [re.compile(one) for one in NUMBERS]
_PERSON = _NUMBERS[0]
_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def replay_of(status: str, codes: Iterable[str]) -> str:
    """Whether processing a message anew may help: `possible`, `held` or `not-waiting`."""
    found = set(codes)
    if status == "needs-attention":
        return IS_HELD if found & HELD else MAY_REPLAY
    return MAY_REPLAY if status == "rejected" and found & REMOVABLE else NOT_WAITING


def note_of(text: str) -> str:
    """An operator's own words, 10–500 characters and without a person's number. Raises `Unprocessable`."""
    words = " ".join(text.split())
    if not _LEAST_WORDS <= len(words) <= _MOST_WORDS:
        raise Unprocessable("note-length", "Say in 10 to 500 characters why, and who at the sender told you.")
    if any(one.search(words) for one in _NUMBERS):
        raise Unprocessable("note-number", "Leave numbers of persons out of the note.")
    return words


def sought(text: str) -> str:
    """An id to find a message by: ours, MsgId or report number. Never a person's. Raises `Unprocessable`."""
    words = text.strip()
    if not words or len(words) > _MOST_SOUGHT:
        raise Unprocessable("find-length", f"Give an id of at most {_MOST_SOUGHT} characters.")
    if _PERSON.fullmatch(words):
        raise Unprocessable("find-number", "Messages are not found by a person's number.")
    return words


def silence(hours: int, usual_seconds: float | None, silent_seconds: float) -> str:
    """`quiet` when silent twice as long as 95 of 100 of the sender's own pauses, nights included.

    `unknown` until the sender has sent in at least eight different hours.
    """
    if hours < _LEAST_HOURS or usual_seconds is None:
        return "unknown"
    longest = max(_SILENCE_FACTOR * usual_seconds, _LEAST_SILENCE)
    return "quiet" if silent_seconds > longest else "usual"


def without_numbers(text: str | None) -> str | None:
    """A name of a sender as a list may show it: whatever could be a person's number is left out."""
    if not text:
        return None
    for one in _NUMBERS:
        text = one.sub("***", text)
    return text


def id_without_numbers(text: str | None) -> str | None:
    """A sender's own id of a message, likewise; a UUID, whose last part may be digits by chance, is whole."""
    return text if text and _UUID.fullmatch(text) else without_numbers(text)
