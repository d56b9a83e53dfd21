"""The kinds CareTeam and CarePlan. A plan that is active keeps its unit's relation to the person open."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from journal_api.care.relations.service import ENDING, CareRelationKind, keep_relation
from journal_api.desk import Visit
from journal_api.journal.coding import Prose, Short, Trimmed, Words
from journal_api.journal.entries.models import Change, Entry, Kind
from kit.errors import Unprocessable
from kit.norway import OSLO

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_MOST = 60  # members, goals or activities: more than anybody can follow


class Member(Trimmed, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Somebody in the team; `function` in words, `role` a code of Volven 9060."""

    personnel: UUID
    name: Short
    function: Short = ""
    role: Short | None = None


class CareTeam(Trimmed, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Those who take care of the person, the one to turn to first."""

    members: Annotated[list[Member], msgspec.Meta(max_length=_MOST)]
    note: Prose = ""


class Activity(Trimmed, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is done, on which weekdays and at what times (Norwegian clock); `kind` and `label` are codes."""

    id: UUID
    text: Words
    kind: Short = ""
    minutes: Annotated[int, msgspec.Meta(ge=1, le=24 * 60)] | None = None
    days: tuple[Weekday, ...] = ()
    times: tuple[str, ...] = ()
    label: Short | None = None


class CarePlan(Trimmed, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Goals and activities. `until`: the last day, None while it goes on."""

    goals: Annotated[tuple[Words, ...], msgspec.Meta(max_length=_MOST)] = ()
    activities: Annotated[tuple[Activity, ...], msgspec.Meta(max_length=_MOST)] = ()
    until: date | None = None


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
    """While a plan is active, its unit has the person as a patient: nobody there declares a reason."""
    ends = None if entry.state == "active" else visit.now + ENDING
    await keep_relation(visit, entry.id, CareRelationKind.ADMISSION, entry.unit, entry.at, ends=ends)


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
