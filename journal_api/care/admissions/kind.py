"""The kind EpisodeOfCare: from when to when a service has the person as a patient, by which decision."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import msgspec

from journal_api.care.checks.service import follow_admission
from journal_api.care.relations.service import ENDING, CareRelationKind, keep_relation
from journal_api.care.units.service import need_unit
from journal_api.desk import Visit
from journal_api.journal.coding import REACH, Prose, Short, Trimmed
from journal_api.journal.contacts.kind import Service
from journal_api.journal.entries.models import Change, Entry, Kind
from kit.errors import Unprocessable
from kit.norway import OSLO

OPEN_STATES = frozenset({"planned", "active", "onhold"})
STEPS = {
    "planned": frozenset({"active", "cancelled", "entered-in-error"}),
    "active": frozenset({"onhold", "finished", "entered-in-error"}),
    "onhold": frozenset({"active", "finished", "entered-in-error"}),
    "finished": frozenset({"active", "entered-in-error"}),
    "cancelled": frozenset({"planned", "entered-in-error"}),
    "entered-in-error": frozenset[str](),
}
"""What may follow what (FHIR R4 EpisodeOfCareStatus, the codes we use)."""


class EpisodeOfCare(Trimmed, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """An admission: `decision` is the decision's number, `ends` its last day (None: until it is finished).

    `unit` is the place that gives the service (None: the one that wrote it); `unit_name` the register's.
    """

    service: Service
    decision: Short = ""
    text: Prose = ""
    ends: date | None = None
    unit: Short | None = None
    unit_name: Short = ""


async def _check(change: Change) -> None:
    body: EpisodeOfCare = change.body
    if body.ends is not None:
        if body.ends < change.at.astimezone(OSLO).date():
            raise Unprocessable("date-impossible", "It cannot end before it begins.")
        if body.ends > change.visit.now.date() + REACH:
            raise Unprocessable("date-impossible", "The date lies too far ahead.")
    if change.before is not None and change.before.body.get("unit") != body.unit:
        raise Unprocessable("unit-changed", "Finish this admission, and write a new one for the other unit.")


async def _settle(change: Change) -> EpisodeOfCare:
    body: EpisodeOfCare = change.body
    if change.before is not None:
        name = str(change.before.body.get("unit_name", ""))  # the unit stays, whatever became of it
    else:
        name = await need_unit(change.visit.conn, body.unit) if body.unit else ""
    return msgspec.structs.replace(body, unit_name=name)


async def _follow(visit: Visit, entry: Entry) -> None:
    """While it lasts (and from when it is decided, to be prepared) its unit has a relation to the person."""
    body = msgspec.convert(entry.body, EpisodeOfCare)
    ends = _end_of(body.ends) if entry.state in OPEN_STATES else visit.now + ENDING
    unit = body.unit or entry.unit
    await keep_relation(visit, entry.id, CareRelationKind.ADMISSION, unit, entry.at, ends=ends, moves=True)
    if body.service is Service.HEALTH_CENTRE:
        await follow_admission(visit, entry, unit, is_open=entry.state in OPEN_STATES)


def _end_of(day: date | None) -> datetime | None:
    """When a day is over in Norway."""
    return datetime.combine(day + timedelta(days=1), time(), OSLO) if day else None


EPISODE_OF_CARE: Kind = Kind(
    name="EpisodeOfCare",
    body=EpisodeOfCare,
    states=frozenset(STEPS),
    live=OPEN_STATES,
    steps=STEPS,
    check=_check,
    settle=_settle,
    follow=_follow,
)
