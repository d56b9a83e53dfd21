"""The kind Encounter: its body, its states, and what a contact opens and closes."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from core_record.care_relations.service import (
    CareRelationKind,
    close_relation,
    open_relation,
    reopen_relation,
)
from journal_api.care.worklist.service import Item, put
from journal_api.desk import Visit
from journal_api.journal.entries.models import Change, Entry, Kind
from kit.errors import Unprocessable

AFTERWARDS = timedelta(days=30)
"""How long a finished contact still shows a relation: answers to tests come, letters are written (J)."""


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


_WEIGHT = {Urgency.ACUTE: 3, Urgency.URGENT: 2, Urgency.ORDINARY: 1}
Text = Annotated[str, msgspec.Meta(max_length=500)]


class Encounter(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A contact: `reason` in the person's or the caller's words, `responsible` a health worker's id."""

    form: Form
    reason: Text = ""
    service: Service | None = None
    urgency: Urgency | None = None
    responsible: UUID | None = None
    responsible_name: Text = ""
    minutes: Annotated[int, msgspec.Meta(ge=1, le=24 * 60)] | None = None
    place: Text = ""


OPEN_STATES = frozenset({"planned", "arrived", "in-progress"})
STEPS = {
    "planned": frozenset({"arrived", "in-progress", "finished", "cancelled"}),
    "arrived": frozenset({"in-progress", "finished", "cancelled", "planned"}),
    "in-progress": frozenset({"finished", "arrived"}),
    "finished": frozenset({"in-progress"}),
    "cancelled": frozenset({"planned"}),
}
"""What may follow what (FHIR R4 EncounterStatus, the codes we use)."""


async def _check(change: Change) -> None:
    body: Encounter = change.body
    if change.state == "planned" and body.service is Service.EMERGENCY and body.urgency is None:
        raise Unprocessable("urgency-missing", "Say how urgent it is: acute, urgent or ordinary.")
    if change.state in ("in-progress", "finished") and change.at > change.visit.now + timedelta(minutes=15):
        raise Unprocessable("time-impossible", "A contact that has begun cannot begin later.")


async def _follow(visit: Visit, entry: Entry) -> None:
    """The unit's list shows it, and the unit has a relation to the person until a while after its end."""
    body = msgspec.convert(entry.body, Encounter)
    is_open = entry.state in OPEN_STATES
    item = Item(
        unit=entry.unit,
        id=entry.id,
        person_id=visit.person_id,
        kind="contact",
        state=entry.state,
        due=entry.at,
        urgency=_WEIGHT[body.urgency] if body.urgency else 0,
        assignee=body.responsible,
        label=body.form.value,
        open=is_open,
    )
    await put(visit.conn, item)
    relation = (visit.conn, visit.person_id, entry.id)
    if is_open:
        await open_relation(*relation, CareRelationKind.CONTACT, entry.unit, min(entry.at, visit.now))
        await reopen_relation(*relation)
    else:
        await close_relation(
            *relation, visit.now + (AFTERWARDS if entry.state == "finished" else timedelta())
        )


ENCOUNTER = Kind(
    name="Encounter",
    body=Encounter,
    states=frozenset(STEPS),
    live=frozenset(STEPS) - {"cancelled"},
    steps=STEPS,
    check=_check,
    follow=_follow,
)
