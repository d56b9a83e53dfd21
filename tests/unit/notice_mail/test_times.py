"""Mails come on working days between 8 and 20 in Norway, unless any time was chosen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_record.notice_mail.times import may_come, next_time

OSLO = ZoneInfo("Europe/Oslo")
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def oslo(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=OSLO)


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("2026-11-25T12:00", "2026-11-25T12:00"),  # a Wednesday
        ("2026-11-25T07:59", "2026-11-25T08:00"),
        ("2026-11-25T20:00", "2026-11-26T08:00"),
        ("2026-11-27T20:00", "2026-11-30T08:00"),  # Friday evening
        ("2026-11-28T12:00", "2026-11-30T08:00"),
        ("2026-03-28T12:00", "2026-03-30T08:00"),  # summer time begins in between
        ("2026-10-24T12:00", "2026-10-26T08:00"),  # and ends
        (
            "2026-04-01T20:00",
            "2026-04-07T08:00",
        ),  # the evening before Maundy Thursday
        ("2026-05-14T09:00", "2026-05-15T08:00"),  # Ascension
        ("2027-05-17T09:00", "2027-05-18T08:00"),  # 17 May, which is Whit Monday too
        ("2026-12-24T20:30", "2026-12-28T08:00"),  # Christmas
    ],
)
def test_quiet_hours_end_at_eight_on_the_next_weekday(asked: str, first: str) -> None:
    assert next_time(oslo(asked), anytime=False) == oslo(first)


@given(MOMENTS)
def test_the_next_time_is_the_first_that_is_allowed(moment: datetime) -> None:
    found = next_time(moment, anytime=False)
    assert found >= moment
    assert may_come(found, anytime=False)
    assert found == moment or not may_come(found - timedelta(microseconds=1), anytime=False)
    hours = int((found - moment) / timedelta(hours=1))
    assert hours <= 133  # Wednesday 20 to the Tuesday after Easter at 8, and an hour of summer time
    assert not any(may_come(moment + timedelta(hours=h), anytime=False) for h in range(hours))


@given(MOMENTS)
def test_any_time_is_at_once(moment: datetime) -> None:
    assert next_time(moment, anytime=True) == moment
