"""A day's visits, who works in the unit and who is away → what the page shows. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from portal.clients.unit import Absence, Colleague, Listed
from portal.ui.dates import time_text

_LAST = datetime(9999, 1, 1, tzinfo=UTC)
NOBODY = "-"
"""Stands for nobody where a person is chosen: what is not shared out yet."""


@dataclass
class Person:
    """Somebody of the unit on that day. `away`: who stands in; `stand_in` their key."""

    key: str
    name: str
    visits: int = 0
    minutes: int = 0
    is_away: bool = False
    away: str = ""
    stand_in: str = ""
    mine: bool = False


@dataclass
class Line:
    """A visit. `clash`: the same person has another one at that time; `away`: whose it is, is away."""

    key: str
    time: str
    name: str
    born: str
    minutes: int = 0
    assignee: str = ""
    assignee_name: str = ""
    clash: bool = False
    away: bool = False


def people(
    colleagues: Sequence[Colleague],
    visits: Sequence[Listed],
    absences: Sequence[Absence],
    day: date,
    me: Collection[str],
) -> list[Person]:
    """Everybody who works there, or has a visit, by name; with how many visits and minutes."""
    names = {one.id: one.name for one in colleagues}
    for visit in visits:
        if visit.item.assignee and visit.item.assignee not in names:
            names[visit.item.assignee] = visit.assignee_name or ""
    away = {one.personnel: one for one in absences if one.first <= day <= one.last}
    made = [_person(key, name, visits, away.get(key), me) for key, name in names.items()]
    return sorted(made, key=lambda one: (one.is_away and not one.visits, one.name.casefold()))


def lines(visits: Sequence[Listed], absences: Sequence[Absence], day: date) -> list[Line]:
    """The visits that are to be made: those of nobody first, then by time."""
    away = {one.personnel for one in absences if one.first <= day <= one.last}
    clashing = _clashing(visits)
    shown = sorted(visits, key=lambda one: (one.item.assignee is not None, _due(one), one.item.id))
    return [_line(one, clashing, away) for one in shown]


def _person(
    key: str, name: str, visits: Sequence[Listed], away: Absence | None, me: Collection[str]
) -> Person:
    mine = [one for one in visits if one.item.assignee == key]
    return Person(
        key=key,
        name=name,
        visits=len(mine),
        minutes=sum(one.item.minutes or 0 for one in mine),
        is_away=away is not None,
        away=away.stand_in_name if away else "",
        stand_in=away.stand_in if away else "",
        mine=key in me,
    )


def _line(one: Listed, clashing: Mapping[str, bool], away: Collection[str]) -> Line:
    item = one.item
    return Line(
        key=item.id,
        time=time_text(item.due) if item.due else "",
        name=one.name,
        born=str(one.birth_date.year) if one.birth_date else "",
        minutes=item.minutes or 0,
        assignee=item.assignee or "",
        assignee_name=one.assignee_name or "",
        clash=clashing.get(item.id, False),
        away=item.assignee in away,
    )


def _clashing(visits: Sequence[Listed]) -> dict[str, bool]:
    """The visits that begin before the same person's one before is over."""
    found: dict[str, bool] = {}
    until: dict[str, datetime] = {}
    for one in sorted((v for v in visits if v.item.due and v.item.assignee), key=_due):
        who, begins = str(one.item.assignee), _due(one)
        if who in until and begins < until[who]:
            found[one.item.id] = True
        ends = begins + timedelta(minutes=one.item.minutes or 0)
        until[who] = max(ends, until.get(who, ends))
    return found


def _due(one: Listed) -> datetime:
    return one.item.due or _LAST
