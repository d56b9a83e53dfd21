"""Put items on a unit's list and read the list. A projection: everything in it stands in entries too."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import class_row

from core_record.care_relations.service import close_relation
from core_record.registers.service import listed_persons, named_persons
from journal_api.care.absence.service import acting_for
from journal_api.care.relations.spans import AFTERWARDS
from journal_api.care.units.service import personnel_names
from kit.db import set_person, set_unit
from kit.errors import NotFound, Unprocessable
from kit.keys import KeyRing
from kit.norway import today_in_norway

ANSWERED = frozenset({"task", "message", "referral", "sent", "result", "result-awaited", "requisition"})
"""Kinds of items that somebody waits for an answer to: they can be overdue."""
_TELLS_OF = {
    "result": "ResultFollowUp",
    "requisition": "Requisition",
    "message": "Communication",
    "referral": "ServiceRequest",
}
"""Which kind of entries a line tells of, by the first word of its kind; other lines tell whom one meets or
helps, which everybody at work there needs. A line of what was sent (`sent`) tells of what its label says."""
_SENT_LABELS = ("task", "message", "referral")
_PUT = """
INSERT INTO journal.work_item (unit, item_id, person_id, kind, state, due, urgency, assignee, label, open,
    since, minutes, about)
VALUES (%(unit)s, %(id)s, %(person_id)s, %(kind)s, %(state)s, %(due)s, %(urgency)s, %(assignee)s, %(label)s,
    %(open)s, coalesce(%(since)s, clock_timestamp()), %(minutes)s, %(about)s)
ON CONFLICT (unit, item_id) DO UPDATE SET state = excluded.state, due = excluded.due,
    urgency = excluded.urgency, open = excluded.open,
    assignee = CASE WHEN excluded.kind = 'visit' THEN coalesce(excluded.assignee, work_item.assignee)
        ELSE excluded.assignee END,
    changed_at = clock_timestamp(), label = coalesce(excluded.label, work_item.label),
    minutes = coalesce(excluded.minutes, work_item.minutes),
    about = coalesce(excluded.about, work_item.about),
    since = CASE WHEN excluded.state <> work_item.state AND %(since)s::timestamptz IS NOT NULL
        THEN excluded.since ELSE work_item.since END
"""
_SENT = """
SELECT person_id, state, open, label FROM journal.work_item
WHERE unit = %s AND item_id = %s AND kind = 'sent' FOR UPDATE
"""
_WHOSE = "SELECT person_id, kind, label FROM journal.work_item WHERE unit = %s AND item_id = %s"
_STANDS = "SELECT 1 FROM journal.work_item WHERE unit = %s AND item_id = %s AND open"
_SEEN = """
UPDATE journal.work_item SET open = false, changed_at = clock_timestamp() WHERE unit = %s AND item_id = %s
"""
OUTCOMES = frozenset({"answered", "rejected", "completed"})
"""States of what was sent in which the sender is to see what came of it."""
_READ = """
SELECT unit, item_id AS id, person_id, kind, state, due, urgency, assignee, label, open, since, minutes, about
FROM journal.work_item
WHERE unit = %(unit)s AND kind = ANY(%(kinds)s) AND (open OR NOT %(open)s)
    AND (kind <> 'sent' OR label = ANY(%(sent)s))
    AND (%(since)s::timestamptz IS NULL OR due >= %(since)s)
    AND (%(before)s::timestamptz IS NULL OR due < %(before)s)
    AND (%(assignees)s::uuid[] IS NULL OR assignee = ANY(%(assignees)s))
ORDER BY CASE WHEN %(by_time)s THEN 0 ELSE urgency END DESC, due NULLS LAST, since, item_id LIMIT %(count)s
"""


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing to be done in a unit, about one person. `urgency`: 0 (none) to 4.

    `since` is from when it waits (of a contact: when the person arrived); None where it is put: now.
    `about` is the entry it belongs to: the plan of a visit, what was sent.
    """

    unit: str
    id: UUID
    person_id: UUID
    kind: str
    state: str
    open: bool
    due: datetime | None = None
    urgency: int = 0
    assignee: UUID | None = None
    label: str | None = None
    since: datetime | None = None
    minutes: int | None = None
    about: UUID | None = None


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What of the list is asked for. `mine`: the caller's own and theirs whom the caller stands in for;
    `by_time`: in order of time alone, whatever is urgent."""

    kinds: list[str]
    open: bool = True
    since: datetime | None = None
    before: datetime | None = None
    mine: bool = False
    by_time: bool = False
    count: int = 200


class Listed(msgspec.Struct, frozen=True, omit_defaults=True):
    """An item with whom it is about. The number is given for the line that is opened (`number_of`).

    `overdue`: something to be answered or done that has not been in time.
    """

    item: Item
    name: str
    birth_date: date | None = None
    sex: int | None = None
    assignee_name: str | None = None
    overdue: bool = False


def open_to(reads: Collection[str], kind: str, label: str | None = None) -> bool:
    """Whether who reads these kinds of entries needs lines of a kind: its name and mark tell of an entry.

    `label`: that of the line; one of what was sent is judged by it.
    helsepersonelloven §§ 21 a, 25; pasientjournalloven § 19: no more than the work needs.
    """
    tells = _TELLS_OF.get(label if kind == "sent" and label else kind.partition("-")[0])
    return tells is None or tells in reads


async def put(conn: AsyncConnection[Any], item: Item) -> None:
    """Put an item on its unit's list, or bring it up to date. The transaction serves that unit afterwards."""
    await set_unit(conn, item.unit)
    await conn.execute(_PUT, msgspec.structs.asdict(item))


async def stands(conn: AsyncConnection[Any], unit: str, item_id: UUID) -> bool:
    """Whether an item is open on a unit's list. The transaction serves that unit afterwards."""
    await set_unit(conn, unit)
    return await (await conn.execute(_STANDS, (unit, item_id))).fetchone() is not None


async def read(
    conn: AsyncConnection[Any],
    unit: str,
    wanted: Wanted,
    personnel_id: UUID | None,
    reads: Collection[str] = (),
) -> list[Listed]:
    """The unit's items, the most urgent first, then by when they are due. The transaction serves the unit.

    Of what was sent, what tells of these kinds of entries (`reads`), and tasks.
    """
    values = msgspec.structs.asdict(wanted) | {
        "unit": unit,
        "assignees": await _whose(conn, personnel_id) if wanted.mine else None,
        "sent": [label for label in _SENT_LABELS if open_to(reads, "sent", label)],
        "count": max(1, min(wanted.count, 1000)),
    }
    async with conn.cursor(row_factory=class_row(Item)) as cursor:
        await cursor.execute(_READ, values)
        items = await cursor.fetchall()
    return await with_persons(conn, items)


async def number_of(
    conn: AsyncConnection[Any],
    keys: KeyRing,
    units: Sequence[str],
    item_id: UUID,
    reads: Collection[str],
) -> str:
    """The number of the person whom an item on one of these lists is about, for who reads these kinds of
    entries. The transaction serves the last unit.

    Raises `NotFound` (`item-unknown`).
    """
    for unit in units:
        await set_unit(conn, unit)
        row = await (await conn.execute(_WHOSE, (unit, item_id))).fetchone()
        if row is None or not open_to(reads, *row[1:]):
            continue
        if found := await listed_persons(conn, keys, [row[0]]):
            return found[row[0]].number.value
    raise NotFound("item-unknown", "The unit's list has no line with this id.")


async def with_persons(conn: AsyncConnection[Any], items: Sequence[Item]) -> list[Listed]:
    """Each item with who its person is; one whose person is no more (merged) is left out."""
    persons = await named_persons(conn, sorted({item.person_id for item in items}))
    names = await personnel_names(conn, {item.assignee for item in items if item.assignee})
    now = datetime.now(UTC)
    return [
        Listed(
            item,
            found.name,
            found.birth_date,
            found.sex,
            names.get(item.assignee) if item.assignee else None,
            item.open and item.kind in ANSWERED and item.due is not None and item.due < now,
        )
        for item in items
        if (found := persons.get(item.person_id)) is not None
    ]


async def whose(conn: AsyncConnection[Any], personnel_id: UUID | None) -> list[UUID]:
    """Whose work is the caller's today: their own first, then theirs whom the caller stands in for."""
    every = await _whose(conn, personnel_id)
    return sorted(every, key=lambda one: one != personnel_id)


async def _whose(conn: AsyncConnection[Any], personnel_id: UUID | None) -> list[UUID]:
    return sorted(await acting_for(conn, personnel_id, today_in_norway())) if personnel_id else []


async def seen(
    conn: AsyncConnection[Any], unit: str, item_id: UUID, reads: Collection[str], now: datetime
) -> None:
    """The sender has seen what came of something: it leaves the list. Once more changes nothing.

    What tells of what the role does not read (`reads`) is unknown to it. Raises `NotFound`
    (`item-unknown`), `Unprocessable` (`item-waits`).
    """
    row = await (await conn.execute(_SENT, (unit, item_id))).fetchone()
    if row is None or not open_to(reads, "sent", row[3]):
        raise NotFound("item-unknown", "The unit has sent nothing with this id.")
    person_id, state, is_open, _ = row
    if state not in OUTCOMES:
        raise Unprocessable("item-waits", "Nothing has come of it yet.")
    if is_open:
        await conn.execute(_SEEN, (unit, item_id))
        await set_person(conn, person_id)
        await close_relation(conn, person_id, item_id, now + AFTERWARDS)
