"""How grave a report looks to whoever has it on a list: the laboratory's marks first, never a guess."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from results_service.reports.announcing import is_awaited, mark_of, requester_of_version
from results_service.reports.limits import read_limits
from results_service.reports.packing import Packed, index
from tests.integration.lookup.builder import Item, Report

LIMITS = read_limits(None)
POTASSIUM: dict[str, Any] = {"unit": "mmol/L", "ucum": "mmol/L", "low": 3.5, "high": 4.6}


def packed(*items: Item, **said: Any) -> Packed:
    return index(Report(items=items, **said).mapped(uuid4()))


def potassium(value: str | None, **said: Any) -> Item:
    return Item("1", "NPU03230", value, **(POTASSIUM | said))


@pytest.mark.parametrize(
    ("item", "mark"),
    [
        (potassium("4.1"), "none"),
        (potassium("4.6"), "none"),
        (potassium("4.7"), "abnormal"),
        (potassium("4.1", flag="3"), "abnormal"),
        (potassium("6.0"), "abnormal"),
        (potassium("6.1"), "critical"),
        (potassium("2.7"), "critical"),
        (potassium("4.1", low=None, high=None), "undecided"),
        (potassium("4.1", low=None, high=None, flag="N"), "none"),
        (potassium("4.1", note="Hemolysert"), "undecided"),
        (potassium("4.1", flag="HH"), "critical"),
        (potassium(None), "undecided"),
        (potassium("9.9", status="cancelled"), "none"),
    ],
)
def test_a_number_is_marked_by_flag_interval_and_limits(item: Item, mark: str) -> None:
    assert mark_of(packed(item), LIMITS) == mark


@pytest.mark.parametrize("unit", [{"unit": "mg/L", "ucum": "mg/L"}, {"unit": "10E-3/L", "ucum": None}])
def test_a_limit_is_never_compared_with_a_number_of_another_unit(unit: dict[str, Any]) -> None:
    item = potassium("6.1", low=None, high=None, **unit)
    assert mark_of(packed(item), LIMITS) == "undecided"


def test_a_limit_of_no_unit_is_for_numbers_without_any() -> None:
    assert mark_of(packed(Item("1", "NPU01685", "5.4", unit="")), LIMITS) == "critical"
    assert mark_of(packed(Item("1", "NPU01685", "5.4", unit="INR")), LIMITS) == "undecided"


def test_the_gravest_of_a_reports_results_marks_it() -> None:
    found = packed(potassium("4.1"), Item("2", "NPU03429", "118", unit="mmol/L", ucum="mmol/L"))
    assert mark_of(found, LIMITS) == "critical"


def test_a_report_without_results_or_cancelled_must_be_read() -> None:
    assert mark_of(packed(), LIMITS) == "undecided"
    assert mark_of(packed(potassium("4.1"), serv_type="C"), LIMITS) == "undecided"


def test_a_report_is_awaited_when_no_test_of_it_is_answered() -> None:
    ordered, answered = potassium(None, status="registered"), potassium("4.1")
    assert is_awaited(packed(ordered))
    assert not is_awaited(packed(ordered, replace(answered, key="2")))
    assert not is_awaited(packed(potassium(None, status="registered", note="Hemolysert")))
    assert not is_awaited(packed(potassium(None, status="cancelled")))
    assert not is_awaited(packed())


def test_who_asked_is_read_from_the_requisition() -> None:
    asked = requester_of_version(packed(potassium("4.1"), requester="9144889", unit="8100031"))
    assert asked == ("9144889", ("HER:8100031",))
    assert requester_of_version(packed(potassium("4.1"))) == (None, ())


@pytest.mark.parametrize(
    "text",
    [
        "limits: [{code: A, name: a, unit: g/L}]",
        "limits: [{code: A, name: a, unit: g/L, above: 1}, {code: A, name: b, unit: g/L, below: 1}]",
        "limits: [{code: A, name: a, unit: g/L, abov: 1}]",
        "limits: {",
    ],
)
def test_a_list_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "limits.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match="list of critical limits"):
        read_limits(path)
    path.write_text("limits: [{code: A, name: a, unit: g/L, above: 1}]")
    read_limits.cache_clear()
    assert read_limits(path)["A", "g/L"].above == 1
