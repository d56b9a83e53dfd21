"""Dates in searches stand for the interval they are precise to, in Norwegian time where no zone is given."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import Malformed
from results_service.lookup.dates import parse_date


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("2021", "2021-12-31T23:59:59+01:00", "2022-01-01T00:00:00+01:00"),
        ("2021-12", "2021-12-01T00:00:00+01:00", "2022-01-01T00:00:00+01:00"),
        ("eq2021-06-15", "2021-06-14T22:00:00+00:00", "2021-06-15T22:00:00+00:00"),
        ("2021-03-18T12:00", "2021-03-18T12:00:59+01:00", "2021-03-18T12:01:00+01:00"),
        ("2021-03-18T12:00:00Z", "2021-03-18T13:00:00+01:00", "2021-03-18T12:00:00+01:00"),
        ("2021-03-18T12:00:00 02:00", "2021-03-18T10:00:00+00:00", "2021-03-18T12:00:00+00:00"),
        ("lt2021-03-18", "2021-03-17T23:59:59+01:00", "2021-03-18T00:00:00+01:00"),
        ("le2021-03-18", "2021-03-18T23:59:59+01:00", "2021-03-19T00:00:00+01:00"),
        ("gt2021-03-18", "2021-03-19T00:00:00+01:00", "2021-03-18T23:59:59+01:00"),
        ("ge2021-03-18", "2021-03-18T00:00:00+01:00", "2021-03-17T23:59:59+01:00"),
        ("2021-03-28", "2021-03-28T23:59:59+02:00", "2021-03-29T00:00:00+02:00"),
    ],
)
def test_what_a_date_holds(text: str, inside: str, outside: str) -> None:
    found = parse_date(text)
    assert found.holds(datetime.fromisoformat(inside))
    assert not found.holds(datetime.fromisoformat(outside))
    assert not found.holds(None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2021-",
        "21-01-01",
        "2021-02-30",
        "2021-01-01T25:00",
        "sa2021",
        "ne2021",
        "9999",
        "2021-01-01,2022",
    ],
)
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse_date(text)
    assert caught.value.code == "search-value-invalid"


@given(st.integers(-600_000_000, 4_000_000_000), st.integers(-14 * 60, 14 * 60))
def test_every_moment_is_in_its_own_second_and_on_one_side_of_it(seconds: int, offset: int) -> None:
    moment = datetime.fromtimestamp(seconds, timezone(timedelta(minutes=offset)))
    text = moment.isoformat()
    assert parse_date(text).holds(moment)
    sides = [parse_date(f"{prefix}{text}").holds(moment + timedelta(seconds=1)) for prefix in ("gt", "le")]
    assert sides == [True, False]
