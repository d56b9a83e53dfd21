"""An analysis over time for a citizen: every value as its report has it."""

from __future__ import annotations

from typing import Any

import pytest

from portal.citizen.results.over_time import courses_of
from portal.clients.screens import Converted, Field, Group, ReportHead, Row, TableAnswer, Value


def course_table(*values: Value, code: str = "NPU27300") -> TableAnswer:
    return in_fields({"CLIN": [*values]}, code)


def in_fields(sent: dict[str, list[Value]], code: str = "NPU27300") -> TableAnswer:
    """The same code and unit in one or more fields of medicine, each with values of its own."""
    rows = {f: Row(f"7280|{code}", code, "HbA1c", "mmol/mol", "mmol/mol", v) for f, v in sent.items()}
    fields = [Field(name, [Group("", [row])]) for name, row in rows.items()]
    return TableAnswer([ReportHead(id="r", laboratory="Nordlys")], fields)


def number(at: str, value: str = "48", **more: Any) -> Value:
    return Value(0, "quantity", at, True, value, unit="mmol/mol", **more)


def test_a_course_has_every_value_as_sent_and_says_which_number_is_ours() -> None:
    sent = [
        Value(0, "quantity", "2026-05-02T08:00:00+02:00", True, "48", "<", "mmol/mol", "1", "Over"),
        Value(0, "text", "2025-05-02", True, "Ikke utført", more=True),
        Value(
            0,
            "quantity",
            "2024-05-02",
            False,
            "6.5",
            unit="%",
            converted=Converted("47.5", "", "Hoelzel"),
        ),
        Value(0, "none", "2023-05-02", status="cancelled"),
        Value(0, "report", "2022-05-02"),
    ]
    (course,) = courses_of(course_table(*sent))
    assert (course.name, course.unit) == ("HbA1c", "mmol/mol")
    assert [(v.shown, v.mark, v.ours, v.by, v.cut, v.withdrawn) for v in course.results] == [
        ("< 48 mmol/mol", "high", "", "", False, False),
        ("Ikke utført", "", "", "", True, False),
        ("6,5 %", "", "47,5", "Hoelzel", False, False),
        ("", "", "", "", False, True),
    ]
    assert {v.laboratory for v in course.results} == {"Nordlys"}
    assert [(v.day, v.answered) for v in course.results] == [
        ("02.05.2026 08:00", False),
        ("02.05.2025", False),
        ("02.05.2024", True),
        ("02.05.2023", False),
    ]


@pytest.mark.parametrize(
    ("kind", "sent", "shown"),
    [
        ("quantity", "13.80", "13,80 mmol/mol"),
        ("range", "1.5 – 3.5", "1,5 – 3,5 mmol/mol"),
        ("text", "Se 1.2", "Se 1.2 mmol/mol"),
        ("date", "2026-03-01T00:00:00+01:00", "01.03.2026 00:00"),
        ("date", "2026-03", "03.2026"),
        ("date", "i går", "i går"),
    ],
)
def test_a_value_of_a_course_is_written_as_in_its_report(kind: str, sent: str, shown: str) -> None:
    unit = "" if kind == "date" else "mmol/mol"
    value = Value(0, kind, "2026-03-01", True, sent, unit=unit)
    (course,) = courses_of(course_table(value, number("2026-02-01")))
    assert course.results[0].shown == shown


def test_a_value_with_the_laboratorys_comment_is_marked_so_in_its_course() -> None:
    hemolysed, other = number("2026-03-01", commented=True), number("2026-02-01")
    (course,) = courses_of(course_table(hemolysed, other))
    assert [value.commented for value in course.results] == [True, False]


def test_a_withdrawn_value_is_told_of_but_makes_no_course() -> None:
    one, other = number("2026-03-01"), number("2026-01-01")
    gone = Value(0, "none", "2026-02-01", status="cancelled", commented=True)
    wrong = Value(0, "none", "2025-02-01", status="entered-in-error")
    assert courses_of(course_table(one, gone)) == []
    (course,) = courses_of(course_table(one, gone, other, wrong))
    assert [(value.withdrawn, value.commented) for value in course.results] == [
        (False, False),
        (True, True),
        (False, False),
        (True, False),
    ]
    assert course.number == 2


def test_one_analysis_in_two_fields_is_one_course_newest_first_whatever_zone() -> None:
    days = ["2026-05-02T00:30:00+02:00", "2026-05-01T23:00:00Z", "2026-05-01", "2026-04", "2025"]
    clinical, immunology = [number(days[0]), number(days[3])], [number(day) for day in (*days[1:3], days[4])]
    (course,) = courses_of(in_fields({"CLIN": clinical, "IMTR": immunology}))
    shown = [value.day for value in course.results]
    assert shown == ["02.05.2026 01:00", "02.05.2026 00:30", "01.05.2026", "04.2026", "2025"]
    assert course.name == "HbA1c"


def test_one_value_in_each_of_two_fields_makes_a_course() -> None:
    (course,) = courses_of(in_fields({"CLIN": [number("2026-05-02")], "IMTR": [number("2026-04-02")]}))
    assert [value.day for value in course.results] == ["02.05.2026", "02.04.2026"]


def test_one_value_alone_is_no_course() -> None:
    assert courses_of(course_table(Value(0, "quantity", "2026-05-02", True, "48"))) == []
    assert courses_of(TableAnswer()) == []


def test_two_analyses_of_one_name_stay_two_and_are_told_apart_by_their_codes() -> None:
    twice = [Value(0, "quantity", f"202{n}-05-02", True, "80", unit="µmol/L") for n in (5, 4)]
    rows = [
        Row(f"7280|{code}", code, "P-Kreatinin", "µmol/L", "umol/L", twice)
        for code in ("NPU04998", "NPU01807")
    ]
    answer = TableAnswer([ReportHead(id="r")], [Field("CLIN", [Group("", rows)])])
    assert [course.name for course in courses_of(answer)] == ["P-Kreatinin NPU01807", "P-Kreatinin NPU04998"]
