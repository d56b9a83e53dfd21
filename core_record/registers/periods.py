"""States that hold for periods of days: what a delivery says of one is laid beside what is known of others.

One state holds at a time. What a delivery says without a first day is how things stand today.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Generic, TypeVar

S = TypeVar("S")
ALWAYS = date.min
"""The first day of a state of which nobody knows when it began."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period(Generic[S]):
    """`state` from `valid_from` to `valid_to`, both included (None: until further notice)."""

    valid_from: date
    valid_to: date | None
    state: S

    @property
    def last(self) -> date:
        """`valid_to`, or the last day there is."""
        return self.valid_to or date.max

    def holds_on(self, day: date) -> bool:
        """Whether it holds that day."""
        return self.valid_from <= day <= self.last


def lay(
    known: Sequence[Period[S]], state: S, since: date | None, until: date | None, today: date
) -> list[Period[S]]:
    """The rows to write so that `state` holds from `since` to `until`: those it cuts short, and its own.

    A row that begins later stays, and ends this one the day before. Without `since` the state holds from
    today on, or goes on when it holds already; where nothing is known it has held always.
    """
    holding = next((one for one in reversed(_in_order(known)) if one.holds_on(today)), None)
    if since is None and holding is not None and holding.state == state:
        return [replace(holding, valid_to=_before_next(known, holding.valid_from, until or holding.valid_to))]
    start = since or (today if known else ALWAYS)
    cut = [
        replace(one, valid_to=start - _DAY)
        for one in _in_order(known)
        if one.valid_from < start and one.last >= start
    ]
    return [*cut, Period(start, _before_next(known, start, until), state)]


def _in_order(known: Sequence[Period[S]]) -> list[Period[S]]:
    return sorted(known, key=lambda one: one.valid_from)


def _before_next(known: Sequence[Period[S]], start: date, until: date | None) -> date | None:
    later = [one.valid_from for one in known if one.valid_from > start]
    return min(until or date.max, min(later) - _DAY) if later else until
