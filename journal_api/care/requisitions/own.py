"""A person's own orders, as they read them: what is ordered, when, by whom, and whether it is answered.

Never what a laboratory has answered, nor which reports have: those are released by the results' own rules.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from journal_api.care.requisitions.models import DONE, Examined, Field, Progress, State
from journal_api.care.requisitions.service import Shown

OwnState = Literal["ordered", "answered", "not-done"]


class OwnExamination(msgspec.Struct, frozen=True):
    """One examination: ordered, answered, or `not-done`: given up by the laboratory."""

    text: str
    state: OwnState


class OwnOrder(msgspec.Struct, frozen=True):
    """An order that is made. `by`: who ordered; `sampled`: when the sample was taken, where it is noted;
    `state`: how far all of it is answered."""

    id: UUID
    at: datetime
    field: Field
    by: str
    state: State
    examinations: list[OwnExamination]
    sampled: datetime | None = None


def own_orders(found: list[Shown]) -> list[OwnOrder]:
    """What is made of a person's orders, in their order; drafts are not."""
    return [_own(one, one.progress) for one in found if one.progress is not None]


def _own(shown: Shown, progress: Progress) -> OwnOrder:
    entry, sampled = shown.entry, shown.entry.body.get("sampled")
    return OwnOrder(
        id=entry.id,
        at=entry.at,
        field=entry.body["field"],
        by=str(entry.body.get("requester_name") or entry.made.name),
        state=progress.state,
        examinations=[OwnExamination(one.text, _state(one)) for one in progress.examinations],
        sampled=datetime.fromisoformat(sampled) if sampled else None,
    )


def _state(one: Examined) -> OwnState:
    if one.standing == "cancelled":
        return "not-done"
    return "answered" if one.standing in DONE else "ordered"
