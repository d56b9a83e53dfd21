"""The kinds CareTeam and CarePlan. A plan that is active keeps its unit's relation to the person open."""

from __future__ import annotations

import re

import msgspec

from journal_api.care.plans.models import CarePlan, CareTeam
from journal_api.care.relations.service import ENDING, CareRelationKind, keep_relation
from journal_api.care.visits.service import follow_plan
from journal_api.desk import Visit
from journal_api.journal.entries.models import Change, Entry, Kind
from kit.errors import Unprocessable
from kit.norway import OSLO

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


async def _check_team(change: Change) -> None:
    members = [member.personnel for member in change.body.members]
    if len(members) != len(set(members)):
        raise Unprocessable("member-twice", "Somebody stands in the team twice.")


async def _check_plan(change: Change) -> None:
    body: CarePlan = change.body
    if any(not _TIME.fullmatch(time) for activity in body.activities for time in activity.times):
        raise Unprocessable("time-malformed", "Write times as 08:00.")
    if any(bool(activity.days) != bool(activity.times) for activity in body.activities):
        raise Unprocessable("times-incomplete", "Name both weekdays and times, or neither.")
    if body.until is not None and body.until < change.at.astimezone(OSLO).date():
        raise Unprocessable("date-impossible", "It cannot end before it begins.")


async def _follow_plan(visit: Visit, entry: Entry) -> None:
    """While a plan is active, its unit has the person as a patient, and its visits stand on the list."""
    ends = None if entry.state == "active" else visit.now + ENDING
    await keep_relation(visit, entry.id, CareRelationKind.ADMISSION, entry.unit, entry.at, ends=ends)
    await follow_plan(visit, entry, msgspec.convert(entry.body, CarePlan))


CARE_TEAM: Kind = Kind(
    name="CareTeam",
    body=CareTeam,
    states=frozenset({"active", "inactive", "entered-in-error"}),
    live=frozenset({"active"}),
    check=_check_team,
)
CARE_PLAN: Kind = Kind(
    name="CarePlan",
    body=CarePlan,
    states=frozenset({"draft", "active", "on-hold", "revoked", "completed"}),
    live=frozenset({"active", "on-hold"}),
    check=_check_plan,
    follow=_follow_plan,
)
