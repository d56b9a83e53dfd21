"""What operators may do with a message, and when a sender is quiet. Pure functions and tables."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Held because of what the message says beside what is stored (`reports.versions`): processed anew it is held
# anew. Only the laboratory can tell what it meant.
HELD = frozenset({"person-changed", "report-number-reused", "message-id-reused"})
# Rejected for a reason that is ours to remove: the sender's registration.
REMOVABLE = frozenset({"sender-not-allowed", "sender-not-registered"})

REPLAY_REASONS = ("sender-registered", "codes-loaded", "fault-fixed", "time-has-come")
RESOLVE_REASONS = ("handled-with-sender", "sent-again", "sent-in-error", "not-for-this-service")

MAY_REPLAY, IS_HELD, NOT_WAITING = "possible", "held", "not-waiting"

_LEAST_HOURS = 8  # hours with messages before a rhythm is known
_SILENCE_FACTOR = 2.0
_LEAST_SILENCE = 2 * 3600.0
_NUMBER = re.compile(r"\d[\d ]{9,}\d")


def replay_of(status: str, codes: Iterable[str]) -> str:
    """Whether processing a message anew may help: `possible`, `held` or `not-waiting`."""
    found = set(codes)
    if status == "needs-attention":
        return IS_HELD if found & HELD else MAY_REPLAY
    return MAY_REPLAY if status == "rejected" and found & REMOVABLE else NOT_WAITING


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
    return _NUMBER.sub("***", text) if text else None
