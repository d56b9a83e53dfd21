"""What a form is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from journal_api.fhir.parts import Json
from journal_api.journal.entries.models import Entry
from kit.ids import NationalId


@dataclass(frozen=True, slots=True)
class Context:
    """Whose journal it is, the HPR numbers of those who wrote, and which orders are `answered`."""

    number: NationalId
    hpr: Mapping[UUID, str] = field(default_factory=dict)
    answered: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a resource says of an entry. `at` None: the resource names no time."""

    state: str
    at: datetime | None
    body: Json
    contact: UUID | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """`to` gives the resource but for id, meta and the entry's extension; `back` reads it again.

    `writable`: over FHIR's create and update. `claims`: whether a resource of the type is of this kind, where
    several kinds are of one type; the first form of a type takes what none claims.
    """

    kind: str
    type: str
    to: Callable[[Entry, Context], Json]
    back: Callable[[Json], Parsed]
    writable: bool = True
    subject: str = "subject"
    claims: Callable[[Json], bool] | None = None
