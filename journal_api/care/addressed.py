"""What is sent from one unit to another: on the receiver's list, in the sender's list of what is out, and a
relation for both for as long as it is open. Nothing is lost because nobody opens it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import msgspec

from journal_api.care.relations.service import AFTERWARDS, ENDING, CareRelationKind, keep_relation
from journal_api.care.units.service import need_colleague, need_unit
from journal_api.care.worklist.service import Item, put
from journal_api.desk import Visit
from journal_api.journal.entries.models import Change, Entry
from kit.errors import Forbidden, Unprocessable
from kit.norway import today_in_norway


@dataclass(frozen=True, slots=True)
class Addressed:
    """How something stands on lists. `open`: for the receiver; `waits`: for the sender, who is to see what
    came of it. `answer_by`: from when the sender's list shows it as unanswered."""

    kind: str
    to_unit: str
    open: bool
    waits: bool
    answer_by: datetime
    due: datetime | None = None
    urgency: int = 0
    assignee: UUID | None = None
    label: str | None = None


def sent_id(entry_id: UUID) -> UUID:
    """The sender's item about an entry."""
    return uuid5(entry_id, "sent")


async def put_on_lists(visit: Visit, entry: Entry, how: Addressed) -> None:
    """Bring the receiver's list, the sender's list and both relations to what the entry says now."""
    received = Item(
        unit=how.to_unit,
        id=entry.id,
        person_id=visit.person_id,
        kind=how.kind,
        state=entry.state,
        due=how.due,
        urgency=how.urgency,
        assignee=how.assignee,
        label=how.label,
        open=how.open,
        since=entry.made.at,
    )
    await put(visit.conn, received)
    ends = None if how.open else visit.now + ENDING
    await keep_relation(visit, entry.id, CareRelationKind.TASK, how.to_unit, entry.made.at, ends=ends)
    if how.to_unit == entry.unit and how.kind == "task":
        return
    sent = Item(
        unit=entry.unit,
        id=sent_id(entry.id),
        person_id=visit.person_id,
        kind="sent",
        state=entry.state,
        due=how.answer_by,
        urgency=how.urgency,
        assignee=entry.made.by,
        label=how.kind,
        open=how.waits,
        since=entry.made.at,
        about=entry.id,
    )
    await put(visit.conn, sent)
    ends = None if how.waits else visit.now + AFTERWARDS
    await keep_relation(visit, sent.id, CareRelationKind.TASK, entry.unit, entry.made.at, ends=ends)


def is_at(visit: Visit, unit: str) -> bool:
    """Whether the one at work works in that unit."""
    return unit in (visit.actor.place, visit.actor.organisation)


def need_receiver(visit: Visit, unit: str) -> None:
    """Raises `Forbidden` (`not-addressed`)."""
    if not is_at(visit, unit):
        raise Forbidden("not-addressed", "It was sent to another unit, which answers it.")


def need_sender(visit: Visit, entry: Entry) -> None:
    """Raises `Forbidden` (`not-sender`)."""
    if not is_at(visit, entry.unit):
        raise Forbidden("not-sender", "Another unit has sent it, and takes it back if need be.")


def need_reason(change: Change) -> None:
    """Raises `Unprocessable` (`reason-missing`)."""
    if not (change.why or "").strip():
        raise Unprocessable("reason-missing", "Say why in `why`: the sender is told.")


async def settled(change: Change, **own: Any) -> Any:
    """The body with the receiver's names as the register has them, and what else the service alone knows.

    What was sent keeps its names: it is answered or taken back also when somebody works there no more.
    Raises `Unprocessable` (`unit-unknown`, `personnel-not-there`).
    """
    conn, body, before = change.visit.conn, change.body, change.before
    if before is not None and before.state != "draft":
        was = msgspec.convert(before.body, type(body))
        return msgspec.structs.replace(body, to_name=was.to_name, to_person_name=was.to_person_name, **own)
    name, person = await need_unit(conn, body.to_unit), ""
    if body.to_person is not None:
        person = (await need_colleague(conn, body.to_unit, today_in_norway(), body.to_person)).name
    return msgspec.structs.replace(body, to_name=name, to_person_name=person, **own)


def need_unchanged(change: Change, but: Collection[str]) -> None:
    """What was sent stays as it was sent. Raises `Unprocessable` (`sent-unchangeable`)."""
    if change.before is None:
        return
    before = msgspec.convert(change.before.body, type(change.body))
    names = [field.name for field in msgspec.structs.fields(before) if field.name not in but]
    if any(getattr(before, name) != getattr(change.body, name) for name in names):
        raise Unprocessable("sent-unchangeable", "What is sent stays as it was sent. Send a new one.")


def days_after(at: datetime, days: int) -> datetime:
    """So many days later."""
    return at + timedelta(days=days)
