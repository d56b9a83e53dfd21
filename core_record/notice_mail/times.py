"""When a mail may come: on working days between 8 and 20 in Norway, unless the citizen has chosen any time.

A judgement of ours (J): "night" begins at 20, when there is nobody left to ask.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from kit.norway import OSLO, is_working_day

FROM, UNTIL = time(8), time(20)


def may_come(moment: datetime, *, anytime: bool) -> bool:
    """Whether a mail may be sent at `moment` (with a zone)."""
    local = moment.astimezone(OSLO)
    return anytime or (is_working_day(local.date()) and FROM <= local.time() < UNTIL)


def next_time(moment: datetime, *, anytime: bool) -> datetime:
    """The first instant from `moment` on at which a mail may be sent, in UTC."""
    if may_come(moment, anytime=anytime):
        return moment.astimezone(UTC)
    day = moment.astimezone(OSLO).date()
    opens = datetime.combine(day, FROM, OSLO)
    while opens < moment or not is_working_day(day):
        day += timedelta(days=1)
        opens = datetime.combine(day, FROM, OSLO)
    return opens.astimezone(UTC)
