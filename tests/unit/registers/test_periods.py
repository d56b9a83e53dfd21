"""Laying a period beside others: what holds on each day, before and after."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_record.registers.periods import ALWAYS, Period, lay

TODAY = date(2026, 11, 29)
DAY = timedelta(days=1)
DAYS = st.dates(TODAY - 20 * DAY, TODAY + 20 * DAY)
STATES = st.sampled_from("abc")
Known = dict[date, Period[str]]
Said = tuple[str, date | None, date | None]


@st.composite
def said(draw: st.DrawFn) -> Said:
    since = draw(st.none() | DAYS)
    until = draw(st.none() | st.dates(max(since or TODAY, TODAY - 20 * DAY), TODAY + 25 * DAY))
    return draw(STATES), since, until


def write(known: Known, one: Said, today: date = TODAY) -> Known:
    """As the table does: a row is found by its first day."""
    return known | {row.valid_from: row for row in lay(list(known.values()), *one, today)}


def holds(known: Known, day: date) -> str | None:
    found = [one.state for one in known.values() if one.holds_on(day)]
    assert len(found) <= 1, "one state holds at a time"
    return found[0] if found else None


@given(st.lists(said(), max_size=6), said())
def test_a_dated_state_holds_in_its_days_and_changes_no_other_day_before_it(
    earlier: list[Said], one: Said
) -> None:
    known: Known = {}
    for each in earlier:
        known = write(known, each)
    after = write(known, one)
    state, since, until = one
    start = since or TODAY
    if since is None and until is None and holds(known, TODAY) == state:
        assert after == known  # it goes on, to the end that was told
        return
    next_start = min((first for first in known if first > start), default=date.max)
    assert holds(after, start) == state
    for offset in range(-30, 40):
        day = TODAY + offset * DAY
        if start <= day < next_start and day <= (until or date.max):
            assert holds(after, day) == state
        if day < start and since is not None:
            assert holds(after, day) == holds(known, day)
        if day >= next_start:
            assert holds(after, day) == holds(known, day)


@given(st.lists(said(), min_size=1, max_size=6))
def test_the_same_delivery_again_changes_nothing(deliveries: list[Said]) -> None:
    known: Known = {}
    for each in deliveries:
        known = write(known, each)
    assert write(known, deliveries[-1]) == known


def test_without_days_it_has_held_always_and_ends_when_another_is_told() -> None:
    known = write({}, ("a", None, None))
    assert holds(known, date(1950, 1, 1)) == "a"
    known = write(known, ("b", None, None))
    assert known == {ALWAYS: Period(ALWAYS, TODAY - DAY, "a"), TODAY: Period(TODAY, None, "b")}
    known = write(known, ("b", None, None), TODAY + 5 * DAY)
    assert holds(known, TODAY + 5 * DAY) == "b"
    assert len(known) == 2


@pytest.mark.parametrize("state", ["a", "b"])
def test_what_begins_later_stays(state: str) -> None:
    tomorrow = TODAY + DAY
    known = write(write({}, ("a", None, None)), ("c", tomorrow, None))
    known = write(known, (state, None, None))
    assert (holds(known, TODAY), holds(known, tomorrow)) == (state, "c")
