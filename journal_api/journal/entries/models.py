"""An entry of the journal as the API gives it, and what a kind of entry is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from journal_api.desk import Visit


class Stamp(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who, in which role (Volven 9060; None: without authorisation), and when."""

    by: UUID
    name: str
    at: datetime
    role: str | None = None


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry's version. `at`: when it was so; `unit`: the place (organisation number) that wrote it.

    `why` is the reason of a correction. `body` has the form of its kind.
    """

    id: UUID
    kind: str
    version: int
    state: str
    at: datetime
    unit: str
    made: Stamp
    changed: Stamp
    body: dict[str, Any]
    contact: UUID | None = None
    signed: Stamp | None = None
    why: str | None = None


class Written(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is sent to write an entry. `why` is needed to correct what is signed."""

    state: str
    at: datetime
    body: msgspec.Raw
    contact: UUID | None = None
    why: str | None = None


class Cursor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a page of entries ends: the next begins after this one. Entries of one instant stand by id."""

    at: datetime
    id: UUID


class Version(msgspec.Struct, frozen=True, omit_defaults=True):
    """One version of an entry in its history."""

    version: int
    state: str
    at: datetime
    changed: Stamp
    body: dict[str, Any]
    signed: Stamp | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A write that is to happen: the entry as it was (None: new), and as it shall be."""

    visit: Visit
    entry_id: UUID
    before: Entry | None
    state: str
    at: datetime
    body: Any
    contact: UUID | None
    why: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """What the answer to a write says besides the entry, and how many of which kinds that shows."""

    members: Mapping[str, Any] = field(default_factory=dict)
    shown: Mapping[str, int] = field(default_factory=dict)


Check = Callable[[Change], Awaitable[None]]
Settle = Callable[[Change], Awaitable[Any]]
Follow = Callable[[Visit, Entry], Awaitable[None]]
Tell = Callable[[Visit, Entry], Awaitable[Told]]


async def nothing_more(_: Change) -> None:
    """The check of a kind that has none of its own."""


async def as_sent(change: Change) -> Any:
    """What a kind stores that adds nothing of its own."""
    return change.body


async def nothing_follows(_: Visit, __: Entry) -> None:
    """What follows a write of a kind that feeds no list."""


async def nothing_told(_: Visit, __: Entry) -> Told:
    """What a kind tells that says nothing besides the entry."""
    return Told()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of entry. `name` is the log's word for it, and the path's.

    `states` may be written by `PUT`; `steps` says which state may follow which (None: any). `live` are the
    states that the summary shows. `check` raises when a change may not happen; `settle` answers the body as
    it is stored (what the service alone knows, whatever was sent); `follow` does in the same transaction what
    else a write means (a care relation, a unit's list); `tell` is what the answer to it says besides.
    """

    name: str
    body: type
    states: frozenset[str]
    live: frozenset[str]
    steps: Mapping[str, frozenset[str]] | None = None
    check: Check = nothing_more
    settle: Settle = as_sent
    follow: Follow = nothing_follows
    tell: Tell = nothing_told
