"""A unit's work items → the lists of its start page. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from kit.norway import OSLO
from portal.clients.unit import Item, Listed
from portal.clinician.results_list.transform import RESULTS, gravity
from portal.clinician.start.services import GOES, Widget
from portal.frame.critical import CriticalLine
from portal.frame.patient import years_between
from portal.ui.dates import day_text, near_text, time_text

DONE = frozenset({"finished", "cancelled", "completed", "answered", "rejected"})
WHOSE = ("mine", "free")
"""What of a list that is shared out can be shown alone."""
MOST = 100
"""So many lines a list shows; how many there are in all stands beside."""


@dataclass
class Row:
    """One line. `key` finds the item on the server; empty parts are not shown.

    `minutes_waited` is -1 where nobody waits; `age_in` is `years`, `months`, `weeks` or `days`. Of what is
    shared out: `free` is nobody's yet, `mine` the reader's or theirs whom the reader stands in for, `you` the
    reader's own. Of a visit that was asked about (`portal.clinician.start.before`): `told` how that went,
    `told_at` when, `task`, `address`, `entry`, and `know`, what is critical (`critical`: `some none closed`).
    """

    key: str
    name: str
    born: str
    kind: str
    state: str
    time: str = ""
    due: str = ""
    since: str = ""
    minutes_waited: int = -1
    age: int = -1
    age_in: str = "years"
    form: str = ""
    check: str = ""
    minutes: int = 0
    urgency: int = 0
    mark: str = ""
    assignee: str = ""
    shown_state: str = ""
    shown_kind: str = ""
    overdue: bool = False
    done: bool = False
    acts: bool = False
    free: bool = False
    mine: bool = False
    you: bool = False
    told: str = ""
    told_at: str = ""
    task: str = ""
    address: str = ""
    entry: str = ""
    critical: str = ""
    know: list[CriticalLine] = field(default_factory=list)


@dataclass
class Shown:
    """A list as it stands: `left` is what is not done, `total` all lines of it.

    `past`: what is done of a list of the day, where nothing can be done with it from the list: it stands
    folded below, so that the next is first. `shares`: what it holds is shared out among those at work, `mine`
    and `free` of it being the reader's and nobody's.
    """

    id: str
    goes: str
    rows: list[Row] = field(default_factory=list)
    past: list[Row] = field(default_factory=list)
    left: int = 0
    total: int = 0
    shares: bool = False
    mine: int = 0
    free: int = 0
    whole: int = 0


def day_of(now: datetime) -> tuple[datetime, datetime]:
    """When today begins and ends in Norway."""
    today = now.astimezone(OSLO).date()
    return (
        datetime.combine(today, time(), OSLO),
        datetime.combine(today + timedelta(days=1), time(), OSLO),
    )


def shown(
    widget: Widget,
    is_open: Sequence[Listed],
    of_day: Sequence[Listed],
    now: datetime,
    whose: str = "",
    mine: Sequence[str] = (),
) -> Shown:
    """One list: what of the open items or of the day's it holds, in its order.

    Of what is shared out: `whose` is `mine` (theirs whose work is the reader's, oneself first), `free`, or ""
    for all.
    """
    found = [one for one in _chosen(widget, is_open, of_day, now) if one.item.kind in widget.kinds]
    found.sort(key=lambda one: _place(widget, one.item))
    every = [row(widget, one, now, mine) for one in found]
    shares = "share" in widget.acts
    rows = [one for one in every if not shares or whose not in WHOSE or getattr(one, whose)]
    past = [one for one in rows if one.done] if widget.when == "day" and not widget.acts else []
    ahead = [one for one in rows if not one.done] if past else rows
    return Shown(
        widget.id,
        GOES[widget.goes],
        ahead[:MOST],
        past[:MOST],
        left=sum(not one.done for one in rows),
        total=len(ahead),
        shares=shares,
        mine=sum(one.mine for one in every),
        free=sum(one.free for one in every),
        whole=len(every),
    )


def row(widget: Widget, listed: Listed, now: datetime, mine: Sequence[str] = ()) -> Row:
    """One line, with what this list shows of it."""
    item = listed.item
    made = Row(
        key=item.id,
        name=listed.name,
        born=day_text(listed.birth_date) if listed.birth_date else "",
        kind=item.kind,
        state=item.state,
        urgency=_urgency(item) if "urgency" in widget.shows else 0,
        overdue=listed.overdue or _is_late(item, now),
        done=not item.open or item.state in DONE,
        acts="visit" in widget.acts and item.kind == "visit",
        free=item.open and item.assignee is None,
        mine=item.assignee in mine,
        you=item.assignee is not None and item.assignee == next(iter(mine), None),
    )
    _fill(made, widget, listed, now)
    return made


def _urgency(item: Item) -> int:
    """As the lists show it, 1 (ordinary) to 4; an ordinary order is as nearly all are, and says nothing."""
    return (0, 2, 3)[min(item.urgency, 2)] if item.kind == "requisition" else item.urgency


def age_of(born: date, day: date) -> tuple[int, str]:
    """An age as one says it of a person: days for two weeks, weeks before three months, months before two
    years, then years."""
    if (day - born).days < 14:
        return (day - born).days, "days"
    months = (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)
    if months < 3:
        return (day - born).days // 7, "weeks"
    return (months, "months") if months < 24 else (years_between(born, day), "years")


def _chosen(
    widget: Widget, is_open: Sequence[Listed], of_day: Sequence[Listed], now: datetime
) -> Sequence[Listed]:
    if widget.when == "day":
        return of_day
    if widget.when == "open":
        return is_open
    if widget.when == "late":
        return [one for one in is_open if one.item.due is not None and one.item.due < now]
    last = day_of(now)[1] + timedelta(days=widget.days)
    near = [one for one in is_open if one.item.due is not None and one.item.due < last]
    return _one_each(widget, near, day_of(now)[0])


def _one_each(widget: Widget, near: Sequence[Listed], today: datetime) -> list[Listed]:
    """One of each person's: the first that is ahead, else the latest that was missed, which says it all."""
    chosen: dict[str, Listed] = {}
    for one in sorted(near, key=lambda each: each.item.due or today):
        before = chosen.get(one.item.person_id)
        if one.item.kind in widget.kinds and not (before and before.item.due and before.item.due >= today):
            chosen[one.item.person_id] = one
    return list(chosen.values())


def _place(widget: Widget, item: Item) -> tuple[Any, ...]:
    """Where a line stands: by when it is due, or the most urgent first and within it who waits longest;
    results as on the list of results."""
    if item.kind in RESULTS and widget.order == "urgency":
        return gravity(item)
    due = item.due.timestamp() if item.due else float("inf")
    if widget.order == "time":
        return due, 0.0, item.id
    since = item.since.timestamp() if item.since else due
    return -float(item.urgency), since, item.id


def _is_late(item: Item, now: datetime) -> bool:
    """Whether a visit that nobody has begun is an hour late, or a child's check is past its day."""
    if not item.open or item.due is None:
        return False
    if item.kind == "visit":
        return item.state == "planned" and item.due < now - timedelta(hours=1)
    return item.kind == "check" and item.due < day_of(now)[0]


def _fill(made: Row, widget: Widget, listed: Listed, now: datetime) -> None:
    item, shows = listed.item, widget.shows
    if "time" in shows and item.due:
        made.time = time_text(item.due)
    if "due" in shows and item.due:
        made.due = day_text(item.due)
    if "since" in shows and item.since:
        made.since = near_text(item.since, now)
    if "waits" in shows and item.since and not made.done:
        made.since = near_text(item.since, now)
        made.minutes_waited = max(0, int((now - item.since).total_seconds() // 60))
    if "age" in shows and listed.birth_date:
        made.age, made.age_in = age_of(listed.birth_date, now.astimezone(OSLO).date())
    made.form = item.label or "" if "form" in shows else ""
    made.check = item.label or "" if "check" in shows else ""
    made.mark = item.label or "" if "mark" in shows else ""
    made.minutes = item.minutes or 0 if "minutes" in shows else 0
    made.you = made.you and "assignee" in shows
    made.assignee = listed.assignee_name or "" if "assignee" in shows and not made.you else ""
    made.shown_state = item.state if "state" in shows else ""
    made.shown_kind = item.kind if "kind" in shows else ""
