"""Dates in searches stand for the interval they are precise to, in Norwegian time where no zone is given."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import Malformed
from results_service.lookup.dates import Moments, parse_dates


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
        ("sa2021-03-18", "2021-03-19T00:00:00+01:00", "2021-03-18T23:59:59+01:00"),
        ("eb2021-03-18", "2021-03-17T23:59:59+01:00", "2021-03-18T00:00:00+01:00"),
        ("ne2021-03-18", "2021-03-19T00:00:00+01:00", "2021-03-18T12:00:00+01:00"),
        ("2021-03-18,2021-05", "2021-05-31T12:00:00+02:00", "2021-04-18T12:00:00+02:00"),
        ("2021-03-18T12:00:00.5Z", "2021-03-18T12:00:00.59+00:00", "2021-03-18T12:00:00.6+00:00"),
        ("gt2021-03-18T12:00:00.5Z", "2021-03-18T12:00:00.7+00:00", "2021-03-18T12:00:00.5+00:00"),
        # a midnight is mostly a day without a time: it may have been after ten
        ("ge2021-03-18T10:00:00+01:00", "2021-03-18T00:00:00+01:00", "2021-03-18T09:59:59+01:00"),
        ("gt2021-03-18T10:00:00+01:00", "2021-03-18T00:00:00+01:00", "2021-03-17T00:00:00+01:00"),
        ("sa2021-03-18T10:00:00+01:00", "2021-03-18T10:00:01+01:00", "2021-03-18T00:00:00+01:00"),
        ("le9999-12-31", "2021-03-18T12:00:00+01:00", "9999-12-31T23:59:59.999999+00:00"),
        ("9999", "9999-06-01T00:00:00+00:00", "2021-03-18T12:00:00+01:00"),
        ("ge2021-03-18", "2021-03-18T00:00:00+01:00", "2021-03-17T23:59:59+01:00"),
        ("2021-03-28", "2021-03-28T23:59:59+02:00", "2021-03-29T00:00:00+02:00"),
    ],
)
def test_what_a_date_holds(text: str, inside: str, outside: str) -> None:
    found = parse_dates(text)
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
        "ap2021",
        "0000",
        "2021-01-01,",
        "٢٠٢١",
        "2021-01-01T10:00+25:00",
        "2021-01-01T10:00:60",
    ],
)
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse_dates(text)
    assert caught.value.code == "search-value-invalid"


@given(st.integers(-600_000_000, 4_000_000_000), st.integers(-14 * 60, 14 * 60))
def test_every_moment_is_in_its_own_second_and_on_one_side_of_it(seconds: int, offset: int) -> None:
    moment = datetime.fromtimestamp(seconds, timezone(timedelta(minutes=offset)))
    text = moment.isoformat()
    assert parse_dates(text).holds(moment)
    sides = [parse_dates(f"{prefix}{text}").holds(moment + timedelta(seconds=1)) for prefix in ("gt", "le")]
    assert sides == [True, False]


MOMENTS = st.datetimes(
    datetime(2021, 3, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2021, 4, 10),  # noqa: DTZ001
    timezones=st.just(timezone(timedelta(hours=1))),
)
DATES = st.builds(
    lambda prefix, moment, length: prefix + moment.isoformat()[:length],
    st.sampled_from(["", "eq", "ne", "lt", "gt", "le", "ge", "sa", "eb"]),
    MOMENTS.map(lambda moment: moment.replace(tzinfo=None, microsecond=0)),
    st.sampled_from([4, 7, 10, 16, 19]),
)


@given(st.lists(st.lists(DATES, min_size=1, max_size=3), min_size=1, max_size=3), MOMENTS)
def test_lists_are_either_and_repetitions_are_both(asked: list[list[str]], moment: datetime) -> None:
    wanted = Moments()
    for choices in asked:
        wanted &= parse_dates(",".join(choices))
    expected = all(any(parse_dates(choice).holds(moment) for choice in choices) for choices in asked)
    assert wanted.holds(moment) == expected
    if expected:
        assert wanted.first is None or wanted.first <= moment
        assert wanted.end is None or moment < wanted.end
    elif wanted.is_interval:
        assert wanted.first is None or wanted.end is None or not wanted.first <= moment < wanted.end
