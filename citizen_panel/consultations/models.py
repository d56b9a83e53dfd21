"""Consultations as they are stored and sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from citizen_panel.consultations.questions import Answers, Question
from citizen_panel.texts import Texts


class Plan(Struct, frozen=True, omit_defaults=True):
    """What a leader writes: a survey, when it is open, and by which traits its result is broken down.

    `method` says in words how people were chosen and asked (published with the result).
    """

    title: Texts
    about: Texts
    questions: list[Question]
    opens_at: datetime
    closes_at: datetime
    dimensions: list[str] = []
    method: Texts = {}


class Consultation(Struct, frozen=True):
    """A consultation. `state`: draft, open, closed (answers no more), published (final result out)."""

    id: UUID
    panel_id: UUID
    state: str
    version: int
    title: Texts
    about: Texts
    questions: list[Question]
    opens_at: datetime
    closes_at: datetime
    dimensions: list[str]
    method: Texts
    themes: list[dict[str, Any]]
    invited: int | None = None
    reminded_at: datetime | None = None


class Waiting(Struct, frozen=True):
    """An open consultation as a member sees it in what waits: answered, or begun and not sent."""

    id: UUID
    title: Texts
    closes_at: datetime
    answered: bool
    drafted: bool
    reminded_at: datetime | None = None


class Answering(Struct, frozen=True):
    """A member's answers: a draft, or what counts (`submit`). `confirmed`: asked about health already."""

    answers: Answers
    submit: bool = False
    confirmed: bool = False


class OwnAnswer(Struct, frozen=True):
    """One's own answer as it stands; `submitted` is what counts."""

    answers: Answers
    version: int
    changed_at: datetime
    submitted: Answers | None = None
    submitted_at: datetime | None = None


class Theme(Struct, frozen=True):
    """A theme a moderator found in free text: in words of the moderator, with how many answers touched it."""

    question: str
    text: Texts
    answers: int


class PublicResult(Struct, frozen=True):
    """What everybody sees: `result` is None until there is something that tells nobody apart."""

    consultation: Consultation
    final: bool
    result: dict[str, Any] | None = None
    shown_at: datetime | None = None
