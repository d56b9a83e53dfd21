"""A person's own orders, as they read them: what is ordered, when, by whom, and whether it is answered.

Never what a laboratory has answered, nor which reports have: those are released by the results' own rules.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from journal_api.care.requisitions.models import DONE, Examined, Field, Progress
from journal_api.care.requisitions.service import Shown

OwnExamined = Literal["ordered", "answered", "closed", "not-done"]
OwnState = Literal["waiting", "partly", "answered", "ended"]


class OwnExamination(msgspec.Struct, frozen=True):
    """One examination: ordered, or answered. `closed`: a person says that no more is awaited, and no report
    is there; `not-done`: given up or taken back by the laboratory. Neither promises an answer."""

    text: str
    state: OwnExamined


class OwnOrder(msgspec.Struct, frozen=True):
    """An order that is made. `by`: who ordered; `sampled`: when the sample was taken, where it is noted;
    `state`: how far all of it is answered; `ended`: nothing more is to come, and nothing is answered."""

    id: UUID
    at: datetime
    field: Field
    by: str
    state: OwnState
    examinations: list[OwnExamination]
    sampled: datetime | None = None


def own_orders(found: list[Shown]) -> list[OwnOrder]:
    """What is made of a person's orders, in their order; drafts are not."""
    return [_own(one, one.progress) for one in found if one.progress is not None]


def _own(shown: Shown, progress: Progress) -> OwnOrder:
    entry, sampled = shown.entry, shown.entry.body.get("sampled")
    examinations = [OwnExamination(one.text, _state(one)) for one in progress.examinations]
    answered = any(one.state == "answered" for one in examinations)
    return OwnOrder(
        id=entry.id,
        at=entry.at,
        field=entry.body["field"],
        by=str(entry.body.get("requester_name") or entry.made.name),
        state="ended" if progress.state == "answered" and not answered else progress.state,
        examinations=examinations,
        sampled=datetime.fromisoformat(sampled) if sampled else None,
    )


def _state(one: Examined) -> OwnExamined:
    if one.standing == "cancelled":
        return "not-done"
    if one.standing == "settled" and not one.reports:
        return "closed"
    return "answered" if one.standing in DONE else "ordered"
