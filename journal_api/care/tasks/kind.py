"""The kind Task: while open it stands on its unit's list, and shows that unit's relation to the person."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec

from core_record.care_relations.service import (
    CareRelationKind,
    close_relation,
    open_relation,
    reopen_relation,
)
from journal_api.care.worklist.service import Item, put
from journal_api.desk import Visit
from journal_api.journal.coding import Prose, Short, Trimmed
from journal_api.journal.entries.models import Change, Entry, Kind
from kit.errors import Unprocessable

OPEN_STATES = frozenset({"requested", "accepted", "in-progress"})
STEPS = {
    "requested": frozenset({"accepted", "in-progress", "completed", "cancelled"}),
    "accepted": frozenset({"in-progress", "requested", "completed", "cancelled"}),
    "in-progress": frozenset({"requested", "completed", "cancelled"}),
    "completed": frozenset({"requested"}),
    "cancelled": frozenset({"requested"}),
}
"""What may follow what (FHIR R4 TaskStatus, the codes we use); `requested` gives it back or opens it anew."""
_UNIT_KNOWN = "SELECT kind FROM core_record.organisation WHERE org_number = %s"


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
    if body.due is not None and body.due.tzinfo is None:
        raise Unprocessable("time-without-zone", "Send times with their zone.")
    if change.before is not None and change.before.body.get("unit") != body.unit:
        raise Unprocessable(
            "task-unit", "A task stays on the list it stands on. Cancel it and make a new one."
        )
    if body.unit is not None:
        found = await (await change.visit.conn.execute(_UNIT_KNOWN, (body.unit,))).fetchone()
        if found is None:
            raise Unprocessable("unit-unknown", "The register has no such place of work.")
    if change.state == "completed" and change.before is not None and not body.outcome:
        raise Unprocessable("outcome-missing", "Say what came of it.")


async def _follow(visit: Visit, entry: Entry) -> None:
    body = msgspec.convert(entry.body, Task)
    unit, is_open = body.unit or entry.unit, entry.state in OPEN_STATES
    late = is_open and body.due is not None and body.due < visit.now
    item = Item(
        unit=unit,
        id=entry.id,
        person_id=visit.person_id,
        kind="task",
        state=entry.state,
        due=body.due,
        urgency=1 if late else 0,
        assignee=body.assignee,
        label=body.kind,
        open=is_open,
    )
    await put(visit.conn, item)
    relation = (visit.conn, visit.person_id, entry.id)
    if is_open:
        await open_relation(*relation, CareRelationKind.TASK, unit, min(entry.at, visit.now))
        await reopen_relation(*relation)
    else:
        await close_relation(*relation, visit.now + timedelta())


TASK: Kind = Kind(
    name="Task",
    body=Task,
    states=frozenset(STEPS),
    live=OPEN_STATES,
    steps=STEPS,
    check=_check,
    follow=_follow,
)
