"""The SQL of documents' contents. Private to this feature."""

from __future__ import annotations

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
SELECT key_id, key, body FROM journal.document_content WHERE person_id = %s AND entry_id = %s
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


async def sealed(conn: Connection, person_id: UUID, entry_id: UUID) -> Sealed | None:
    """A content as it is kept."""
    row = await (await conn.execute(_BODY, (person_id, entry_id))).fetchone()
    return Sealed(row[0], bytes(row[1]), bytes(row[2])) if row else None


async def forget_unused(conn: Connection, person_id: UUID) -> None:
    """Contents of which no document was made within a day are gone."""
    await conn.execute("SELECT journal.forget_unused_contents(%s)", (person_id,))
