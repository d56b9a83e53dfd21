"""What an order is, and how far it is answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from journal_api.journal.coding import Coding, Prose, Short, Trimmed, Words

KIND = "Requisition"
Field = Literal["laboratory", "microbiology", "pathology", "radiology"]
Urgency = Literal["acute", "urgent", "ordinary"]
Standing = Literal["waiting", "registered", "preliminary", "final", "cancelled", "settled"]
"""Of one examination. `cancelled` by the laboratory; `settled`: a person says that it is answered."""
State = Literal["waiting", "partly", "answered"]
DONE: frozenset[Standing] = frozenset({"final", "cancelled", "settled"})
"""Nothing more is to come of these."""
Ids = Annotated[list[UUID], msgspec.Meta(max_length=100)]


class Examination(Trimmed, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is asked for: in words, and by code (`nlk` of laboratories, `ncrp` of radiology) where one is."""

    text: Short
    coding: Coding | None = None


class Settled(Trimmed, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A person says that an examination (its place in the list) is answered: by which report, or how else."""

    examination: Annotated[int, msgspec.Meta(ge=0, le=99)]
    report: UUID | None = None
    words: Words = ""


class Requisition(Trimmed, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """An order. `information`: clinical information to the laboratory; `wanted`, `until`: when to take the
    sample; `sampled`: when it was; `expected`: by when an answer is awaited, where the usual time is not
    meant. `confirmed`, `declined`: reports that a person says do, or do not (whatever number they
    bear), answer it. `replaces`: the
    order it was made anew of.

    `number` and who orders are the service's own; a draft may say for whom it is prepared (`requester`).
    """

    field: Field
    examinations: Annotated[list[Examination], msgspec.Meta(min_length=1, max_length=60)]
    information: Prose = ""
    urgency: Urgency = "ordinary"
    wanted: date | None = None
    until: date | None = None
    sampled: datetime | None = None
    expected: datetime | None = None
    receiver: Short = ""
    receiver_unit: Short | None = None
    panel: Short = ""
    replaces: UUID | None = None
    confirmed: Ids = msgspec.field(default_factory=list)
    declined: Ids = msgspec.field(default_factory=list)
    settled: Annotated[list[Settled], msgspec.Meta(max_length=100)] = msgspec.field(default_factory=list)
    number: Short = ""
    requester: UUID | None = None
    requester_name: Short = ""


class Placed(msgspec.Struct, frozen=True):
    """An order as it stands in the journal, with what its line said last (None: it is on no list here)."""

    id: UUID
    state: str
    at: datetime
    unit: str
    body: Requisition
    line: str | None = None


class Examined(msgspec.Struct, frozen=True, omit_defaults=True):
    """One examination of an order and how far it is answered, by which reports."""

    text: str
    standing: Standing
    reports: list[UUID] = []


class Progress(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far an order is answered. `due`: from when it is late; `reports`: those that belong to it;
    `proposals`: reports that may, which a person confirms or declines."""

    state: State
    due: datetime
    examinations: list[Examined]
    reports: list[UUID] = []
    proposals: list[UUID] = []


def read_body(body: dict[str, Any]) -> Requisition:
    """The body of an entry."""
    return msgspec.convert(body, Requisition)
