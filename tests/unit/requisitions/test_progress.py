"""How far an order is answered is a rule: of its reports in any order, and of nothing that only looks so."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_record.result_news.service import STANDINGS
from journal_api.care.follow_up.models import FollowUp
from journal_api.care.requisitions.models import DONE, Examination, Placed, Requisition, Settled
from journal_api.care.requisitions.panels import panels
from journal_api.care.requisitions.progress import progress_of
from journal_api.care.requisitions.rules import due_of, rules
from journal_api.journal.codes.files import builtin
from journal_api.journal.coding import Coding

AT = datetime(2026, 11, 20, 8, tzinfo=UTC)
NUMBER, UNIT, DOCTOR = "AK0123456789ABC", "313900541", uuid4()
CODES = ["NPU03230", "NPU03429", "NPU19748"]


def order(*codes: str, **said: Any) -> Placed:
    examinations = [Examination(code, Coding("nlk", code, code)) for code in codes]
    body = Requisition("laboratory", examinations, number=NUMBER, requester=DOCTOR, **said)
    return Placed(uuid4(), "active", AT, UNIT, body)


def report(*named: str, **said: Any) -> FollowUp:
    known: dict[str, Any] = {
        "report": uuid4(),
        "place": 1,
        "mark": "none",
        "state": "unseen",
        "unit": UNIT,
        "since": AT,
        "version": uuid4(),
        "issued": AT + timedelta(days=1),
    }
    return FollowUp(examinations=list(named), **(known | said))


NAMED = st.tuples(st.sampled_from(sorted(STANDINGS)), st.sampled_from(CODES)).map(
    lambda one: f"{one[0]} nlk {one[1]}"
)
REPORTS = st.lists(
    st.builds(
        lambda named, number: report(*named, requisitions=[number]),
        st.lists(NAMED, max_size=3, unique_by=lambda text: text.split()[2]),
        st.sampled_from([NUMBER, "AKANOTHER"]),
    ),
    max_size=4,
)


@given(reports=REPORTS, data=st.data())
def test_reports_say_the_same_in_any_order(reports: list[FollowUp], data: st.DataObject) -> None:
    asked = order(*CODES)
    mixed = data.draw(st.permutations(reports))
    first, second = progress_of(asked, reports), progress_of(asked, mixed)
    assert first.state == second.state
    assert [one.standing for one in first.examinations] == [one.standing for one in second.examinations]


@given(reports=REPORTS)
def test_answered_means_that_each_is_done_and_named_by_a_report_with_the_number(
    reports: list[FollowUp],
) -> None:
    asked = order(*CODES)
    found = progress_of(asked, reports)
    mine = [row for row in reports if NUMBER in row.requisitions]
    done = {
        text.split()[2]
        for row in mine
        for text in row.examinations
        if text.split()[0] in ("final", "cancelled")
    }
    if found.state == "answered":
        assert set(CODES) <= done
    assert (found.state == "answered") == all(one.standing in DONE for one in found.examinations)
    assert found.proposals == []  # each of them names a number


@given(reports=REPORTS, more=st.sampled_from(CODES))
def test_a_final_answer_is_not_taken_back_by_another_report(reports: list[FollowUp], more: str) -> None:
    final = report(f"final nlk {more}", requisitions=[NUMBER])
    found = progress_of(order(*CODES), [*reports, final])
    assert found.examinations[CODES.index(more)].standing == "final"


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ({}, 7),
        ({"urgency": "urgent"}, 3),
        ({"urgency": "acute"}, 1),
        ({"sampled": AT + timedelta(days=10)}, 17),
    ],
)
def test_an_order_is_late_the_usual_days_after_its_sampling(said: dict[str, Any], days: int) -> None:
    assert due_of(order(CODES[0], **said).body, AT) == AT + timedelta(days=days)


def test_a_control_in_six_weeks_is_late_after_that_and_what_is_said_goes_before() -> None:
    planned = order(CODES[0], wanted=date(2027, 1, 1), until=date(2027, 1, 8)).body
    assert due_of(planned, AT).date() == date(2027, 1, 15)
    said = AT + timedelta(days=2)
    assert due_of(order(CODES[0], expected=said, until=date(2027, 1, 8)).body, AT) == said


def test_an_examination_in_words_is_answered_by_a_persons_word_alone() -> None:
    body = Requisition("laboratory", [Examination("Allergiprøve")], number=NUMBER, requester=DOCTOR)
    asked = Placed(uuid4(), "active", AT, UNIT, body)
    answer = report("final nlk NPU03230", requisitions=[NUMBER])
    assert progress_of(asked, [answer]).state == "waiting"
    settled = Requisition("laboratory", body.examinations, number=NUMBER, settled=[Settled(0, answer.report)])
    found = progress_of(Placed(asked.id, "active", AT, UNIT, settled), [answer])
    assert (found.state, found.examinations[0].standing) == ("answered", "settled")
    assert found.examinations[0].reports == [answer.report]


@pytest.mark.parametrize(
    ("said", "proposed"),
    [
        ({}, True),
        ({"unit": "313900878"}, False),
        ({"unit": "313900878", "assignee": DOCTOR}, True),
        ({"issued": AT - timedelta(days=3)}, False),
        ({"sampled": AT - timedelta(days=1), "issued": AT + timedelta(days=200)}, True),
        ({"requisitions": ["AKANOTHER"]}, False),
        ({"version": None}, False),
    ],
)
def test_what_may_be_the_answer_is_proposed_and_counts_for_nothing(
    said: dict[str, Any], proposed: bool
) -> None:
    answer = report("final nlk NPU03230", **said)
    found = progress_of(order("NPU03230"), [answer])
    assert found.proposals == ([answer.report] if proposed else [])
    assert found.state == "waiting"
    given_away: set[UUID] = {answer.report}
    assert progress_of(order("NPU03230"), [answer], given_away).proposals == []


def test_every_panel_is_of_codes_that_come_with_the_product_and_may_be_ordered() -> None:
    known = {(row.system, row.code) for row in builtin()}
    for panel in panels():
        assert set(panel.codes) <= known, panel.id
        assert set(panel.label) == {"nb", "nn", "en"}
        assert panel.field in rules().orders
        assert panel.field in rules().answered_in
