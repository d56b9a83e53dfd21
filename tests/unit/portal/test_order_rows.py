"""What the journal's page says of orders: what is not answered first, and of each what is missing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from portal.clients.journal import Entry, Stamp
from portal.clients.requisitions import Examined, Ordered, Progress, Told
from portal.clinician.journal.order_rows import order_rows

NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)
BY = Stamp("p", "Magnar Koman", NOW)


def ordered(key: str, state: str = "waiting", days: int = 5, *standings: str, **said: Any) -> Ordered:
    texts = [f"Prøve {place}" for place in range(len(standings) or 1)]
    examinations = [{"text": text} for text in texts]
    body = {"field": "laboratory", "examinations": examinations, "number": "AK0123456789ABC"}
    entry = Entry(
        id=key,
        kind="Requisition",
        version=1,
        state="draft" if state == "draft" else "active",
        at=NOW - timedelta(days=3),
        unit="313900541",
        made=BY,
        changed=BY,
        body=body | said,
    )
    said_of_each = zip(texts, standings or ["waiting"], strict=True)
    examined = [Examined(text, standing) for text, standing in said_of_each]
    progress = None if state == "draft" else Progress(state, NOW + timedelta(days=days), examined)
    told = [Told("r", NOW, ["Prøve 0"], proposed=True)] if state == "waiting" else []
    return Ordered(entry, may_order=True, here=True, progress=progress, reports=told)


def test_drafts_stand_first_then_what_is_due_first_and_answered_ones_apart() -> None:
    found = [
        ordered("later"),
        ordered("late", days=-1),
        ordered("done", "answered", 1, "final"),
        ordered("d", "draft"),
    ]
    waiting, answered = order_rows(found, NOW)
    assert [row.key for row in waiting] == ["d", "late", "later"]
    assert [row.key for row in answered] == ["done"]
    assert [row.late for row in waiting] == [False, True, False]


def test_what_is_missing_is_counted_and_what_may_be_the_answer_is_asked_about() -> None:
    standings = ("final", "cancelled", "settled", "preliminary", "waiting")
    ((row,), _) = order_rows([ordered("a", "partly", 1, *standings)], NOW)
    assert [exam.missing for exam in row.exams] == [False, False, False, True, True]
    assert (row.missing, row.number, row.title) == (2, "AK 0123 4567 89AB C", "Prøve 0, Prøve 1, Prøve 2 + 2")
    ((asked,), _) = order_rows([ordered("b")], NOW)
    assert [(one.report, one.texts) for one in asked.proposals] == [("r", "Prøve 0")]
    assert asked.samples


@pytest.mark.parametrize(
    ("state", "standings", "given_up"),
    [
        ("answered", ["final", "cancelled"], True),
        ("answered", ["cancelled"], True),
        ("answered", ["final", "settled"], False),
        ("partly", ["cancelled", "waiting"], False),
    ],
)
def test_what_the_laboratory_gives_up_is_not_passed_off_as_answered(
    state: str, standings: list[str], given_up: bool
) -> None:
    waiting, answered = order_rows([ordered("a", state, 1, *standings)], NOW)
    assert [row.given_up for row in (*waiting, *answered)] == [given_up]


def test_what_counts_as_an_answer_is_told_apart_from_what_may_be() -> None:
    one = ordered("a", "answered", 1, "final")
    reports = [Told("mine", NOW, ["Prøve 0"]), Told("maybe", None, ["Prøve 0"], proposed=True)]
    (_, (row,)) = order_rows([replace(one, reports=reports)], NOW)
    assert [(each.report, each.at, each.texts) for each in row.answers] == [("mine", "29.11.2026", "Prøve 0")]
    assert [each.report for each in row.proposals] == ["maybe"]


def test_a_sample_is_noted_once_and_only_while_nothing_is_answered() -> None:
    ((row,), _) = order_rows([ordered("a", sampled="2026-11-28T08:00:00+01:00")], NOW)
    assert (row.sampled, row.samples) == ("28.11.2026 08:00", False)
    ((partly,), _) = order_rows([ordered("b", "partly")], NOW)
    assert not partly.samples
