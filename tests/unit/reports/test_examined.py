"""What a report tells of its order: how far each examination is, and our own numbers; never a result."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import msgspec
import pytest

from core_record.result_news.requisition_numbers import number_of
from core_record.result_news.service import WITHDRAWN, Examined
from results_service.reports.examined import named_in
from results_service.reports.packing import index
from tests.integration.lookup.builder import Item, Report

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
