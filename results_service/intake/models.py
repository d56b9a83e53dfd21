"""The shapes of intake: a delivery, its state, and what was wrong with it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct, field


class Status(StrEnum):
    """Where a message is. `received` is the only state that ends."""

    RECEIVED = "received"
    PROCESSED = "processed"
    REJECTED = "rejected"
    NEEDS_ATTENTION = "needs-attention"


class Problem(Struct, frozen=True, omit_defaults=True):
    """A fault: a stable code, a sentence for the laboratory's operator, and where. No personal data."""

    code: str
    message: str
    line: int | None = None
    path: str | None = None


class Delivery(Struct, frozen=True):
    """A message as it comes in, ready to be stored: `body` is compressed and encrypted, times are aware.

    The chains are keyed hashes of MsgId and ServProvId: what shares one is processed in order of receipt.
    """

    id: UUID
    organisation: str
    client_id: str
    received_at: datetime
    keep_until: datetime
    digest: bytes
    size: int
    body: bytes
    msg_chain: int | None = None
    report_chain: int | None = None


class Record(Struct, frozen=True):
    """What is known of a delivery. `copy_of` names the delivery that this one repeats; `parts`: those it was
    taken apart into."""

    id: UUID
    organisation: str
    status: Status
    received_at: datetime
    errors: list[Problem]
    warnings: list[Problem]
    unmapped: list[str]
    copy_of: UUID | None = None
    report_id: UUID | None = None
    version: str | None = None
    msg_id: str | None = None
    gen_date: str | None = None
    serv_prov_id: str | None = None
    strict: bool = False
    finished_at: datetime | None = None
    sender: str | None = None
    kind: str | None = None
    parts: list[UUID] = field(default_factory=list)


class Claim(Struct, frozen=True):
    """A delivery that a worker has taken up. `attempt` counts from 1 and fences off an earlier worker.

    `again`: it was accepted before, and is processed anew. `part_of`: the delivery it was taken from,
    or that the one was which it corrects.
    """

    id: UUID
    organisation: str
    attempt: int
    keep_until: datetime
    body: bytes
    received_at: datetime
    judgement: str | None = None
    again: bool = False
    part_of: UUID | None = None


class Outcome(Struct, frozen=True):
    """What became of a message, with what the receipt needs to name it."""

    status: Status
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    unmapped: list[str] = field(default_factory=list)
    copy_of: UUID | None = None
    person_id: UUID | None = None
    report_id: UUID | None = None
    version: str | None = None
    msg_id: str | None = None
    gen_date: str | None = None
    serv_prov_id: str | None = None
    sender: str | None = None
    strict: bool = False
    kind: str | None = None
    original_moved: bool = False


class Kept(Struct, frozen=True):
    """Where a delivery's bytes are: `body` as sealed at receipt, or `original` under the person's key."""

    status: Status
    person_id: UUID | None
    body: bytes | None
    wrapped: bytes | None
    original: bytes | None


class Backlog(Struct, frozen=True):
    """What waits: number of messages (at most the limit counted to) and the oldest one's age in seconds."""

    waiting: int
    oldest_seconds: float
