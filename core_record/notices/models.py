"""A notice, before and after it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class NoticeKind(StrEnum):
    """What a citizen is told of (pasientjournalloven §§ 17, 22; pasient- og brukerrettighetsloven § 5-1)."""

    EMERGENCY_ACCESS = "emergency-access"  # data opened on the basis AKUTT or FORHOYET_AKUTT
    RESTRICTION_OPENED = "restriction-opened"  # a sperring opened, by consent or in an emergency
    REPRESENTATION_GIVEN = "representation-given"  # a fullmakt that concerns one was given or withdrawn
    REPRESENTATION_USED = "representation-used"  # someone looked on one's behalf
    RESULT_CHANGED = "result-changed"  # corrected or withdrawn after one had seen it
    RELEASE_AGREED = "release-agreed"  # a clinician recorded an agreement on earlier viewing
    RESERVATION_DONE = "reservation-done"  # the reservation holds, the data are deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A written notice. `details` holds codes and ids alone: never a name, a number or a result.

    The rest is of the row in the person's log that it is about, None where there is none: its id, and who.
    """

    notice_id: UUID
    at: datetime
    kind: str
    details: Mapping[str, str]
    read_at: datetime | None
    log_event: UUID | None
    actor_name: str | None
    role: str | None
    organisation_name: str | None
    place_name: str | None
