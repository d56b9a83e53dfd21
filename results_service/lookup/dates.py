"""Dates in searches: a value as precise as it is written stands for an interval (FHIR R4 3.1.1.4.6)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from kit.errors import Malformed
from kit.norway import OSLO

_VALUE = re.compile(
    r"(?P<prefix>eq|ne|lt|gt|le|ge|sa|eb)?(?P<year>\d{4})"
    r"(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:T(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?)?"
    r"(?P<zone>Z|[+\- ]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)
_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)
_MICROSECOND_DIGITS = 6
_MIDNIGHT = time()

Interval = tuple[datetime, datetime]
"""From a moment (inclusive) to another (exclusive), both UTC."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Moments that fit, as intervals in order that do not touch.

    `days` are the intervals for a midnight in Norway. It mostly is a day that came without a time: who asks
    for what came after ten o'clock gets it too, since it may be from eleven (FHIR R4: `gt` and `ge` fit where
    the intervals overlap). It holds all that `instants` holds.
    """

    instants: tuple[Interval, ...] = ((_FIRST, _LAST),)
    days: tuple[Interval, ...] = ((_FIRST, _LAST),)

    def holds(self, moment: datetime | None) -> bool:
        """Whether a moment fits; one that is not known does not."""
        if moment is None:
            return False
        if _in(self.instants, moment):
            return True
        return _in(self.days, moment) and moment.astimezone(OSLO).time() == _MIDNIGHT

    @property
    def first(self) -> datetime | None:
        """Nothing before it fits; None: no such moment."""
        return self.days[0][0] if self.days and self.days[0][0] > _FIRST else None

    @property
    def end(self) -> datetime | None:
        """Neither it nor anything behind it fits; None: no such moment."""
        return self.days[-1][1] if self.days and self.days[-1][1] < _LAST else None

    @property
    def is_interval(self) -> bool:
        """Whether everything from `first` to `end` fits."""
        return len(self.days) == 1 and self.days == self.instants

    def __and__(self, other: Moments) -> Moments:
        return Moments(_common(self.instants, other.instants), _common(self.days, other.days))

    def __or__(self, other: Moments) -> Moments:
        return Moments(_joined(self.instants + other.instants), _joined(self.days + other.days))


_NEVER = Moments((), ())


def parse_dates(text: str) -> Moments:
    """`ge2021-03-18`, `2021-03,2021-05`, `lt2021-03-18T12:00:00+01:00` … → the moments that fit one of them.

    Raises `Malformed` `search-value-invalid`.
    """
    found = _NEVER
    for value in text.split(","):
        found |= _parse(value)
    return found


def _parse(text: str) -> Moments:
    match = _VALUE.fullmatch(text)
    try:
        interval = _interval(match) if match else None
    except ValueError:
        interval = None
    if match is None or interval is None:
        raise Malformed(
            "search-value-invalid",
            "date must be eq, ne, lt, gt, le, ge, sa or eb (not ap) and a date: 2021, 2021-03, 2021-03-18, "
            "2021-03-18T12:00:00+01:00. Several with commas between: one of them.",
        )
    return _fitting(match["prefix"] or "eq", *interval)


def _fitting(prefix: str, start: datetime, end: datetime) -> Moments:
    """The moments that stand to the interval as the prefix says."""
    before, within, after = (_FIRST, start), (start, end), (end, _LAST)
    if prefix in ("gt", "ge"):
        begin = end if prefix == "gt" else start
        return Moments(_joined([(begin, _LAST)]), _joined([(_midnight(begin), _LAST)]))
    wanted = {
        "eq": [within],
        "ne": [before, after],
        "lt": [before],
        "eb": [before],
        "le": [(_FIRST, end)],
        "sa": [after],
    }
    intervals = _joined(wanted[prefix])
    return Moments(intervals, intervals)


def _interval(match: re.Match[str]) -> Interval:
    year, month, day = (int(match[name] or 1) for name in ("year", "month", "day"))
    if match["hour"] is not None:
        return _timed(match)
    start = datetime(year, month, day, tzinfo=OSLO)
    try:
        if match["day"]:
            end = start + timedelta(days=1)  # of the calendar, in Norway: 23 or 25 hours twice a year
        elif match["month"]:
            end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=OSLO)
        else:
            end = datetime(year + 1, 1, 1, tzinfo=OSLO)
    except (ValueError, OverflowError):  # the last that the calendar has: it ends with it
        end = _LAST
    return _utc(start), _utc(end)


def _timed(match: re.Match[str]) -> Interval:
    zone = (match["zone"] or "").replace(" ", "+").replace("Z", "+00:00")  # a bare "+" in a form is a space
    second = match["second"] or "00"
    moment = datetime.fromisoformat(
        f"{match['year']}-{match['month']}-{match['day']}T{match['hour']}:{match['minute']}:{second}{zone}"
    )
    start = _utc(moment if moment.tzinfo else moment.replace(tzinfo=OSLO))
    if not match["second"]:
        return start, _later(start, timedelta(minutes=1))
    digits = (match["fraction"] or "")[:_MICROSECOND_DIGITS]
    start = _later(start, timedelta(microseconds=int(digits.ljust(_MICROSECOND_DIGITS, "0"))))
    return start, _later(start, timedelta(microseconds=10 ** (_MICROSECOND_DIGITS - len(digits))))


def _later(moment: datetime, by: timedelta) -> datetime:
    return moment + by if moment < _LAST - by else _LAST


def _utc(moment: datetime) -> datetime:
    """In UTC; beyond the calendar's ends, those ends."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return _FIRST if moment.year == 1 else _LAST


def _midnight(moment: datetime) -> datetime:
    """The last midnight in Norway, at the moment or before it."""
    if moment == _LAST:
        return _LAST
    try:
        return _utc(moment.astimezone(OSLO).replace(hour=0, minute=0, second=0, microsecond=0, fold=0))
    except OverflowError:
        return moment


def _in(intervals: Iterable[Interval], moment: datetime) -> bool:
    return any(start <= moment < end for start, end in intervals)


def _joined(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same moments in order; what overlaps or touches is one, what is empty none."""
    found: list[Interval] = []
    for start, end in sorted(each for each in intervals if each[0] < each[1]):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return tuple(found)


def _common(ones: Iterable[Interval], others: tuple[Interval, ...]) -> tuple[Interval, ...]:
    return _joined((max(a[0], b[0]), min(a[1], b[1])) for a in ones for b in others)
