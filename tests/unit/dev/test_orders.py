"""The GP persona's orders: answers belong to what was ordered, and some are not answered."""

from __future__ import annotations

from datetime import datetime

import pytest

from dev.generator.analytes import ANALYTES
from dev.generator.writer import write
from dev.orders import PLANNED, Planned, _booked, _numbered, _report
from dev.personas import load_personas
from journal_api.care.requisitions.models import Requisition, read_body
from journal_api.care.requisitions.rules import due_of
from kit.norway import OSLO

NOW = datetime(2026, 11, 29, 12, tzinfo=OSLO)
PERSON = load_personas().persons[0]


def test_there_are_answered_partly_answered_late_and_prepared_orders() -> None:
    shares = {one.name: len(one.answered or ()) / len(one.analytes) for one in PLANNED}
    assert {name for name, share in shares.items() if share == 1} == {"answered", "proposed"}
    assert 0 < shares["partly"] < 1
    late = [one.name for one in PLANNED if not one.answered and _is_late(one)]
    assert late == ["late"]
    assert [one.name for one in PLANNED if one.answered is None] == ["draft"]


@pytest.mark.parametrize("one", [one for one in PLANNED if one.answered], ids=lambda one: one.name)
def test_an_answer_is_of_what_was_ordered_with_the_number_where_it_is_sent(one: Planned) -> None:
    body = read_body(_booked(one, PERSON, NOW).body["body"])
    ordered = {each.coding.code for each in body.examinations if each.coding}
    report = _report(one, PERSON, NOW)
    answered = {code.code for item in report.items for code in item.investigation}
    assert answered == {ANALYTES[name].code.code for name in one.answered or ()}
    assert answered <= ordered
    message = write(_numbered(report, {"body": {"number": "AK0123456789ABC"}}))
    assert b"<Id>AK0123456789ABC</Id>" in message
    assert b"AK0123456789ABC" not in write(report)


def _is_late(one: Planned) -> bool:
    sent = _booked(one, PERSON, NOW).body
    if sent["state"] != "active":
        return False
    body: Requisition = read_body(sent["body"])
    return due_of(body, datetime.fromisoformat(sent["at"])) < NOW
