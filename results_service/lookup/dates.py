"""Dates in searches: a value as precise as it is written stands for an interval (FHIR R4 3.1.1.4.6)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from kit.errors import Malformed
from kit.norway import OSLO

_VALUE = re.compile(
    r"(?P<prefix>eq|lt|gt|le|ge)?(?P<year>\d{4})"
    r"(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:T(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d{1,9})?)?"
    r"(?P<zone>Z|[+\- ]\d\d:\d\d)?)?)?)?"
)


@dataclass(frozen=True, slots=True)
class DateRange:
    """Moments that fit: from `start` (inclusive) to `end` (exclusive); None is open."""

    start: datetime | None = None
    end: datetime | None = None

    def holds(self, moment: datetime | None) -> bool:
        """Whether a moment fits; one that is not known does not."""
        if moment is None:
            return False
        return (self.start is None or moment >= self.start) and (self.end is None or moment < self.end)


def parse_date(text: str) -> DateRange:
    """`ge2021-03-18`, `2021-03`, `lt2021-03-18T12:00:00+01:00` … → the moments that fit.

    Raises `Malformed` `search-value-invalid`.
    """
    match = _VALUE.fullmatch(text)
    try:
        start, end = _interval(match) if match else (None, None)
    except (ValueError, OverflowError):
        start = end = None
    if match is None or start is None or end is None:
        raise Malformed(
            "search-value-invalid",
            "date must be eq, lt, gt, le or ge and a date: 2021, 2021-03, 2021-03-18, "
            "2021-03-18T12:00:00+01:00.",
        )
    ranges = {
        "eq": DateRange(start, end),
        "lt": DateRange(None, start),
        "le": DateRange(None, end),
        "gt": DateRange(end, None),
        "ge": DateRange(start, None),
    }
    prefix: Literal["eq", "lt", "gt", "le", "ge"] = match["prefix"] or "eq"  # type: ignore[assignment]
    return ranges[prefix]


def _interval(match: re.Match[str]) -> tuple[datetime, datetime]:
    year, month, day = (int(match[name] or 1) for name in ("year", "month", "day"))
    if match["hour"] is None:
        start = datetime(year, month, day, tzinfo=OSLO)
        if match["day"]:
            return start, start + timedelta(days=1)  # of the calendar, in Norway: 23 or 25 hours twice a year
        if match["month"]:
            return start, datetime(year + month // 12, month % 12 + 1, 1, tzinfo=OSLO)
        return start, datetime(year + 1, 1, 1, tzinfo=OSLO)
    zone = (match["zone"] or "").replace(" ", "+").replace("Z", "+00:00")  # a bare "+" in a form is a space
    second = match["second"] or "00"
    moment = datetime.fromisoformat(
        f"{match['year']}-{match['month']}-{match['day']}T{match['hour']}:{match['minute']}:{second}{zone}"
    )
    start = moment if moment.tzinfo else moment.replace(tzinfo=OSLO)
    return start, start + (timedelta(seconds=1) if match["second"] else timedelta(minutes=1))
