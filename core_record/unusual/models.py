"""An entry of the list, and what opening one shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

Outcome = Literal["in-order", "explained", "followed-up", "breach"]
REVIEW_REASONS = (
    "care-confirmed",  # the one who looked gave care then: a plan, a task, a rota shows it
    "explanation-given",  # asked, and the explanation holds
    "own-mistake",  # a wrong person chosen, closed at once
    "talked-with",  # the rules were gone through with the one who looked
    "no-need-found",  # there was no need: the organisation's own procedure for breaches takes over
)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One visit in the list: who of one's own looked, when, and what made it unusual; never whom."""

    entry_id: UUID
    first_at: datetime
    reasons: list[str]
    personnel: str | None
    outcome: str | None = None
    review_reason: str | None = None
    reviewed_at: datetime | None = None


class SeenRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the visit, as the person's log has it."""

    at: datetime
    basis: str
    relation: str
    reason: str | None
    items: Mapping[str, int]
    place: str | None


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What opening an entry shows: whom it is about, and the rows. `person` is a name, never a number."""

    entry: Entry
    person: str | None
    born: int | None
    rows: list[SeenRow]


class ListSearch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which entries: `state` open or reviewed; `reason` one of the rules' codes, or all."""

    state: Literal["open", "reviewed"] = "open"
    reason: str | None = None
    skip: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 0
    count: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50


class Review(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What came of it, and why."""

    outcome: Outcome
    reason: str
