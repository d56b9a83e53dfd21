"""Feedback as it is stored and sent."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from citizen_panel.texts import Texts

PAGES = (
    "front",
    "citizen-results",
    "citizen-access-log",
    "citizen-privacy",
    "citizen-messages",
    "clinician-patients",
    "clinician-results",
    "operations",
    "administration",
    "panel",
    "other",
)
"""Where one can be: names of ours, never an address, which might tell whose page it was."""
THEMES = ("understanding", "missing", "wrong", "slow", "access", "privacy", "praise", "other")


class Sent(Struct, frozen=True):
    """What somebody sends from a page."""

    page: str
    body: str
    lang: str = "nb"
    confirmed: bool = False


class Followed(Struct, frozen=True):
    """What the sender sees with the code: no text comes back, in case the code is found by another."""

    page: str
    state: str
    received_at: datetime
    reply: Texts | None = None
    answered_at: datetime | None = None
    decision_id: UUID | None = None
    topic_id: UUID | None = None


class Item(Struct, frozen=True):
    """A piece of feedback, for moderators."""

    id: UUID
    page: str
    lang: str
    body: str
    state: str
    received_at: datetime
    theme: str | None = None
    reply: Texts | None = None
    decision_id: UUID | None = None
    topic_id: UUID | None = None


class Handling(Struct, frozen=True):
    """What a moderator does with it: sort, answer, join to a proposal or decision, withhold with a reason."""

    state: str
    theme: str | None = None
    reply: Texts | None = None
    decision_id: UUID | None = None
    topic_id: UUID | None = None


class Code(Struct, frozen=True):
    """The code one got when sending."""

    code: str
