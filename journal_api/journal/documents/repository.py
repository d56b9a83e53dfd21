"""The SQL of documents' contents. Private to this feature."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import class_row

Connection = AsyncConnection[Any]
_DESCRIBED = """
SELECT content_type, bytes, encode(digest, 'hex') AS sha256, scan, pages FROM journal.document_content
WHERE person_id = %s AND entry_id = %s
"""
_INSERT = """
INSERT INTO journal.document_content (person_id, entry_id, org_number, key_id, key, content_type, bytes,
    digest, scan, pages, body)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_BODY = """
SELECT content_type, bytes, encode(digest, 'hex') AS sha256, scan, pages, key_id, key, body
FROM journal.document_content WHERE person_id = %s AND entry_id = %s
"""
_MARK = """
UPDATE journal.document_content SET scan = %(scan)s, finding = %(finding)s, scanned_at = clock_timestamp()
WHERE person_id = %(person)s AND entry_id = %(entry)s AND scan <> 'infected'
"""
# The mark is the service's own, no writing of anybody's: the version that stands gets it, and no new one.
_MARK_ENTRY = """
UPDATE journal.entry SET body = body || jsonb_build_object('scan', %(scan)s::text)
WHERE person_id = %(person)s AND entry_id = %(entry)s
"""


class Described(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a content is: `bytes` its size, `sha256` in hex, `scan` what a scanner said."""

    content_type: str
    bytes: int
    sha256: str
    scan: str
    pages: int | None = None


class Sealed(msgspec.Struct, frozen=True):
    """A content under a key of its own, which the service's key wraps. `key_id` binds both to each other."""

    key_id: UUID
    key: bytes
    body: bytes


async def described(conn: Connection, person_id: UUID, entry_id: UUID) -> Described | None:
    """What the content of a document is; None without one, or where it is kept out."""
    async with conn.cursor(row_factory=class_row(Described)) as cursor:
        await cursor.execute(_DESCRIBED, (person_id, entry_id))
        return await cursor.fetchone()


async def insert(
    conn: Connection, person_id: UUID, entry_id: UUID, unit: str, what: Described, sealed: Sealed
) -> bool:
    """Keep a content; False when the document has one."""
    values = (
        *(person_id, entry_id, unit, sealed.key_id, sealed.key, what.content_type, what.bytes),
        *(bytes.fromhex(what.sha256), what.scan, what.pages, sealed.body),
    )
    return (await conn.execute(_INSERT, values)).rowcount == 1


async def sealed(conn: Connection, person_id: UUID, entry_id: UUID) -> tuple[Described, Sealed] | None:
    """A content as it is kept, and what was said of it when it came."""
    row = await (await conn.execute(_BODY, (person_id, entry_id))).fetchone()
    return (Described(*row[:5]), Sealed(row[5], bytes(row[6]), bytes(row[7]))) if row else None


async def mark(conn: Connection, person_id: UUID, entry_id: UUID, scan: str, finding: str | None) -> bool:
    """Note what a scanner said of a content that was not shut; False when there is no such any more."""
    values = {"person": person_id, "entry": entry_id, "scan": scan, "finding": finding}
    return (await conn.execute(_MARK, values)).rowcount == 1


async def mark_entry(conn: Connection, person_id: UUID, entry_id: UUID, scan: str) -> None:
    """The document says the same of its content, where one is made of it."""
    await conn.execute(_MARK_ENTRY, {"person": person_id, "entry": entry_id, "scan": scan})


async def note_scan(conn: Connection, person_id: UUID, entry_id: UUID, unit: str, scan: str) -> None:
    """A content that is kept waits for a scanner, or (`clean`) to be scanned again some day."""
    state = "clean" if scan == "clean" else "waiting"
    await conn.execute("SELECT journal.note_scan(%s, %s, %s, %s)", (person_id, entry_id, unit, state))


async def take_unscanned(conn: Connection) -> tuple[UUID, UUID] | None:
    """Person and entry of the content that has waited longest, which is due again later; None: none is."""
    row = await (await conn.execute("SELECT person_id, entry_id FROM journal.take_unscanned()")).fetchone()
    return (row[0], row[1]) if row else None


async def all_unscanned_now(conn: Connection) -> None:
    """What was to be tried again later is to be tried now."""
    await conn.execute("SELECT journal.all_unscanned_now()")


async def scan_again(conn: Connection, before: datetime) -> int:
    """What was last found clean before then waits anew; how many."""
    row = await (await conn.execute("SELECT journal.scan_again(%s)", (before,))).fetchone()
    return int(row[0]) if row else 0


async def scan_said(conn: Connection, person_id: UUID, entry_id: UUID, said: str | None) -> None:
    """What a scanner said of one that waited (`clean`, `infected`); None: there is no such any more."""
    await conn.execute("SELECT journal.scan_said(%s, %s, %s)", (person_id, entry_id, said))


async def scan_state(conn: Connection) -> tuple[int, float, int]:
    """How many contents wait for a scanner, for how many seconds the oldest, and how many are infected."""
    row = await (await conn.execute("SELECT waiting, seconds, infected FROM journal.scan_state()")).fetchone()
    assert row is not None  # noqa: S101 - an aggregate
    return int(row[0]), float(row[1]), int(row[2])


async def quarantined(conn: Connection) -> list[tuple[UUID, str, datetime]]:
    """Infected documents: entry, unit, since when."""
    found = await conn.execute("SELECT entry_id, org_number, since FROM journal.quarantined()")
    return [(row[0], row[1], row[2]) for row in await found.fetchall()]


async def forget_unused(conn: Connection, person_id: UUID) -> None:
    """Contents of which no document was made within a day are gone."""
    await conn.execute("SELECT journal.forget_unused_contents(%s)", (person_id,))
