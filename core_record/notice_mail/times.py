"""When a mail may come: on weekdays between 8 and 20 in Norway, unless the citizen has chosen any time.

A judgement of ours (J): "night" begins at 20, when there is nobody left to ask.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_OSLO = ZoneInfo("Europe/Oslo")
FROM, UNTIL = time(8), time(20)
_SATURDAY = 5


def may_come(moment: datetime, *, anytime: bool) -> bool:
    """Whether a mail may be sent at `moment` (with a zone)."""
    local = moment.astimezone(_OSLO)
    return anytime or (local.weekday() < _SATURDAY and FROM <= local.time() < UNTIL)


def next_time(moment: datetime, *, anytime: bool) -> datetime:
    """The first instant from `moment` on at which a mail may be sent, in UTC."""
    if may_come(moment, anytime=anytime):
        return moment.astimezone(UTC)
    day = moment.astimezone(_OSLO).date()
    opens = datetime.combine(day, FROM, _OSLO)
    while opens < moment or opens.weekday() >= _SATURDAY:
        day += timedelta(days=1)
        opens = datetime.combine(day, FROM, _OSLO)
    return opens.astimezone(UTC)
