"""Points in time: kith TS (dateTime, date, gYear, gYearMonth) and its field variants → `Moment`.

A time without zone is Norwegian (Europe/Oslo, summer time included); a date stays a date. In the hour that is
repeated in October the first one is meant. What systems send for "no date" (year 1, year 9999) is none.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

from kit.norway import OSLO
from results_service.reports.svarrapport.parts import Moment

_TAIL = r"(?::?(?P<second>\d{2})(?:[.,](?P<fraction>\d+))?)?"
_ZONE = r"(?P<zone>Z|[+-]\d{2}:?\d{2})?"
_EXTENDED = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d{2})(?:-(?P<day>\d{2})(?:[T ](?P<hour>\d{2}):(?P<minute>\d{2})"
    + _TAIL
    + ")?)?)?"
    + _ZONE
)
_COMPACT = re.compile(
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:T?(?P<hour>\d{2})(?P<minute>\d{2})"
    + _TAIL
    + ")?"
    + _ZONE
)

_YEARS = range(1900, 2200)  # in which an examination can lie


@lru_cache(maxsize=8192)
def parse_moment(text: str) -> Moment | None:
    """The text of a TS → `Moment`, or None when it is no point in time that can be read without guessing."""
    text = text.strip()
    match = _EXTENDED.fullmatch(text) or _COMPACT.fullmatch(text)
    if match is None or not text.isascii():
        return None
    parts = {name: value or "" for name, value in match.groupdict().items()}
    if int(parts["year"]) not in _YEARS:
        return None
    try:
        return _timed(parts) if parts["hour"] else _dated(parts)
    except (ValueError, OverflowError):
        return None


def _dated(parts: dict[str, str]) -> Moment:
    """A year, month or day; a zone on it says nothing about the day (xs:date) and is left out."""
    year, month, day = parts["year"], parts["month"], parts["day"]
    start = datetime(int(year), int(month or 1), int(day or 1), tzinfo=OSLO)
    return Moment("-".join(p for p in (year, month, day) if p), start)


def _timed(parts: dict[str, str]) -> Moment:
    """A day with a time. 24:00:00 is midnight of the next day (XML Schema part 2, 3.2.7)."""
    year, month, day, hour, minute, second = (
        int(parts[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")
    )
    fraction, zone = parts["fraction"], parts["zone"]
    next_day = (hour, minute, second) == (24, 0, 0)
    at = datetime(
        year,
        month,
        day,
        0 if next_day else hour,
        minute,
        second,
        microsecond=int((fraction + "000000")[:6]),
        tzinfo=_zone(zone) or OSLO,
    )
    at += timedelta(days=1 if next_day else 0)
    return Moment(_text(at, fraction, zone), at)


def _zone(text: str) -> tzinfo | None:
    """The fixed zone a time carries, None where it carries none."""
    if not text:
        return None
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def _text(at: datetime, fraction: str, zone: str) -> str:
    """The FHIR dateTime: seconds always, the fraction with the digits sent, the zone sent or Norway's."""
    stamp = at.replace(microsecond=0).isoformat()
    if zone == "Z":
        stamp = stamp[:-6] + "Z"
    return f"{stamp[:19]}.{fraction}{stamp[19:]}" if fraction else stamp
