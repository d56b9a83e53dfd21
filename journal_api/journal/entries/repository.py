"""The SQL of entries. Private to this feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from journal_api.journal.entries.models import Cursor, Entry, Stamp, Version
from journal_api.journal.entries.visible import SEEN, Reader, seen_by

Connection = AsyncConnection[Any]
_SELECT = """
SELECT entry_id, kind, version, state, at, org_number, contact_id, made_by, made_name, made_at, made_role,
    changed_by, changed_name, changed_at, changed_role, signed_by, signed_name, signed_at, signed_role, why,
    body, content_hash
FROM journal.entry
"""
_ONE = "WHERE person_id = %s AND entry_id = %s"
_LISTED = (
    """
WHERE person_id = %(person)s AND kind = ANY(%(kinds)s)
"""
    + SEEN
    + """
    AND (%(states)s::text[] IS NULL OR state = ANY(%(states)s))
    AND (%(contact)s::uuid IS NULL OR contact_id = %(contact)s OR entry_id = %(contact)s)
    AND (%(only)s::uuid IS NULL OR entry_id = %(only)s)
    AND (%(of)s::text[] IS NULL OR body->>'note' = ANY(%(of)s) OR body->'corrects'->>'note' = ANY(%(of)s))
    AND (%(measures)s::text[] IS NULL OR body->>'measure' = ANY(%(measures)s))
    AND (%(since)s::timestamptz IS NULL OR at >= %(since)s)
    AND (%(before)s::timestamptz IS NULL OR at < %(before)s)
    AND (%(after)s::timestamptz IS NULL
        OR (at <= %(after)s AND (at < %(after)s OR entry_id > %(after_id)s)))
ORDER BY at DESC, entry_id LIMIT %(count)s
"""
)
_EACH_HEAD = """
SELECT e.* FROM unnest(%(kinds)s::text[], %(states)s::text[]) AS w (kind, states),
LATERAL ("""
_EACH_TAIL = (
    """
WHERE person_id = %(person)s AND kind = w.kind AND state = ANY(string_to_array(w.states, ','))
"""
    + SEEN
    + """
ORDER BY at DESC, entry_id LIMIT %(each)s) e
"""
)
_MOVED = """
SELECT 1 FROM journal.moved WHERE person_id = %s AND entry_id = %s AND direction = 'away' LIMIT 1
"""
_VERSIONS = """
SELECT version, state, at, changed_by, changed_name, changed_at, changed_role, signed_by, signed_name,
    signed_at, signed_role, why, body
FROM journal.entry_version WHERE person_id = %s AND entry_id = %s ORDER BY version DESC
"""
_INSERT = """
INSERT INTO journal.entry (person_id, entry_id, kind, version, state, at, contact_id, org_number, made_by,
    made_name, made_role, made_at, changed_by, changed_name, changed_role, changed_at, signed_by, signed_name,
    signed_role, signed_at, content_hash, body)
VALUES (%(person)s, %(id)s, %(kind)s, 1, %(state)s, %(at)s, %(contact)s, %(unit)s, %(by)s, %(name)s, %(role)s,
    %(now)s, %(by)s, %(name)s, %(role)s, %(now)s, %(signed_by)s, %(signed_name)s, %(signed_role)s,
    %(signed_at)s, %(hash)s, %(body)s)
ON CONFLICT DO NOTHING
"""
# What was a draft leaves no version behind: nobody but its unit has seen it.
_KEEP = """
INSERT INTO journal.entry_version (person_id, entry_id, version, org_number, state, at, changed_by,
    changed_name, changed_role, changed_at, signed_by, signed_name, signed_role, signed_at, why, body)
SELECT person_id, entry_id, version, org_number, state, at, changed_by, changed_name, changed_role,
    changed_at, signed_by, signed_name, signed_role, signed_at, why, body
FROM journal.entry WHERE person_id = %(person)s AND entry_id = %(id)s AND state <> 'draft'
"""
_UPDATE = """
UPDATE journal.entry SET version = version + 1, state = %(state)s, at = %(at)s, contact_id = %(contact)s,
    changed_by = %(by)s, changed_name = %(name)s, changed_role = %(role)s, changed_at = %(now)s,
    signed_by = %(signed_by)s, signed_name = %(signed_name)s, signed_role = %(signed_role)s,
    signed_at = %(signed_at)s, why = %(why)s, content_hash = %(hash)s, body = %(body)s
WHERE person_id = %(person)s AND entry_id = %(id)s AND version = %(version)s
"""


async def insert(conn: Connection, values: Mapping[str, Any]) -> bool:
    """A new entry; False when its id is in use."""
    return (await conn.execute(_INSERT, _with_body(values))).rowcount == 1


async def update(conn: Connection, values: Mapping[str, Any]) -> bool:
    """The next version, the former one kept; False when somebody was faster. The row is locked."""
    await conn.execute(_KEEP, values)
    return (await conn.execute(_UPDATE, _with_body(values))).rowcount == 1


async def find(
    conn: Connection, person_id: UUID, entry_id: UUID, *, lock: bool = False
) -> tuple[Entry, bytes] | None:
    """An entry with the hash of what was sent; None when the person has none, or it is kept out."""
    query = _SELECT + _ONE + (" FOR UPDATE" if lock else "")
    found = await conn.execute(query, (person_id, entry_id))
    row = await found.fetchone()
    return (_entry(row), bytes(row[21])) if row else None


async def listing(
    conn: Connection,
    person_id: UUID,
    kinds: Sequence[str],
    *,
    states: Sequence[str] | None = None,
    contact: UUID | None = None,
    only: UUID | None = None,
    of: Sequence[UUID] | None = None,
    measures: Sequence[str] | None = None,
    since: datetime | None = None,
    before: datetime | None = None,
    after: Cursor | None = None,
    reader: Reader | None = None,
    count: int = 500,
) -> list[Entry]:
    """Entries of the kinds that the reader sees (None: all), newest first; discarded and moved ones never.

    `of`: notes, whose values and drafts of corrections are wanted. `measures`: values of these alone.
    """
    found = await conn.execute(
        _SELECT + _LISTED,
        {
            "person": person_id,
            "kinds": list(kinds),
            "states": list(states) if states is not None else None,
            "contact": contact,
            "only": only,
            "of": [str(note) for note in of] if of is not None else None,
            "measures": list(measures) if measures is not None else None,
            "since": since,
            "before": before,
            "after": after.at if after else None,
            "after_id": after.id if after else None,
            "count": count,
            **seen_by(reader),
        },
    )
    return [_entry(row) for row in await found.fetchall()]


async def newest_of_each(
    conn: Connection, person_id: UUID, wanted: Mapping[str, Sequence[str]], each: int, reader: Reader
) -> list[Entry]:
    """The newest `each` entries of every kind in its wanted states that the reader sees; one round trip."""
    kinds, states = list(wanted), [",".join(wanted[kind]) for kind in wanted]
    found = await conn.execute(
        _EACH_HEAD + _SELECT + _EACH_TAIL,
        {"kinds": kinds, "states": states, "person": person_id, "each": each, **seen_by(reader)},
    )
    return [_entry(row) for row in await found.fetchall()]


async def moved_away(conn: Connection, person_id: UUID, entry_id: UUID) -> bool:
    """Whether an entry with this id was moved away from this person's journal, and not back."""
    return (await conn.execute(_MOVED, (person_id, entry_id))).rowcount == 1


async def versions(conn: Connection, person_id: UUID, entry_id: UUID) -> list[Version]:
    """The former versions, newest first."""
    found = await conn.execute(_VERSIONS, (person_id, entry_id))
    return [
        Version(
            version=row[0],
            state=row[1],
            at=row[2],
            changed=Stamp(*row[3:7]),
            signed=_stamp(row[7:11]),
            why=row[11],
            body=row[12],
        )
        for row in await found.fetchall()
    ]


def _entry(row: Sequence[Any]) -> Entry:
    return Entry(
        id=row[0],
        kind=row[1],
        version=row[2],
        state=row[3],
        at=row[4],
        unit=row[5],
        contact=row[6],
        made=Stamp(*row[7:11]),
        changed=Stamp(*row[11:15]),
        signed=_stamp(row[15:19]),
        why=row[19],
        body=row[20],
    )


def _stamp(row: Sequence[Any]) -> Stamp | None:
    return Stamp(*row) if row[0] is not None else None


def _with_body(values: Mapping[str, Any]) -> dict[str, Any]:
    return {**values, "body": Jsonb(values["body"])}
