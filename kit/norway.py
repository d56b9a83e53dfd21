"""Norwegian time: the zone in which days are counted, and today."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

OSLO = ZoneInfo("Europe/Oslo")


def today_in_norway() -> date:
    """The calendar day by which authorisations, employments, protections and birthdays count."""
    return datetime.now(OSLO).date()


def day_in_norway(at: datetime) -> date:
    """The calendar day of an instant."""
    return at.astimezone(OSLO).date()
