"""What a report tells of its order: how far each examination is, and our own numbers; never a result."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from core_record.result_news.requisition_numbers import number_of
from core_record.result_news.service import WITHDRAWN, Examined
from dev.generator.writer import write as as_xml
from dev.orders import PLANNED, _numbered, _report
from dev.personas import load_personas
from kit.norway import OSLO
from results_service.codes import CodeBook
from results_service.reports.examined import examined_in, named_in
from results_service.reports.fhir import map_report
from results_service.reports.packing import index
from results_service.reports.svarrapport import read_message
from tests.integration.lookup.builder import Item, Report
from tests.shared import REAL_MESSAGES, requires_shared
from tests.unit.reports.build import REPORT_ID, investigation, mapped, message, num, parse
from tests.unit.reports.build import item as sent_item

PLAIN = Item("1", "NPU03230", "4.1")


def examined(*items: Item, **said: str) -> list[str]:
    packed = index(Report(items=items, **said).mapped(uuid4()))  # type: ignore[arg-type]
    return [one.text for one in named_in(packed, []).examinations]


@pytest.mark.parametrize(
    ("item", "standing"),
    [
        (PLAIN, "final"),
        (replace(PLAIN, status="amended"), "final"),
        (replace(PLAIN, status="preliminary"), "preliminary"),
        (replace(PLAIN, status="unknown"), "preliminary"),
        (replace(PLAIN, value=None, status="registered"), "registered"),
        (replace(PLAIN, value=None), "registered"),
        (replace(PLAIN, value=None, note="Hemolysert"), "final"),
        (replace(PLAIN, status="cancelled"), "cancelled"),
    ],
)
def test_a_result_is_as_far_as_it_says_something(item: Item, standing: str) -> None:
    assert examined(item) == [f"{standing} nlk NPU03230"]


def test_two_results_of_a_code_are_as_far_as_the_least_finished() -> None:
    assert examined(PLAIN, replace(PLAIN, key="2", value=None, status="registered")) == [
        "registered nlk NPU03230"
    ]
    assert examined(PLAIN, replace(PLAIN, key="2", status="cancelled")) == ["final nlk NPU03230"]


@pytest.mark.parametrize(
    ("report", "item", "standing"),
    [
        ("P", "2", "preliminary"),
        ("P", "", "preliminary"),
        ("P", "3", "final"),
        ("F", "9", "preliminary"),
        ("F", "", "final"),
    ],
)
def test_a_change_of_what_is_preliminary_is_no_final_answer(report: str, item: str, standing: str) -> None:
    changed = sent_item(investigation(), num("4.1"), serv_type="M", status=item)
    packed = index(mapped(message(changed, serv_type="M", status=report)).report)
    assert [one.text for one in examined_in(packed)] == [f"{standing} nlk NPU03230"]


CULTURE = Item("1", "NPU06061", None)


@pytest.mark.parametrize(
    ("heading", "members", "standing"),
    [
        (CULTURE, ["final", "final"], "final"),
        (CULTURE, ["final", "preliminary"], "preliminary"),
        (CULTURE, ["final", "registered"], "registered"),
        (CULTURE, ["cancelled", "cancelled"], "cancelled"),
        (CULTURE, ["final", "cancelled"], "final"),
        (replace(CULTURE, status="preliminary"), ["final"], "preliminary"),
        (replace(CULTURE, status="cancelled"), ["final"], "cancelled"),
        (replace(CULTURE, note="Ingen vekst"), ["cancelled"], "final"),
    ],
)
def test_a_heading_is_as_far_as_the_least_finished_under_it(
    heading: Item, members: list[str], standing: str
) -> None:
    under = [
        Item(f"1.{place}", "NPU17956", None if status == "registered" else "1", status, parent="1")
        for place, status in enumerate(members)
    ]
    assert f"{standing} nlk NPU06061" in examined(heading, *under)


def test_a_report_withdrawn_as_a_whole_says_so() -> None:
    assert examined(PLAIN, serv_type="C") == [WITHDRAWN.text]


def test_what_is_told_reads_back_and_holds_no_value() -> None:
    packed = index(Report(items=[replace(PLAIN, value="77.7")]).mapped(uuid4()))
    told = named_in(packed, [])
    assert [Examined.read(one.text) for one in told.examinations] == told.examinations
    assert b"77.7" not in msgspec.json.encode(told)
    with pytest.raises(ValueError, match="standing"):
        Examined.read("77.7 nlk NPU03230")


def test_of_what_stands_as_the_requisitions_number_only_ours_is_told() -> None:
    number = number_of(uuid4(), uuid4())
    packed = index(Report(items=[PLAIN]).mapped(uuid4()))
    assert named_in(packed, ["13116900216", "NULL", number]).requisitions == [number]


@requires_shared
@pytest.mark.parametrize("path", REAL_MESSAGES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_of_a_real_message_each_national_code_is_told_once_and_nothing_of_its_requisition(path: Path) -> None:
    message = read_message(parse(path.read_bytes())).message
    assert message is not None
    told = named_in(index(map_report(message, REPORT_ID, CodeBook.builtin())), message.requisition_ids)
    assert told.requisitions == []  # field numbers, "NULL" and nothing: none of them is ours
    codes = [(one.system, one.code) for one in told.examinations]
    assert len(codes) == len(set(codes))
    assert all(code.isalnum() and code.isupper() for _, code in codes if code != WITHDRAWN.code)


@requires_shared
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Svar_biokjemi_v1-4_Ny", "final nlk NPU02593"),
        ("Svar_biokjemi_v1-4_Endring", "cancelled nlk NOR05863"),
        ("Svar_biokjemi_v1-4_Kansellering", WITHDRAWN.text),
        ("Svar_mikrobiologi_virologi_v1-4_Ny", "final nlk NPU03952"),
        ("04607403_reultMIK_message2_unilab - foreløpig rapport", "preliminary nlk NPU06061"),
    ],
)
def test_real_messages_say_how_far_the_laboratory_has_come(name: str, expected: str) -> None:
    path = next(path for path in REAL_MESSAGES if path.stem == name)
    message = read_message(parse(path.read_bytes())).message
    assert message is not None
    told = named_in(index(map_report(message, REPORT_ID, CodeBook.builtin())), [])
    assert expected in [one.text for one in told.examinations]


def test_a_number_that_a_laboratory_sends_back_is_found_in_its_message() -> None:
    number = number_of(uuid4(), uuid4())
    person, one = load_personas().persons[0], next(one for one in PLANNED if one.answered)
    report = _numbered(
        _report(one, person, datetime(2026, 11, 29, tzinfo=OSLO)), {"body": {"number": number}}
    )
    message = read_message(parse(as_xml(report))).message
    assert message is not None
    told = named_in(index(map_report(message, REPORT_ID, CodeBook.builtin())), message.requisition_ids)
    assert told.requisitions == [number]
    assert {each.status for each in told.examinations} == {"final"}
