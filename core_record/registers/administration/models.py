"""What an administrator sees of the registers. Dates are inclusive; no number of a person is among it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec


class Organisation(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation or place of treatment; `depth` is how far below the top of what was asked for."""

    org_number: str
    name: str
    kind: str
    her_id: str | None
    parent: str | None
    municipality: str | None
    valid_from: date | None
    valid_to: date | None
    depth: int
    own: bool


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's work at a place: `role` is Volven 9060 or one of ours for those without authorisation."""

    org_number: str
    organisation: str
    role: str
    valid_from: date
    valid_to: date | None


class Worker(msgspec.Struct, frozen=True, kw_only=True):
    """Personnel: authorisations of today (`codes`), links to the administrator's own organisations alone."""

    personnel_id: UUID
    given_name: str
    family_name: str
    hpr_number: str | None
    codes: list[str]
    links: list[Link]


OrgNumber = Annotated[str, msgspec.Meta(pattern="^[0-9]{9}$")]
Words = Annotated[str, msgspec.Meta(max_length=100)]
Skip = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
Count = Annotated[int, msgspec.Meta(ge=1, le=500)]


class OrganisationSearch(msgspec.Struct, frozen=True, kw_only=True):
    """Which organisations: `own` the administrator's alone; every word is in name, number or HER-id."""

    words: Words = ""
    own: bool = True
    skip: Skip = 0
    count: Count = 100


class PersonnelSearch(msgspec.Struct, frozen=True, kw_only=True):
    """Which personnel: of one `place` (else of all), by words of name or HPR number; `past` adds earlier."""

    place: OrgNumber | None = None
    words: Words = ""
    past: bool = False
    skip: Skip = 0
    count: Count = 50


Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Role = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9]{1,20}$")]
Hpr = Annotated[str, msgspec.Meta(pattern="^[0-9]{4,9}$")]
Code = Annotated[str, msgspec.Meta(pattern="^[a-z-]{1,40}$")]


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """Personnel to register (the number travels in `person-id`) and the place where the work is."""

    given_name: Name
    family_name: Name
    org_number: OrgNumber
    role: Role
    valid_from: date
    valid_to: date | None = None
    reason: Code


class NewLink(msgspec.Struct, frozen=True, kw_only=True):
    """A place of work for personnel who are registered already."""

    personnel_id: UUID
    org_number: OrgNumber
    role: Role
    valid_from: date
    valid_to: date | None = None
    reason: Code


class LinkEnd(msgspec.Struct, frozen=True, kw_only=True):
    """A new last day of a link (None: open again); `was` is the last day that the administrator saw."""

    personnel_id: UUID
    org_number: OrgNumber
    role: Role
    valid_from: date
    was: date | None = None
    valid_to: date | None
    reason: Code


class Appointment(msgspec.Struct, frozen=True, kw_only=True):
    """A substitute for a GP at the office of the list, for a period; both days are included."""

    hpr_number: Hpr
    substitute_hpr: Hpr
    org_number: OrgNumber
    valid_from: date
    valid_to: date
    reason: Code


class AppointmentEnd(msgspec.Struct, frozen=True, kw_only=True):
    """A new last day of a substitution; `was` is the one that the administrator saw."""

    hpr_number: Hpr
    substitute_hpr: Hpr
    org_number: OrgNumber
    valid_from: date
    was: date | None = None
    valid_to: date
    reason: Code


class Registered(msgspec.Struct, frozen=True, kw_only=True):
    """What a write did: nothing twice, so that it can be repeated."""

    personnel_id: UUID
    created: bool
    linked: bool


class SubstituteRow(msgspec.Struct, frozen=True, kw_only=True):
    """Who stands in for a GP, and when."""

    hpr_number: str
    name: str
    valid_from: date
    valid_to: date | None


class GpList(msgspec.Struct, frozen=True, kw_only=True):
    """A GP's list at an office: how many are on it today, never who."""

    org_number: str
    office: str
    hpr_number: str
    name: str
    patients: int
    substitutes: list[SubstituteRow]


class ListSearch(msgspec.Struct, frozen=True, kw_only=True):
    """Which GP lists: every word is in office, name or HPR number."""

    words: Words = ""


class ChangeSearch(msgspec.Struct, frozen=True, kw_only=True):
    """Which changes: of one place, of one of the personnel, or of all one's own; newest first."""

    place: OrgNumber | None = None
    personnel_id: UUID | None = None
    skip: Skip = 0
    count: Count = 50


class ChangeRow(msgspec.Struct, frozen=True, kw_only=True):
    """One change of a register row: `before` is None for a new one."""

    at: datetime
    register: str
    name: str | None
    place: str | None
    before: dict[str, Any] | None
    after: dict[str, Any]
    source: str
    actor_name: str | None
    reason: str | None
