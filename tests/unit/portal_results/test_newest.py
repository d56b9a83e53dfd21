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
