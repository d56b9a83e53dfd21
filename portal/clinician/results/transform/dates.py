"""Dates of FHIR (dateTime, instant) for people: Norwegian local time, the precision that was sent."""

from functools import lru_cache

from kit.norway import OSLO
from portal.ui.dates import moment_text, parse, show_partly, sort_key

__all__ = ["in_days", "parse", "show", "show_day", "sort_key"]


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
