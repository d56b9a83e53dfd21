"""The kind Encounter: its body, its states, and what a contact opens and closes."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from journal_api.care.checks.service import follow_check
from journal_api.care.relations.service import AFTERWARDS, ENDING, CareRelationKind, keep_relation
from journal_api.care.worklist.service import Item, put
from journal_api.desk import Visit
from journal_api.journal.coding import check_within_reach
from journal_api.journal.entries.models import Change, Entry, Kind
from kit.errors import Unprocessable


class Service(StrEnum):
    """Which municipal service a contact is with."""

    GP = "gp"
    EMERGENCY = "emergency"
    HOME_CARE = "home-care"
    HEALTH_CENTRE = "health-centre"


SERVICE_OF = {
    "gp_office": Service.GP,
    "emergency": Service.EMERGENCY,
    "home_care": Service.HOME_CARE,
    "health_centre": Service.HEALTH_CENTRE,
}
"""Kind of organisation (register) → service."""


class Form(StrEnum):
    """How the person is met."""

    CONSULTATION = "consultation"
    PHONE = "phone"
    VIDEO = "video"
    HOME_VISIT = "home-visit"
    CHECK = "check"
    WRITTEN = "written"


class Urgency(StrEnum):
    """The emergency clinic's degrees (Norsk indeks for medisinsk nødhjelp: akutt, haster, vanlig)."""

    ACUTE = "acute"
    URGENT = "urgent"
    ORDINARY = "ordinary"


class NotDone(StrEnum):
    """Why a visit was not made. `not-home` stays on the list until the person has been found."""

    NOT_HOME = "not-home"
    DECLINED = "declined"
    IN_HOSPITAL = "in-hospital"
    NO_STAFF = "no-staff"
    PLAN_CHANGED = "plan-changed"
    OTHER = "other"


_WEIGHT = {Urgency.ACUTE: 3, Urgency.URGENT: 2, Urgency.ORDINARY: 1}
Text = Annotated[str, msgspec.Meta(max_length=500)]


class Encounter(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A contact: `reason` in the person's or the caller's words, `responsible` a health worker's id.

    Of a visit that a plan has made: the `plan`, and when it was `planned`. `not_done` with a cancelled one.
    """

    form: Form
    reason: Text = ""
    service: Service | None = None
    urgency: Urgency | None = None
    responsible: UUID | None = None
    responsible_name: Text = ""
    minutes: Annotated[int, msgspec.Meta(ge=1, le=24 * 60)] | None = None
    place: Text = ""
    plan: UUID | None = None
    planned: datetime | None = None
    not_done: NotDone | None = None


OPEN_STATES = frozenset({"planned", "arrived", "in-progress"})
STEPS = {
    "planned": frozenset({"arrived", "in-progress", "finished", "cancelled"}),
    "arrived": frozenset({"in-progress", "finished", "cancelled", "planned"}),
    "in-progress": frozenset({"finished", "arrived", "cancelled"}),
    "finished": frozenset({"in-progress"}),
    "cancelled": frozenset({"planned", "in-progress"}),
}
"""What may follow what (FHIR R4 EncounterStatus, the codes we use)."""


async def _check(change: Change) -> None:
    body: Encounter = change.body
    if change.state == "planned" and body.service is Service.EMERGENCY and body.urgency is None:
        raise Unprocessable("urgency-missing", "Say how urgent it is: acute, urgent or ordinary.")
    _check_not_done(change)
    if change.state in ("in-progress", "finished") and change.at > change.visit.now + timedelta(minutes=15):
        raise Unprocessable("time-impossible", "A contact that has begun cannot begin later.")


def _check_not_done(change: Change) -> None:
    body: Encounter = change.body
    begun = change.before is not None and change.before.state == "in-progress"
    if begun and change.state == "cancelled" and body.not_done is None:
        raise Unprocessable("reason-missing", "Say in not_done why what had begun was not done.")
    if body.not_done is not None and change.state != "cancelled":
        raise Unprocessable("state-order", "What was not done is cancelled.")
    if body.not_done is NotDone.OTHER and not body.reason.strip():
        raise Unprocessable("reason-missing", "Say in reason why it was not done.")
    check_within_reach(change, body.planned)


def is_visit(body: Encounter) -> bool:
    """Whether it is home care at home: it stands among the day's visits, not in the list of contacts."""
    return body.form is Form.HOME_VISIT and body.service is Service.HOME_CARE


async def _follow(visit: Visit, entry: Entry) -> None:
    """The unit's list shows it, and the unit has a relation to the person until a while after its end."""
    body = msgspec.convert(entry.body, Encounter)
    missing = body.not_done is NotDone.NOT_HOME
    is_open = entry.state in OPEN_STATES or missing
    item = Item(
        unit=entry.unit,
        id=entry.id,
        person_id=visit.person_id,
        kind="visit" if is_visit(body) else "contact",
        state=body.not_done.value if body.not_done else entry.state,
        due=body.planned or entry.at,
        urgency=2 if missing else _WEIGHT[body.urgency] if body.urgency else 0,
        assignee=body.responsible,
        label=None if body.plan else body.form.value,
        open=is_open,
        since=visit.now if entry.state == "arrived" else None,
        minutes=body.minutes,
        about=body.plan,
    )
    await put(visit.conn, item)
    after = AFTERWARDS if entry.state == "finished" else ENDING
    ends = None if is_open else visit.now + after
    await keep_relation(visit, entry.id, CareRelationKind.CONTACT, entry.unit, entry.at, ends=ends)
    is_check = body.form is Form.CHECK
    if is_check or entry.version > 1:  # what was one may be one no longer
        await follow_check(visit, entry, closes=is_check and entry.state == "finished")


ENCOUNTER = Kind(
    name="Encounter",
    body=Encounter,
    states=frozenset(STEPS),
    live=frozenset(STEPS) - {"cancelled"},
    steps=STEPS,
    check=_check,
    follow=_follow,
)
