"""Look-ups → visits: what one looked at for one reason, less than half an hour between, is one line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from portal.citizen.access_log.transform import Look

APART = timedelta(minutes=30)
"""So long without a look-up begins a new visit, as in the record of what is new (`access_log.SAME_VISIT`)."""


_WITH_REPORTS = frozenset({"Observation", "Specimen", "PractitionerRole", "ServiceRequest"})
"""What a report is made of: a look-up of reports saw these too. By themselves they are the journal's, or
single results that another system looked up."""


@dataclass
class Seen:
    """One look-up of a visit."""

    id: str
    time: str
    kinds: list[str]


@dataclass
class Visit:
    """One line; `id` is its newest look-up's, `time` and `began` are its newest and oldest.

    `kinds` is what all of them asked for (of a look-up of reports with their parts the reports alone),
    `withheld` the most that one of them kept back.
    """

    id: str
    day: str
    time: str
    began: str
    own: bool
    worker: bool
    name: str
    role: str
    organisation: str
    basis: str
    relation: str
    reason: str
    refused: bool
    withheld: int
    app: str = ""
    kinds: list[str] = field(default_factory=list)
    looks: list[Seen] = field(default_factory=list)


@dataclass
class Day:
    """The visits of one calendar day."""

    day: str
    visits: list[Visit] = field(default_factory=list)


def by_day(found: Iterable[Visit]) -> list[Day]:
    """The visits under the days they were made on, in their order."""
    days: list[Day] = []
    for visit in found:
        if not days or days[-1].day != visit.day:
            days.append(Day(visit.day))
        days[-1].visits.append(visit)
    return days


def visits(looks: Iterable[Look]) -> list[Visit]:
    """The visits of look-ups that come newest first, in the order of the newest of each.

    Refused ones are visits of their own, and so is each calendar day.
    """
    made: list[Visit] = []
    open_visits: dict[tuple[object, ...], tuple[Visit, datetime | None]] = {}
    for look in looks:
        key = _what_is_one(look)
        visit, oldest = open_visits.get(key, (None, None))
        at = _instant(look.at)
        if visit is None or at is None or oldest is None or oldest - at > APART:
            visit = _begin(look)
            made.append(visit)
        open_visits[key] = (visit, at)
        visit.began = look.time
        visit.looks.append(Seen(look.id, look.time, look.kinds))
        visit.withheld = max(visit.withheld, look.withheld)
        visit.kinds += [kind for kind in _told(look.kinds) if kind not in visit.kinds]
    return made


def _told(kinds: list[str]) -> list[str]:
    """What one look-up asked for; measurements and referrals of the journal are looked up without reports."""
    if "DiagnosticReport" not in kinds:
        return kinds
    return [kind for kind in kinds if kind not in _WITH_REPORTS]


def _what_is_one(look: Look) -> tuple[object, ...]:
    who = (look.own, look.worker, look.name, look.hpr_number, look.role, look.organisation, look.app)
    return (*who, look.basis, look.relation, look.reason, look.refused, look.day)


def _begin(look: Look) -> Visit:
    return Visit(
        id=look.id,
        day=look.day,
        time=look.time,
        began=look.time,
        own=look.own,
        worker=look.worker,
        name=look.name,
        role=look.role,
        organisation=look.organisation,
        basis=look.basis,
        relation=look.relation,
        reason=look.reason,
        refused=look.refused,
        withheld=look.withheld,
        app=look.app,
    )


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
