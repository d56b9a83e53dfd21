"""The LMS method and the files of its tables. Every number of a table here is made up."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from journal_api.journal.growth.courses import PERCENTILES, Measured, age_at, course_of
from journal_api.journal.growth.files import Said, read_tables
from journal_api.journal.growth.lms import Lms, Point, lms_at, percentile_of, value_of, z_of, z_of_percentile
from journal_api.journal.growth.repository import Table
from kit.norway import day_in_norway
from kit.tables import CodeFileError
from tests.unit.journal.growth_table import MADE_UP, POINTS, csv_of

LMS = st.builds(
    Lms,
    st.floats(-5, 5).filter(lambda power: abs(power) > 1e-3) | st.just(0.0),
    st.floats(0.5, 200),
    st.floats(0.01, 0.3),
)
BORN = date(2025, 1, 1)


@given(LMS, st.floats(-4, 4))
def test_a_value_of_an_sds_has_that_sds(at: Lms, z: float) -> None:
    value = value_of(z, at)
    assume(value is not None and 1e-6 < value < 1e6)
    assert value is not None
    assert z_of(value, at) == pytest.approx(z, abs=1e-5)


@pytest.mark.parametrize(
    ("at", "value", "z"),
    [
        (Lms(1, 10, 0.1), 11, 1.0),  # (1.1 - 1) / 0.1
        (Lms(2, 10, 0.1), 12, 2.2),  # (1.44 - 1) / 0.2
        (Lms(-1, 10, 0.1), 8, -2.5),  # (1.25 - 1) / -0.1
        (Lms(0, 10, 0.1), 10 * math.e**0.2, 2.0),  # ln(e^0.2) / 0.1
        (Lms(1, 10, 0.1), 5, -5.0),  # beyond 3 as it stands
    ],
)
def test_the_formula_reckoned_by_hand(at: Lms, value: float, z: float) -> None:
    assert z_of(value, at) == pytest.approx(z)
    assert value_of(z, at) == pytest.approx(value)


@pytest.mark.parametrize(
    ("z", "percentile"), [(0, 50), (1, 84.1345), (-1.8808, 3), (1.8808, 97), (-0.6745, 25)]
)
def test_percentiles_of_the_normal_distribution_as_tables_have_them(z: float, percentile: float) -> None:
    assert percentile_of(z) == pytest.approx(percentile, abs=0.001)
    assert z_of_percentile(percentile) == pytest.approx(z, abs=0.0001)


@given(LMS, st.floats(0.2, 5), st.floats(1.001, 1.5))
def test_a_greater_value_has_a_greater_sds(at: Lms, share: float, more: float) -> None:
    assert z_of(at.m * share * more, at) > z_of(at.m * share, at)


@given(LMS, st.floats(-3, 3), st.floats(0.01, 1))
def test_a_greater_sds_has_a_greater_value(at: Lms, z: float, more: float) -> None:
    low, high = value_of(z, at), value_of(z + more, at)
    assume(low is not None and high is not None)
    assert low is not None
    assert high is not None
    assert high > low


@given(LMS)
def test_the_median_is_sds_0_and_percentile_50(at: Lms) -> None:
    assert z_of(at.m, at) == pytest.approx(0, abs=1e-9)
    assert value_of(0, at) == pytest.approx(at.m)


@given(st.floats(0.5, 99.5))
def test_a_percentile_is_its_own_sds(percentile: float) -> None:
    assert percentile_of(z_of_percentile(percentile)) == pytest.approx(percentile)


@given(st.floats(-1e-8, 1e-8), st.floats(-3, 3))
def test_powers_near_0_are_the_formulas_limit(power: float, z: float) -> None:
    near, limit = value_of(z, Lms(power, 10, 0.1)), value_of(z, Lms(0, 10, 0.1))
    assert near == pytest.approx(limit, rel=1e-5)


def test_where_the_distribution_does_not_reach_there_is_no_value() -> None:
    assert value_of(-3, Lms(5, 10, 0.2)) is None
    assert value_of(3, Lms(-5, 10, 0.2)) is None


@given(st.floats(0, 7000))
def test_between_two_rows_each_part_lies_on_the_line_between_them(day: float) -> None:
    found = lms_at(POINTS["weight"], day)
    assert found is not None
    assert found.m == pytest.approx(4 + day / 100)


@pytest.mark.parametrize("day", [-0.1, 7000.1])
def test_outside_the_table_there_is_nothing(day: float) -> None:
    assert lms_at(POINTS["weight"], day) is None
    assert lms_at([], 1) is None


def table(measure: str, name: str = MADE_UP, low: float = 0, high: float = 7000) -> tuple[Table, list[Point]]:
    loaded = datetime(2026, 1, 1, tzinfo=UTC)
    points = [point for point in POINTS[measure] if low <= point.x <= high]
    return Table(name, measure, "male", "1", "nobody", low, high, loaded), points


def at(day: int) -> datetime:
    return datetime(2025, 1, 1, 11, tzinfo=UTC) + timedelta(days=day)


def test_given_values_then_each_has_sds_and_percentile_and_lines_run_between_first_and_last() -> None:
    values = [Measured(at(100), 5.0), Measured(at(365), 7.65 * 1.1)]
    course = course_of("weight", values, [table("weight"), table("height")], BORN, None)
    first, last = course.values
    assert (first.z, first.percentile, first.age_days, first.corrected) == (0.0, 50.0, 100, False)
    assert last.z is not None
    assert last.percentile is not None
    assert 0.9 < last.z < 1.1
    assert 82 < last.percentile < 87
    assert [line.percentile for line in course.lines] == [*PERCENTILES]
    median = next(line for line in course.lines if line.percentile == 50)
    (run,) = median.runs
    assert (run[0][0], run[-1][0]) == (at(100), at(365))
    assert run[0][1] == pytest.approx(5.0)
    ends = [line.runs[0][-1][1] for line in course.lines]
    assert ends == sorted(ends)


def test_given_a_child_born_preterm_then_the_age_is_corrected_until_two_years() -> None:
    assert age_at(date(2025, 4, 11), BORN, 30) == (30.0, True)
    assert age_at(date(2025, 4, 11), BORN, 37) == (100.0, False)
    assert age_at(date(2025, 4, 11), BORN, None) == (100.0, False)
    assert age_at(date(2027, 1, 2), BORN, 30) == (731.0, False)
    course = course_of("weight", [Measured(at(170), 5.0), Measured(at(800), 12)], [table("weight")], BORN, 30)
    assert [(one.z, one.corrected) for one in course.values] == [(0.0, True), (0.0, False)]
    assert [len(line.runs) for line in course.lines] == [2] * len(PERCENTILES)  # not joined across the change
    early = course_of("weight", [Measured(at(10), 2.0)], [table("weight")], BORN, 30)
    assert early.values[0].z is None  # before term no table says anything


def test_given_two_references_then_each_holds_at_its_ages_and_lines_are_not_joined_across() -> None:
    tables = [table("height", "A", 0, 365), table("height", "B", 800, 7000)]
    values = [Measured(at(day), 60) for day in (100, 500, 900)]
    course = course_of("height", values, tables, BORN, None)
    assert [one.z is None for one in course.values] == [False, True, False]
    assert [one.name for one in course.references] == ["A", "B"]
    assert all(len(line.runs) == 2 for line in course.lines)


def test_given_one_value_then_lines_run_from_birth_and_without_a_table_there_are_none() -> None:
    one = course_of("weight", [Measured(at(100), 5)], [table("weight")], BORN, None)
    assert one.values[0].z == 0.0
    runs = [line.runs for line in one.lines]
    assert [len(run) for run in runs] == [1] * len(PERCENTILES)
    assert day_in_norway(runs[0][0][0][0]) == BORN
    assert runs[0][0][-1][0] == at(100)
    newborn = course_of("weight", [Measured(at(0), 4)], [table("weight")], BORN, None)
    assert (newborn.lines, newborn.values[0].z) == ([], 0.0)
    none = course_of("weight", [Measured(at(100), 5), Measured(at(200), 6)], [table("height")], BORN, None)
    assert (none.references, none.lines, none.values[0].z) == ([], [], None)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "table.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_our_own_columns_and_those_of_whos_tables_are_read(tmp_path: Path) -> None:
    own = read_tables(written(tmp_path, csv_of("weight") + csv_of("weight", "2").partition("\n")[2]), Said())
    assert own[("weight", "male")] == own[("weight", "female")] == POINTS["weight"]

    head, boys = "sex\tage\tl\tm\ts\tloh\n", "1\t0\t1\t50\t0.04\tL\n1\t731\t1\t88\t0.04\tH\n"
    igrowup = head + boys + "2\t0\t1\t49\t0.04\tL\n2\t9\t1\t50\t.04\tL\n"
    found = read_tables(written(tmp_path, igrowup), Said(measure="height", age_in="days"))
    assert [point.x for point in found[("height", "male")]] == [0, 731]

    months = "sex\tage\tl\tm\ts\n1\t61\t1\t110\t0.04\n1\t62\t1\t111\t0.04\n"
    found = read_tables(written(tmp_path, months), Said(measure="height", age_in="months"))
    assert found[("height", "male")][0].x == pytest.approx(61 * 30.4375)

    one_sex = "Day\tL\tM\tS\tP01\tP3\n0\t0.3\t3.3\t0.14\t1\t2\n1\t0.3\t3.4\t0.14\t1\t2\n"
    found = read_tables(written(tmp_path, one_sex), Said(measure="weight", sex="male"))
    assert found[("weight", "male")][1] == Point(1, Lms(0.3, 3.4, 0.14))

    by_length = "sex\tlength\tl\tm\ts\tlorh\n1\t45\t-0.3\t2.4\t0.09\tL\n1\t45.1\t-0.3\t2.5\t0.09\tL\n"
    found = read_tables(written(tmp_path, by_length), Said(measure="weight-for-length"))
    assert [point.x for point in found[("weight-for-length", "male")]] == [45, 45.1]

    semicolons = "sex;measure;age_months;l;m;s\nM;bmi;0;-0,3;13,4;0,09\nM;bmi;1;-0,3;14;0,09\n"
    found = read_tables(written(tmp_path, semicolons), Said())
    assert found[("bmi", "male")][0].at == Lms(-0.3, 13.4, 0.09)


@pytest.mark.parametrize(
    ("text", "said", "told"),
    [
        ("sex,measure,age_days,l,m,s\n", Said(), "no rows"),
        ("sex,measure,age_days,l,m,s\n3,weight,0,1,4,0.1\n", Said(), "Line 2: sex"),
        ("sex,age,l,m,s\n1,0,1,4,0.1\n", Said(age_in="days"), "Line 2: measure"),
        ("sex,age,l,m,s\n1,0,1,4,0.1\n", Said(measure="weight"), "--age-in"),
        ("sex,measure,l,m,s\n1,weight,1,4,0.1\n", Said(), "age_days"),
        ("sex,measure,age_days,l,m,s\n1,weight,0,1,3300,0.1\n", Said(), "another unit"),
        ("sex,measure,age_days,l,m,s\n1,weight,0,1,-4,0.1\n", Said(), "another unit"),
        ("sex,measure,age_days,l,m,s\n1,weight,0,1,4,14\n", Said(), "S between"),
        ("sex,measure,age_days,l,m,s\n1,weight,0,1,4,0\n", Said(), "S between"),
        ("sex,measure,age_days,l,m,s\n1,weight,0,nan,4,0.1\n", Said(), "l must be a number"),
        ("sex,measure,age_days,l,m,s\n1,weight,x,1,4,0.1\n", Said(), "age_days must be a number"),
        (
            "sex,measure,age_days,l,m,s\n1,weight,0,1,4,0.1\n\n,,,,,\n1,weight,x,1,4,0.1\n",
            Said(),
            "Line 5: age",
        ),
        ("sex,measure,age_days,l,m,s\n1,weight,90000,1,4,0.1\n", Said(), "age_days lies outside"),
        ("sex,measure,age_days,l,m,s\n1,weight,0,1,4,0.1\n1,weight,0,1,4,0.1\n", Said(), "stands twice"),
        ("sex,measure,age_days,l,m,s\n1,weight,0,1,4,0.1\n", Said(), "no course"),
        ("sex,age_days,l,m,s\n1,0,1,4,0.1\n", Said(measure="weight-for-length"), "length or height"),
    ],
)
def test_what_is_no_table_is_refused_with_the_line(tmp_path: Path, text: str, said: Said, told: str) -> None:
    with pytest.raises(CodeFileError, match=told):
        read_tables(written(tmp_path, text), said)
