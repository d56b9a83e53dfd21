"""Put items on a unit's list and read the list. A projection: everything in it stands in entries too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import class_row

from core_record.registers.service import listed_persons
from kit.db import set_unit
from kit.keys import KeyRing

_PUT = """
INSERT INTO journal.work_item (unit, item_id, person_id, kind, state, due, urgency, assignee, label, open)
VALUES (%(unit)s, %(id)s, %(person_id)s, %(kind)s, %(state)s, %(due)s, %(urgency)s, %(assignee)s, %(label)s,
    %(open)s)
ON CONFLICT (unit, item_id) DO UPDATE SET state = excluded.state, due = excluded.due,
    urgency = excluded.urgency, assignee = excluded.assignee, label = excluded.label, open = excluded.open,
    changed_at = clock_timestamp()
"""
_READ = """
SELECT unit, item_id AS id, person_id, kind, state, due, urgency, assignee, label, open
FROM journal.work_item
WHERE unit = %(unit)s AND kind = ANY(%(kinds)s) AND (open OR NOT %(open)s)
    AND (%(since)s::timestamptz IS NULL OR due >= %(since)s)
    AND (%(before)s::timestamptz IS NULL OR due < %(before)s)
    AND (%(assignee)s::uuid IS NULL OR assignee = %(assignee)s)
ORDER BY urgency DESC, due NULLS LAST, item_id LIMIT %(count)s
"""


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing to be done in a unit, about one person. `urgency`: 0 (none) to 4."""

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


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What of the list is asked for; `mine` is the caller's own."""

    kinds: list[str]
    open: bool = True
    since: datetime | None = None
    before: datetime | None = None
    mine: bool = False
    count: int = 200


class Listed(msgspec.Struct, frozen=True, omit_defaults=True):
    """An item with whom it is about: the number opens the person, as in the list of one's own patients."""

    item: Item
    number: str
    name: str
    birth_date: date | None = None
    sex: int | None = None


async def put(conn: AsyncConnection[Any], item: Item) -> None:
    """Put an item on its unit's list, or bring it up to date. The transaction serves that unit afterwards."""
    await set_unit(conn, item.unit)
    await conn.execute(_PUT, msgspec.structs.asdict(item))


async def read(
    conn: AsyncConnection[Any], keys: KeyRing, unit: str, wanted: Wanted, personnel_id: UUID | None
) -> list[Listed]:
    """The unit's items, the most urgent first, then by when they are due. The transaction serves the unit."""
    values = msgspec.structs.asdict(wanted) | {
        "unit": unit,
        "assignee": personnel_id if wanted.mine else None,
        "count": max(1, min(wanted.count, 1000)),
    }
    async with conn.cursor(row_factory=class_row(Item)) as cursor:
        await cursor.execute(_READ, values)
        items = await cursor.fetchall()
    return await with_persons(conn, keys, items)


async def with_persons(conn: AsyncConnection[Any], keys: KeyRing, items: Sequence[Item]) -> list[Listed]:
    """Each item with its person's name and number; one whose person is no more (merged) is left out."""
    persons = await listed_persons(conn, keys, sorted({item.person_id for item in items}))
    return [
        Listed(item, found.number.value, found.name, found.birth_date, found.sex)
        for item in items
        if (found := persons.get(item.person_id)) is not None
    ]
