"""Rows and answers of the reports feature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from msgspec import Struct

from results_service.reports.packing import Packed
from results_service.reports.svarrapport.model import Issue
from results_service.reports.versions import VersionFacts

StoreStatus = Literal["processed", "needs-attention", "duplicate"]


class StoreOutcome(Struct, frozen=True):
    """What became of one message. `issues`: the store's own findings, besides the reader's and mapper's.

    `first_message_id` is the intake record of the first delivery; of a copy it is another than its own.
    """

    status: StoreStatus
    issues: list[Issue]
    report_id: UUID
    version_id: UUID
    first_message_id: UUID


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """One version as it came. `held`: why it waits for a person; such a version is never shown.

    `source`: the sender's key (`ReportKey.sender`); None of versions stored before it was kept here.
    """

    facts: VersionFacts
    message_id: UUID
    key_hash: bytes
    release_class: int
    preliminary: bool
    held: str | None
    packed: Packed
    source: str | None = None


@dataclass(frozen=True, slots=True)
class KnownMessage:
    """What is remembered of a message, and the key hashes of others with the same sender and MsgId.

    `claimed`: whose the report number is, and whether it was free; None where it was not asked for.
    """

    is_new: bool
    intake_id: UUID
    report_id: UUID
    version_id: UUID
    held: str | None
    other_key_hashes: frozenset[bytes]
    claimed: tuple[UUID, bool] | None = None
