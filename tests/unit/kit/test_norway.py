"""Public holidays: Easter against another computation, and the days that the law names."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.norway import easter_sunday, is_working_day, public_holidays

YEARS = st.integers(1583, 4099)


def by_full_moon(year: int) -> date:
    """The Sunday after the ecclesiastical full moon, by Gauss with the Gregorian exceptions."""
    k = year // 100
    m = (15 + k - (13 + 8 * k) // 25 - k // 4) % 30
    n = (4 + k - k // 4) % 7
    d = (19 * (year % 19) + m) % 30
    e = (2 * (year % 4) + 4 * (year % 7) + 6 * d + n) % 7
    if (d, e) == (29, 6) or (d == 28 and e == 6 and (11 * m + 11) % 30 < 19):
        e -= 7
    return date(year, 3, 22) + timedelta(d + e)


@given(YEARS)
def test_easter_is_the_same_by_another_computation(year: int) -> None:
    easter = easter_sunday(year)
    assert easter == by_full_moon(year)
    assert easter.weekday() == 6
    assert date(year, 3, 22) <= easter <= date(year, 4, 25)


@given(YEARS)
def test_a_year_has_ten_to_twelve_days_off_and_none_is_a_working_day(year: int) -> None:
    holidays = public_holidays(year)
    assert 10 <= len(holidays) <= 12  # 1 and 17 May may be Ascension, Pentecost or Whit Monday
    assert not any(is_working_day(day) for day in holidays)
    assert {date(year, 1, 1), date(year, 5, 1), date(year, 5, 17), date(year, 12, 25)} <= holidays


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2026, "01-01 04-02 04-03 04-05 04-06 05-01 05-14 05-17 05-24 05-25 12-25 12-26"),
        (2027, "01-01 03-25 03-26 03-28 03-29 05-01 05-06 05-16 05-17 12-25 12-26"),
        (2038, "01-01 04-22 04-23 04-25 04-26 05-01 05-17 06-03 06-13 06-14 12-25 12-26"),
    ],
)
def test_holidays_of_a_year(year: int, expected: str) -> None:
    assert sorted(f"{day:%m-%d}" for day in public_holidays(year)) == expected.split()


def test_working_days_are_the_others_from_monday_to_friday() -> None:
    assert is_working_day(date(2026, 12, 24))  # Christmas Eve is no public holiday
    assert not is_working_day(date(2026, 11, 28))
    assert is_working_day(date(2026, 4, 7))
