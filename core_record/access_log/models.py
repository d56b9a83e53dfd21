"""One row of the access log, before and after it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

Outcome = Literal["permitted", "refused"]


class Who(Struct, frozen=True, kw_only=True):
    """Who did it. Names come from the registers at the time; `actor_hash` is the keyed hash of the number.

    `app` and `app_name`: another's program that it was done through; None for our own.
    """

    actor_kind: str
    actor_hash: bytes
    actor_name: str | None = None
    hpr_number: str | None = None
    role: str | None = None
    organisation: str | None = None
    organisation_name: str | None = None
    place: str | None = None
    place_name: str | None = None
    app: str | None = None
    app_name: str | None = None


class LogEntry(Struct, frozen=True, kw_only=True):
    """What happened: `items` are kinds and number of items, never contents; `relation` how it was shown.

    `attestation_id`: the Tillitsrammeverk attestation the look-up rested on. `withheld`: what was not shown
    and why, as codes (of rules or settings) and the number of items, or 0 where the number is not known.
    """

    person_id: UUID
    who: Who
    basis: str
    relation: str
    items: Mapping[str, int]
    reason: str | None = None
    action: str = "read"
    outcome: Outcome = "permitted"
    outcome_code: str | None = None
    correlation_id: str | None = None
    attestation_id: UUID | None = None
    withheld: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorEntry:
    """What an actor did where no single person was opened: a number nobody has, or a list of own patients."""

    who: Who
    action: str
    items: Mapping[str, int] = field(default_factory=dict)
    number_hash: bytes | None = None
    outcome: Literal["permitted", "refused", "nobody-found"] = "permitted"
    outcome_code: str | None = None
    correlation_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """A written row as the citizen may see it (no number and no hash of one)."""

    seq: int
    event_id: UUID
    at: datetime
    db_role: str
    actor_kind: str
    actor_name: str | None
    hpr_number: str | None
    role: str | None
    organisation: str | None
    organisation_name: str | None
    place: str | None
    place_name: str | None
    basis: str
    reason: str | None
    relation: str
    action: str
    items: Mapping[str, int]
    outcome: str
    outcome_code: str | None
    attestation_id: UUID | None
    withheld: Mapping[str, int] | None
    attested_at: datetime | None
    app: str | None = None
    app_name: str | None = None
