"""Dates of FHIR (dateTime, instant) for people: Norwegian local time, the precision that was sent."""

from datetime import UTC, date, datetime, time
from functools import lru_cache

from kit.norway import OSLO
from portal.ui.dates import moment_text, show_partly

_EARLIEST = datetime(1, 1, 2, tzinfo=UTC)


@lru_cache(maxsize=8192)
def parse(value: str) -> datetime | None:
    """A FHIR dateTime as an aware time; a date alone is midnight in Oslo; None when it cannot be read."""
    try:
        if len(value) <= 10:
            return datetime.combine(_day(value), time(), tzinfo=OSLO)
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=OSLO)


def _day(value: str) -> date:
    """A full date from one that may lack its day or month."""
    parts = [int(part) for part in value.split("-")]
    year, month, day = (*parts, 1, 1)[:3]
    return date(year, month, day)


def sort_key(value: str) -> datetime:
    """For ordering; what cannot be read comes first."""
    return parse(value) or _EARLIEST


@lru_cache(maxsize=8192)
def show(value: str) -> str:
    """`13.09.2017 12:25`, or less where less was sent; unreadable text is shown as it is."""
    moment = parse(value)
    if moment is None:
        return value
    if len(value) > 10:
        return moment_text(moment)
    return show_partly(value)


def show_day(value: str) -> str:
    """The day alone."""
    return show(value).partition(" ")[0]


def in_days(value: str, first_day: str, last_day: str) -> bool:
    """Whether a time lies on or between two days (`YYYY-MM-DD`; an empty one sets no limit)."""
    moment = parse(value)
    if moment is None:
        return not (first_day or last_day)
    day = moment.astimezone(OSLO).date().isoformat()
    return (not first_day or first_day <= day) and (not last_day or day <= last_day)
