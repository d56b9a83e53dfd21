"""How far an order is answered by the reports that have come: a rule without a database.

A report belongs to an order when the laboratory names the order's number, or a person has said so. What
merely looks like its answer is proposed, and counts for nothing until then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from core_record.result_news.service import Examined as Named
from journal_api.care.follow_up.answers import FollowUp
from journal_api.care.requisitions.models import (
    DONE,
    Examination,
    Examined,
    Placed,
    Progress,
    Requisition,
    Standing,
    State,
)
from journal_api.care.requisitions.rules import due_of, rules

_BEST_FIRST: tuple[Standing, ...] = ("final", "preliminary", "registered", "cancelled")


def progress_of(order: Placed, reports: Sequence[FollowUp], others: Collection[UUID] = ()) -> Progress:
    """How far `order` is answered. `others`: reports that a person has given to other orders."""
    body = order.body
    mine = [row for row in reports if belongs(row, body)]
    examinations = [_examined(body, place, mine) for place in range(len(body.examinations))]
    due = due_of(body, order.at)
    missing = [
        examination
        for examination, found in zip(body.examinations, examinations, strict=True)
        if found.standing not in DONE
    ]
    proposals = [
        row.report
        for row in reports
        if row not in mine and row.report not in others and _may_answer(row, order, missing, due)
    ]
    return Progress(_state(examinations), due, examinations, [row.report for row in mine], proposals)


def belongs(row: FollowUp, body: Requisition) -> bool:
    """Whether the laboratory says that a report answers this order, or a person, whose no goes before."""
    if row.report in body.declined:
        return False
    return bool(body.number and body.number in row.requisitions) or row.report in body.confirmed


def names(row: FollowUp, examination: Examination) -> bool:
    """Whether a report says how far an examination is."""
    return _standing(row, examination) is not None


def _state(examinations: Iterable[Examined]) -> State:
    standings = {found.standing for found in examinations}
    if standings <= DONE:
        return "answered"
    return "partly" if standings & (DONE | {"preliminary"}) else "waiting"


def _examined(body: Requisition, place: int, mine: Sequence[FollowUp]) -> Examined:
    """By the laboratory's own word where there is a final one, else a person's, else what there is."""
    examination = body.examinations[place]
    found = {row.report: standing for row in mine if (standing := _standing(row, examination))}
    best: Standing = min(found.values(), key=_BEST_FIRST.index, default="waiting")
    reports = [report for report, standing in found.items() if standing == best]
    said = [one.report for one in body.settled if one.examination == place]
    if said and best != "final":
        return Examined(examination.text, "settled", [report for report in said if report is not None])
    return Examined(examination.text, best, reports)


def _standing(row: FollowUp, examination: Examination) -> Standing | None:
    coding = examination.coding
    if coding is None:
        return None
    named = map(Named.read, row.examinations)
    return next((one.status for one in named if (one.system, one.code) == (coding.system, coding.code)), None)


def _may_answer(row: FollowUp, order: Placed, missing: Sequence[Examination], due: datetime) -> bool:
    """The same requester or unit, an examination that is missing, and the right time."""
    when = row.sampled or row.issued
    if row.version is None or row.requisitions or row.report in order.body.declined or when is None:
        return False
    window = rules().proposed
    first, last = order.at - timedelta(days=window.before), due + timedelta(days=window.after)
    asked_by = row.unit == order.unit or (row.assignee is not None and row.assignee == order.body.requester)
    return asked_by and first <= when <= last and any(_standing(row, one) for one in missing)
