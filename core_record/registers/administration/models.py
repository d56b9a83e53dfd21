"""What an administrator sees of the registers. Dates are inclusive; no number of a person is among it."""

from __future__ import annotations

from datetime import date
from typing import Annotated
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
