"""A person's orders → the lines that the page shows. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as of
from datetime import datetime

from portal.clients.requisitions import Ordered, Told
from portal.ui.dates import day_text, show_moment

_DONE = frozenset({"final", "cancelled", "settled"})


@dataclass
class Exam:
    """One examination of an order; `place` in the order's list, `missing`: it is not answered."""

    place: str
    text: str
    standing: str
    missing: bool


@dataclass
class Proposal:
    """A report that is or may be the answer: when it was sampled, and the examinations it names."""

    report: str
    at: str
    texts: str


@dataclass
class OrderRow:
    """One order. `state`: `draft waiting partly answered`; `late`: from `due` on; `missing`: how many are.

    `acts`: the reader may decide about it. `samples`: may note that the sample is taken. `answers`: the
    reports that belong to it; `proposals`: those that may. `given_up`: nothing more comes, and the laboratory
    has not answered all.
    """

    key: str
    title: str
    field: str
    state: str
    when: str
    by: str
    number: str = ""
    urgency: str = "ordinary"
    due: str = ""
    late: bool = False
    wanted: str = ""
    sampled: str = ""
    receiver: str = ""
    missing: int = 0
    given_up: bool = False
    acts: bool = False
    samples: bool = False
    here: bool = False
    exams: list[Exam] = of(default_factory=list)
    proposals: list[Proposal] = of(default_factory=list)
    answers: list[Proposal] = of(default_factory=list)


def order_rows(found: Sequence[Ordered], now: datetime) -> tuple[list[OrderRow], list[OrderRow]]:
    """What is not answered (drafts first, then what is due first), and what is, newest first."""
    rows = [(one, _row(one, now)) for one in found]
    waiting = [(_due(one, now), row) for one, row in rows if row.state != "answered"]
    waiting.sort(key=lambda each: (each[1].state != "draft", each[0]))
    return [row for _, row in waiting], [row for _, row in rows if row.state == "answered"]


def _due(one: Ordered, now: datetime) -> datetime:
    return one.progress.due if one.progress else now


def _row(one: Ordered, now: datetime) -> OrderRow:
    entry, body, progress = one.entry, one.entry.body, one.progress
    exams = [
        Exam(str(place), found.text, found.standing, progress is not None and found.standing not in _DONE)
        for place, found in enumerate(progress.examinations if progress else ())
    ]
    texts = [str(each["text"]) for each in body["examinations"]]
    row = OrderRow(
        key=entry.id,
        title=", ".join(texts[:3]) + (f" + {len(texts) - 3}" if len(texts) > 3 else ""),
        field=str(body["field"]),
        state=progress.state if progress else "draft",
        when=day_text(entry.at),
        by=str(body.get("requester_name") or entry.made.name),
        number=_spaced(str(body.get("number", ""))),
        urgency=str(body.get("urgency", "ordinary")),
        wanted=_day(body.get("wanted")),
        receiver=str(body.get("receiver", "")),
        acts=one.may_order and one.here,
        here=one.here,
        exams=exams,
        missing=sum(exam.missing for exam in exams),
        given_up=any(exam.standing == "cancelled" for exam in exams) and not any(e.missing for e in exams),
        proposals=[_proposal(told) for told in one.reports if told.proposed],
        answers=[_proposal(told) for told in one.reports if not told.proposed],
    )
    if progress is not None:
        row.due, row.late = day_text(progress.due), progress.due < now
        row.sampled = show_moment(str(body["sampled"])) if body.get("sampled") else ""
        row.samples = not row.sampled and progress.state == "waiting"
    return row


def _proposal(told: Told) -> Proposal:
    return Proposal(told.report, day_text(told.at) if told.at else "", ", ".join(told.texts))


def _day(said: object) -> str:
    return datetime.fromisoformat(str(said)).strftime("%d.%m.%Y") if said else ""


def _spaced(number: str) -> str:
    """As it is printed: four at a time."""
    head, body = number[:2], number[2:]
    return " ".join([head, *(body[place : place + 4] for place in range(0, len(body), 4))])
