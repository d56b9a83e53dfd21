"""The kind ServiceRequest: a referral to a unit, which accepts, answers or rejects it."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import msgspec

from journal_api.care.addressed import (
    Addressed,
    days_after,
    need_reason,
    need_receiver,
    need_sender,
    need_unchanged,
    put_on_lists,
    settled,
)
from journal_api.desk import Visit
from journal_api.journal.coding import Prose, Short, Trimmed
from journal_api.journal.entries.models import Change, Entry, Kind
from kit.errors import Unprocessable

Urgency = Literal["acute", "urgent", "ordinary"]
UNANSWERED_AFTER: dict[Urgency, int] = {"acute": 1, "urgent": 3, "ordinary": 14}
"""Days from when the sender's list shows a referral as unanswered, by how urgent it is (J)."""
_WEIGHT: dict[Urgency, int] = {"acute": 3, "urgent": 2, "ordinary": 0}
_OURS = ("to_name", "to_person_name")


class ServiceRequest(Trimmed, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A referral: which `service` is asked for, why, and in the end the receiver's `answer`.

    Names are the service's own.
    """

    to_unit: Short
    service: Short
    reason: Prose
    to_name: Short = ""
    to_person: UUID | None = None
    to_person_name: Short = ""
    urgency: Urgency = "ordinary"
    answer: Prose = ""


STEPS = {
    "draft": frozenset({"sent", "withdrawn"}),
    "sent": frozenset({"accepted", "answered", "rejected", "withdrawn"}),
    "accepted": frozenset({"answered", "rejected", "withdrawn"}),
    "answered": frozenset[str](),
    "rejected": frozenset[str](),
    "withdrawn": frozenset[str](),
}
"""What may follow what; `draft` is its own unit's."""
_OF_SENDER = frozenset({"draft", "sent", "withdrawn"})
_OPEN = frozenset({"sent", "accepted"})


async def _check(change: Change) -> None:
    body: ServiceRequest = change.body
    before = change.before.state if change.before else "draft"
    if change.before is None and change.state not in ("draft", "sent"):
        raise Unprocessable("state-order", "A referral is written or sent first.")
    if before != "draft":
        need_unchanged(change, (*_OURS, "answer"))
    if change.before is not None and change.state in _OF_SENDER:
        need_sender(change.visit, change.before)
        if change.before.body.get("answer", "") != body.answer:
            raise Unprocessable("sent-unchangeable", "The receiver answers.")
    elif change.state not in _OF_SENDER:
        need_receiver(change.visit, body.to_unit)
        _check_answer(change)


def _check_answer(change: Change) -> None:
    if change.state == "answered" and not change.body.answer:
        raise Unprocessable("answer-missing", "Write the answer.")
    if change.state == "rejected":
        need_reason(change)


async def _settle(change: Change) -> ServiceRequest:
    made: ServiceRequest = await settled(change)
    return made


async def _follow(visit: Visit, entry: Entry) -> None:
    if entry.state == "draft" or (entry.state == "withdrawn" and entry.version == 1):
        return
    body = msgspec.convert(entry.body, ServiceRequest)
    how = Addressed(
        kind="referral",
        to_unit=body.to_unit,
        open=entry.state in _OPEN,
        waits=entry.state != "withdrawn",
        answer_by=days_after(entry.at, UNANSWERED_AFTER[body.urgency]),
        urgency=_WEIGHT[body.urgency],
        assignee=body.to_person,
        label=body.urgency,
    )
    await put_on_lists(visit, entry, how)


SERVICE_REQUEST: Kind = Kind(
    name="ServiceRequest",
    body=ServiceRequest,
    states=frozenset(STEPS),
    live=frozenset(STEPS) - {"withdrawn"},
    steps=STEPS,
    check=_check,
    settle=_settle,
    follow=_follow,
)
