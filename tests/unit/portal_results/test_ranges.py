"""Reference texts: read only without doubt, judged only with certainty."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.clinician.results.transform.ranges import Interval, judge, read


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("11,7 - 15,3", "11.7", "15.3"),
        ("10-45", "10", "45"),
        ("3.5 - 4.4", "3.5", "4.4"),
        ("0,40 – 0,50", "0.40", "0.50"),
        ("< 12", None, "12"),
        ("<5", None, "5"),
        (">65", "65", None),
        ("≥ 60", "60", None),
        ("-2,5 - 2,5", "-2.5", "2.5"),
        ("0.250 - 0.500", "0.250", "0.500"),
    ],
)
def test_a_plain_interval_or_limit_is_read(text: str, low: str | None, high: str | None) -> None:
    found = read(text)
    assert found is not None
    assert found.low == (None if low is None else Decimal(low))
    assert found.high == (None if high is None else Decimal(high))


@pytest.mark.parametrize(
    "text",
    [
        "", "Alltid *-merket", "60 - ", "Se kommentar", "Negativ", "15 - 10", "M: 4-9, K: 3-8",
        "1.500 - 2.000", "< 1.500", "5 - 10 mg/L", "10 - 20 - 30", "> 5 og < 9", "1 000 - 2 000",
    ],
)  # fmt: skip
def test_anything_in_doubt_stays_unread(text: str) -> None:
    assert read(text) is None


def test_the_values_own_unit_behind_the_range_is_no_doubt() -> None:
    assert read("5 - 10 mg/L", "mg/L") == Interval(Decimal(5), Decimal(10))
    assert read("5 - 10 mg/L", "g/L") is None


@pytest.mark.parametrize(
    ("value", "comparator", "text", "expected"),
    [
        ("6.0", "", "3,6 - 5,0", "above"),
        ("3.6", "", "3,6 - 5,0", "inside"),
        ("5.0", "", "3,6 - 5,0", "inside"),
        ("3.5", "", "3,6 - 5,0", "below"),
        ("5", "", "< 5", "above"),
        ("4.9", "", "< 5", "inside"),
        ("5", "<", "< 5", "inside"),
        ("5", "<", "< 4", "undecided"),
        ("5", "<", "10 - 20", "below"),
        ("10", "<", "10 - 20", "below"),
        ("15", "<", "10 - 20", "undecided"),
        ("90", ">", ">65", "inside"),
        ("60", ">", ">65", "undecided"),
        ("20", ">", "10 - 20", "above"),
        ("20", ">=", "10 - 20", "undecided"),
        ("5", "<=", "< 5", "undecided"),
        ("5", "<=", "≤ 5", "inside"),
        ("65", "", ">65", "below"),
        ("65", "", "≥65", "inside"),
        ("5", "≠", "< 4", "undecided"),
        ("5", "", "Negativ", "undecided"),
    ],
)
def test_a_value_is_judged_only_when_it_is_certain(
    value: str, comparator: str, text: str, expected: str
) -> None:
    assert judge(Decimal(value), comparator, read(text)) == expected


def test_without_a_value_nothing_is_judged() -> None:
    assert judge(None, "", read("1 - 2")) == "undecided"


@given(st.text())
def test_no_reference_text_fails(text: str) -> None:
    found = read(text)
    assert found is None or found.low is not None or found.high is not None


numbers = st.decimals(min_value=-1000, max_value=1000, places=2)


@given(numbers, st.sampled_from(["", "<", "<=", ">", ">="]), numbers, numbers, numbers)
def test_a_judgement_holds_for_every_value_the_comparator_allows(
    value: Decimal, comparator: str, one: Decimal, other: Decimal, candidate: Decimal
) -> None:
    interval = Interval(min(one, other), max(one, other))
    allowed = {
        "": candidate == value,
        "<": candidate < value,
        "<=": candidate <= value,
        ">": candidate > value,
        ">=": candidate >= value,
    }[comparator]
    judged = judge(value, comparator, interval)
    if not allowed or judged == "undecided" or interval.low is None or interval.high is None:
        return
    actual = "above" if candidate > interval.high else "below" if candidate < interval.low else "inside"
    assert judged == actual
