"""What a team and a plan of care are made of."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from journal_api.journal.coding import Prose, Short, Trimmed, Words

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
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
    """Goals and activities. `until`: the last day, None while it goes on.

    `address`: where visits are made, as one would tell a taxi; `entry`: how one gets in and what to mind at
    the door (key box, dog, a bell that is not heard).
    """

    goals: Annotated[tuple[Words, ...], msgspec.Meta(max_length=_MOST)] = ()
    activities: Annotated[tuple[Activity, ...], msgspec.Meta(max_length=_MOST)] = ()
    until: date | None = None
    address: Short = ""
    entry: Words = ""
