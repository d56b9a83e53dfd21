"""Days and times as people here read and write them: `13.11.2026`, `06:43`, in Norwegian time."""

from __future__ import annotations

from datetime import datetime

from kit.norway import OSLO


def show_day(instant: str) -> str:
    """An instant or a day in ISO form as a Norwegian day; empty when it is none."""
    return _shown(instant, "%d.%m.%Y")


def show_time(instant: str) -> str:
    """The time of day of an instant in ISO form; empty when it is none."""
    return _shown(instant, "%H:%M")


def show_moment(instant: str) -> str:
    """Day and time of an instant in ISO form; empty when it is none."""
    return _shown(instant, "%d.%m.%Y %H:%M")


def iso_day(text: str) -> str | None:
    """`13.11.2026` as `2026-11-13`; None when it is no day."""
    try:
        return datetime.strptime(text.strip(), "%d.%m.%Y").date().isoformat()  # noqa: DTZ007 - a calendar day
    except ValueError:
        return None


def _shown(instant: str, form: str) -> str:
    try:
        moment = datetime.fromisoformat(instant)
    except ValueError:
        return ""
    return (moment.astimezone(OSLO) if moment.tzinfo else moment).strftime(form)
