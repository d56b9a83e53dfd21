"""Who may act for whom, as the registers and the giver say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID


class Power(StrEnum):
    """What a fullmakt can give the right to: see results, the journal, who has looked; set privacy."""

    RESULTS = "results"
    JOURNAL = "journal"
    ACCESS_LOG = "access-log"
    SETTINGS = "settings"


# Kinds of items (FHIR resource types) that need another power than to see results.
_NEEDED: dict[str, Power | None] = {
    "AuditEvent": Power.ACCESS_LOG,
    "Consent": Power.SETTINGS,
    "Person": None,
    "RelatedPerson": None,
}


def power_for(kinds: Sequence[str]) -> Power | None:
    """The power that reading these kinds takes; None when any fullmakt will do (name, ending one's own)."""
    needed = {_NEEDED.get(kind, Power.RESULTS) for kind in kinds}
    return next((power for power in reversed(Power) if power in needed), None)


@dataclass(frozen=True, slots=True)
class RepresentationFacts:
    """What the registers say of an actor and another person, and what that person has given the actor.

    `parent_at_address`: some parent with responsibility has the child's registered address.
    A person unknown to the registers counts as protected: nothing is known that would permit.
    """

    actor_name: str | None
    actor_birth_date: date | None
    actor_protected: bool
    actor_deceased: bool
    person_protected: bool
    person_deceased: bool
    responsible_parent: bool
    parent_at_address: bool
    powers: frozenset[Power]


@dataclass(frozen=True, slots=True)
class Fullmakt:
    """A power of attorney as its giver sees it; `ended_by` is `giver` or `holder`."""

    fullmakt_id: UUID
    holder_id: UUID
    holder_name: str
    powers: tuple[Power, ...]
    valid_from: date
    valid_to: date | None
    given_at: datetime
    ended_at: datetime | None
    ended_by: Literal["giver", "holder"] | None

    def holds_on(self, day: date) -> bool:
        """Whether it gives rights on that day."""
        return self.ended_at is None and self.valid_from <= day <= (self.valid_to or date.max)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A fullmakt to give; its id is the giver's, so that repeating gives it once."""

    fullmakt_id: UUID
    powers: tuple[Power, ...]
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Represented:
    """Someone the caller may act for today: as parent with every power, else with those given.

    `valid_to` is the last day of a fullmakt (None: until withdrawn).
    """

    person_id: UUID
    name: str
    birth_date: date | None
    relation: Literal["parent", "attorney"]
    powers: tuple[Power, ...]
    fullmakt: Fullmakt | None = None
