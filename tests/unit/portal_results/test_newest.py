"""The newest value of each analysis: what it was before, how it went, and what is not compared or drawn."""

from __future__ import annotations

from typing import Any

import pytest

from portal.clinician.results.transform.cumulative import table_of
from portal.clinician.results.transform.newest import NewestLine
from portal.clinician.results.transform.table import COLUMNS, Wanted, view_of
from tests.unit.portal_results.test_table import Json, answer, row, value


def line(*values: Json, **more: Any) -> NewestLine:
    (group,) = view_of(table_of(answer(row(*values, **more))), Wanted()).newest
    (found,) = group.lines
    return found


@pytest.mark.parametrize(
    ("newest", "change"), [("5.1", "up"), ("3.9", "down"), ("4.40", "same"), ("< 3", "")]
)
def test_the_newest_stands_with_what_it_was_before_and_whether_it_rose(newest: str, change: str) -> None:
    comparator, _, number = newest.rpartition(" ")
    said = line(value(0), value(1, number, comparator=comparator))
    assert said.now[0].value == newest.replace(".", ",")
    assert (said.change, said.before, said.before_day, said.day) == (
        change,
        "4,4",
        "01.01.2024",
        "02.01.2024",
    )


def test_an_analysis_answered_once_has_neither_before_nor_course() -> None:
    said = line(value(0))
    assert (said.change, said.before, said.course) == ("", "", "")


def test_a_value_in_another_unit_is_told_and_not_compared_or_drawn() -> None:
    said = line(value(0, "440", unit="µmol/L"), value(1, "4.4"))
    assert (said.change, said.before, said.course) == ("", "440 µmol/L", "")


def test_a_cancelled_value_is_the_newest_and_is_neither_a_point_nor_what_it_was_before() -> None:
    values = [value(0, "4.0"), value(1, "9.9", status="cancelled"), value(2, "4.2")]
    said = line(*values)
    assert (said.change, said.before, len(said.course.split())) == ("up", "4,0", 2)
    last = line(*values[:2])
    assert (last.now[0].state, last.change, last.before, last.course) == ("cancelled", "", "4,0", "")


@pytest.mark.parametrize(
    ("newest", "units"),
    [
        (value(1, "4.6"), ["mmol/L"]),
        (value(1, "18", unit="mg/dL"), ["mg/dL"]),
        (value(1, "4.6", comparator="<", flag="2"), ["mmol/L"]),
        (value(1, "", kind="none", unit="", status="cancelled"), [""]),
        (value(1, "", kind="none", unit="mg/dL", status="registered"), [""]),
        (value(1, "", kind="report"), [""]),
    ],
)
def test_the_newest_stands_with_its_own_unit_and_nothing_with_none(newest: Json, units: list[str]) -> None:
    assert [one.unit for one in line(value(0), newest).now] == units


def test_two_values_of_one_time_have_each_their_unit() -> None:
    said = line(value(0, "5.1"), value(0, "92", unit="mg/dL"))
    assert [(one.value, one.unit) for one in said.now] == [("5,1", "mmol/L"), ("92", "mg/dL")]


@pytest.mark.parametrize(
    ("newest", "stated"), [({}, ""), ({"reference": "3,5 - 4,9"}, "3,5 - 4,9"), ({"reference": "< 5"}, "< 5")]
)
def test_beside_the_newest_stands_its_own_reference_and_never_an_older_ones(
    newest: Json, stated: str
) -> None:
    said = line(value(1, "4.6", **newest), value(0, reference="3,6 - 5,0"))
    assert [one.reference for one in said.now] == [stated]


def test_references_of_one_time_stand_once_each() -> None:
    both = [value(0, "5.1", reference="3,6 - 5,0"), value(0, "5.2", reference="3,6 - 5,0")]
    assert line(*both).references == ["3,6 - 5,0"]
    assert line(*both, value(0, "5.3", reference="< 5")).references == ["3,6 - 5,0", "< 5"]


@pytest.mark.parametrize(
    ("more", "change", "points"),
    [
        ({}, "up", 3),
        ({"status": "preliminary", "preliminary": True}, "up", 3),
        ({"status": "amended"}, "up", 3),
        ({"status": "appended"}, "up", 3),
        ({"status": "unknown"}, "", 2),
        ({"status": "unknown", "behind": "14"}, "", 2),
        ({"status": "registered"}, "", 2),
    ],
)
def test_what_is_compared_and_drawn_is_final_or_preliminary(more: Json, change: str, points: int) -> None:
    said = line(value(0, "4.0"), value(1, "4.2"), value(2, "4.6", **more))
    assert (said.now[0].value, said.change, len(said.course.split())) == ("4,6", change, points)


def test_the_course_runs_by_time_from_the_oldest_and_ends_at_the_newest() -> None:
    said = line(value(0, "4"), value(9, "5"), value(18, "3"))
    assert said.course == "3,12 48,3 93,21"
    assert (said.end_x, said.end_y) == (93.0, 21.0)


def test_every_analysis_that_passes_the_filters_has_its_newest_also_outside_the_window_of_the_table() -> None:
    old = row(value(0, "1.0"), analysis="7280|NPU00001", name="Gammel")
    new = row(*(value(n) for n in range(5, 5 + COLUMNS + 2)))
    table = table_of(answer(old, new))
    view = view_of(table, Wanted())
    assert view.elsewhere == 1
    assert [one.line.name for group in view.newest for one in group.lines] == ["Gammel", "P-Kalium"]
    narrowed = view_of(table, Wanted(text="kal"))
    assert [one.line.name for group in narrowed.newest for one in group.lines] == ["P-Kalium"]
