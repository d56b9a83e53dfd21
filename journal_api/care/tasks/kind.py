"""The kind Task: while open it stands on its unit's list, and shows that unit's relation to the person."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from journal_api.care.addressed import Addressed, days_after, need_reason, put_on_lists
from journal_api.care.units.service import need_unit
from journal_api.desk import Visit
from journal_api.journal.coding import Prose, Short, Trimmed, check_within_reach
from journal_api.journal.entries.models import Change, Entry, Kind
from kit.errors import Unprocessable

OPEN_STATES = frozenset({"requested", "accepted", "in-progress"})
STEPS = {
    "requested": frozenset({"accepted", "in-progress", "completed", "cancelled", "rejected"}),
    "accepted": frozenset({"in-progress", "requested", "completed", "cancelled", "rejected"}),
    "in-progress": frozenset({"requested", "completed", "cancelled", "rejected"}),
    "rejected": frozenset({"requested", "cancelled"}),
    "completed": frozenset({"requested"}),
    "cancelled": frozenset({"requested"}),
}
"""What may follow what (FHIR R4 TaskStatus, the codes we use); `requested` gives it back or opens it
anew, `rejected` returns it to who asked, with a reason."""
UNANSWERED_AFTER = 14
"""Days from when the sender's list shows a task without a due time as unanswered (J)."""


class Task(Trimmed, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """`unit` is whose list it stands on (None: where it was made); `outcome` what came of it."""

    text: Prose
    kind: Literal["task", "result", "message", "visit"] = "task"
    due: datetime | None = None
    assignee: UUID | None = None
    assignee_name: Short = ""
    unit: Short | None = None
    result: UUID | None = None
    about: UUID | None = None
    outcome: Prose = ""


async def _check(change: Change) -> None:
    body: Task = change.body
    check_within_reach(change, body.due)
    if change.before is not None and change.before.body.get("unit") != body.unit:
        raise Unprocessable(
            "task-unit", "A task stays on the list it stands on. Cancel it and make a new one."
        )
    if body.unit is not None and change.before is None:
        await need_unit(change.visit.conn, body.unit)
    if change.state == "completed" and change.before is not None and not body.outcome:
        raise Unprocessable("outcome-missing", "Say what came of it.")
    if change.state == "rejected":
        need_reason(change)


async def _follow(visit: Visit, entry: Entry) -> None:
    body = msgspec.convert(entry.body, Task)
    is_open = entry.state in OPEN_STATES
    late = is_open and body.due is not None and body.due < visit.now
    how = Addressed(
        kind="task",
        to_unit=body.unit or entry.unit,
        open=is_open,
        waits=entry.state != "cancelled",
        answer_by=body.due or days_after(entry.made.at, UNANSWERED_AFTER),
        due=body.due,
        urgency=1 if late else 0,
        assignee=body.assignee,
        label=body.kind,
    )
    await put_on_lists(visit, entry, how)


TASK: Kind = Kind(
    name="Task",
    body=Task,
    states=frozenset(STEPS),
    live=OPEN_STATES,
    steps=STEPS,
    check=_check,
    follow=_follow,
)
