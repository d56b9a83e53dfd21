"""Days and times as people here read and write them: `13.11.2026`, `06:43`, in Norwegian time.

`show_*` read ISO text, `*_text` write a day or an instant.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import lru_cache

from kit.norway import OSLO

_EARLIEST = datetime(1, 1, 2, tzinfo=UTC)


def day_text(day: date) -> str:
    """A day; an instant's day in Norway."""
    return (_here(day) if isinstance(day, datetime) else day).strftime("%d.%m.%Y")


def time_text(instant: datetime) -> str:
    """The time of day of an instant."""
    return _here(instant).strftime("%H:%M")


def moment_text(instant: datetime) -> str:
    """Day and time of an instant."""
    return f"{day_text(instant)} {time_text(instant)}"


def near_text(instant: datetime, now: datetime) -> str:
    """The time of day of an instant today, else its day."""
    return time_text(instant) if day_text(instant) == day_text(now) else day_text(instant)


def show_day(instant: str) -> str:
    """An instant or a day in ISO form as a Norwegian day; empty when it is none."""
    moment = _read(instant)
    return day_text(moment) if moment else ""


def show_time(instant: str) -> str:
    """The time of day of an instant in ISO form; empty when it is none."""
    moment = _read(instant)
    return time_text(moment) if moment else ""


def show_moment(instant: str) -> str:
    """Day and time of an instant in ISO form; empty when it is none."""
    moment = _read(instant)
    return moment_text(moment) if moment else ""


def show_partly(day: str) -> str:
    """A day that may lack its day or month (`2026-11-13`, `2026-11`), in the order days are read."""
    return ".".join(reversed(day.split("-")))


def iso_day(text: str) -> str | None:
    """`13.11.2026` as `2026-11-13`; None when it is no day."""
    try:
        return datetime.strptime(text.strip(), "%d.%m.%Y").date().isoformat()  # noqa: DTZ007 - a calendar day
    except ValueError:
        return None


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


def _read(instant: str) -> datetime | None:
    try:
        return datetime.fromisoformat(instant)
    except ValueError:
        return None


def _here(moment: datetime) -> datetime:
    """In Norway; a day without a zone is the day it says."""
    return moment.astimezone(OSLO) if moment.tzinfo else moment
