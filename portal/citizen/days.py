"""Days as citizens read them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

_OSLO = ZoneInfo("Europe/Oslo")


def show_day(instant: str) -> str:
    """An instant or a day in ISO form as a Norwegian day, `13.11.2026`; empty when there is none."""
    try:
        moment = datetime.fromisoformat(instant)
    except ValueError:
        return ""
    local = moment.astimezone(_OSLO) if moment.tzinfo else moment
    return local.strftime("%d.%m.%Y")


def iso_day(text: str) -> str | None:
    """`13.11.2026` as `2026-11-13`; None when it is no day."""
    try:
        return datetime.strptime(text.strip(), "%d.%m.%Y").date().isoformat()  # noqa: DTZ007 - a calendar day
    except ValueError:
        return None
