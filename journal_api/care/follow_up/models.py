"""A report as it is followed up, and what was done with it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from core_record.result_news.service import Mark

State = Literal["unseen", "changed", "opened", "prepared", "assessed", "gone", "elsewhere", "before"]
OPEN_STATES: frozenset[State] = frozenset({"unseen", "changed", "opened", "prepared"})
"""On a list. `changed`: somebody has opened it, and it came anew since. `elsewhere`: ordered outside the
municipal services; `before`: answered before this follow-up began."""
Act = Literal["came", "gone", "opened", "prepared", "assessed", "forwarded", "tasked", "escalated"]
NO_OWNER = "no-owner:"
"""What stands in place of a unit before the municipality's number where no unit was found."""
NOWHERE = "unknown"
"""In place of the municipality's number where that is not known either."""


class FollowUp(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a report stands. `version` is what is shown of it (None: it is gone), `since` when it came onto
    its list with that, or came back (a graver mark, a warning); what stays critical and unopened keeps it.

    `opened_at`: when it was first opened since then by who may assess it. `escalated`: 1 to the whole unit,
    2 to the emergency clinic. `awaited`: tests are ordered, none is answered. `requisitions`, `examinations`
    and `sampled` are what the laboratory names of the order (`core_record.result_news`).
    """

    report: UUID
    place: int
    mark: Mark
    state: State
    unit: str
    since: datetime
    version: UUID | None = None
    issued: datetime | None = None
    assignee: UUID | None = None
    opened_at: datetime | None = None
    escalated: int = 0
    awaited: bool = False
    requisitions: list[str] = []
    examinations: list[str] = []
    sampled: datetime | None = None

    @property
    def on_list(self) -> bool:
        """Whether it waits for an assessment."""
        return self.state in OPEN_STATES

    @property
    def is_pressing(self) -> bool:
        """Critical, on a list, and not opened by who may assess it."""
        return self.mark == "critical" and self.on_list and self.opened_at is None


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """What happened, to which version. `words` are for colleagues, `comment` for the patient."""

    id: UUID
    at: datetime
    kind: Act
    unit: str
    version: UUID | None = None
    by: UUID | None = None
    name: str | None = None
    role: str | None = None
    to_unit: str | None = None
    to_assignee: UUID | None = None
    to_name: str | None = None
    words: str | None = None
    comment: str | None = None
    released: bool = False


class Seen(msgspec.Struct, frozen=True, omit_defaults=True):
    """A report with its history, newest first. `earlier`: the newest other version that somebody has opened,
    to be shown with its difference; `may_assess`: whether the caller may, `here`: whether it is on a list of
    the caller's."""

    result: FollowUp
    events: list[Event]
    may_assess: bool
    here: bool
    earlier: UUID | None = None
