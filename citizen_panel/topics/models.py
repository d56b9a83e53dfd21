"""Topics and contributions as they are stored and sent."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from msgspec import Struct

from citizen_panel.texts import Texts

MOST_TITLE = 160
"""Characters of a title."""


class Kind(StrEnum):
    """What one can write: a proposal, an argument for or against it, a comment."""

    PROPOSAL = "proposal"
    FOR = "for"
    AGAINST = "against"
    COMMENT = "comment"


class Reason(StrEnum):
    """Why something is withheld or removed, or complained of."""

    SPAM = "spam"
    ATTACK = "attack"
    PERSONAL = "personal"
    HEALTH = "health"
    OFF_TOPIC = "off-topic"
    OTHER = "other"


class Act(StrEnum):
    """What a moderator does: let it out, hold it back before, take it away after, let it stand."""

    PUBLISH = "publish"
    WITHHOLD = "withhold"
    REMOVE = "remove"
    KEEP = "keep"


class Topic(Struct, frozen=True):
    """A proposal or a discussion. `author`: `panel` or `member`; `title` is empty when a member's is gone.

    A member's words are in the language they were written in (`written_in`), others are translations.
    """

    id: UUID
    panel_id: UUID
    kind: str
    state: str
    author: str
    title: Texts
    about: Texts
    version: int
    written_in: str | None = None
    proposal_id: UUID | None = None
    opened_on: date | None = None
    closes_at: datetime | None = None


class Said(Struct, frozen=True):
    """A published contribution; who wrote it is not told."""

    id: UUID
    kind: str
    body: Texts
    written_in: str
    published_on: date
    reply_to: UUID | None = None


class PublicTopic(Struct, frozen=True):
    """What everybody sees. `numbers`: stance → members, None until there are some that tell nobody apart."""

    topic: Topic
    said: list[Said]
    numbers: dict[str, int] | None = None
    final: bool = False
    shown_at: datetime | None = None


class Proposing(Struct, frozen=True):
    """A member's proposal. `confirmed`: asked about words of health already."""

    title: str
    body: str
    lang: str = "nb"
    confirmed: bool = False


class Contributing(Struct, frozen=True):
    """An argument or a comment."""

    kind: Kind
    body: str
    lang: str = "nb"
    reply_to: UUID | None = None
    confirmed: bool = False


class Opening(Struct, frozen=True):
    """A topic as the panel's leader writes it; `open` False ends it."""

    kind: str
    title: Texts
    about: Texts
    closes_at: datetime | None = None
    open: bool = True


class StanceChosen(Struct, frozen=True):
    """One's stance on a proposal (`support`, `oppose`), or None to take it back."""

    stance: str | None = None


class Complaint(Struct, frozen=True):
    """Why something published should not stand."""

    reason: Reason


class Appeal(Struct, frozen=True):
    """Why what was withheld or removed should be published all the same."""

    text: str


class Moderating(Struct, frozen=True):
    """What a moderator does, why (for withholding and removing), and in words to the author."""

    act: Act
    reason: Reason | None = None
    words: Texts = {}


class Translating(Struct, frozen=True):
    """A translation: the language, the title of a proposal, the body."""

    lang: str
    body: str
    title: str = ""


class Deciding(Struct, frozen=True):
    """The end of an appeal: `overturn` publishes the text, and it is told why in words."""

    overturn: bool
    words: Texts


class Own(Struct, frozen=True):
    """One's own contribution, with what a moderator did and why."""

    id: UUID
    topic_id: UUID
    kind: str
    state: str
    body: str
    version: int
    made_at: datetime
    title: str | None = None
    reason: str | None = None
    words: Texts | None = None
    appeal: str | None = None
    appeal_state: str | None = None
    appeal_words: Texts | None = None


class Queued(Struct, frozen=True):
    """A contribution as moderators see it: never who wrote it. `mine`: the caller did what is appealed."""

    id: UUID
    topic_id: UUID
    topic_title: Texts
    kind: str
    state: str
    body: str
    lang: str
    version: int
    made_at: datetime
    mine: bool
    complaints: dict[str, int]
    translations: dict[str, dict[str, Any]]
    title: str | None = None
    reason: str | None = None
    words: Texts | None = None
    appeal: str | None = None
    appeal_state: str | None = None
