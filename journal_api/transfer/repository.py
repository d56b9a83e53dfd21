"""The SQL of taking a journal in. Private to this feature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from journal_api.journal.entries.models import Entry, Stamp, Version
from journal_api.transfer.bundle import Kept

_ENTRY = """
INSERT INTO journal.entry (person_id, entry_id, kind, version, state, at, contact_id, org_number, made_by,
    made_name, made_role, made_at, changed_by, changed_name, changed_role, changed_at, signed_by, signed_name,
    signed_role, signed_at, why, content_hash, body, import_id)
VALUES (%(person)s, %(id)s, %(kind)s, %(version)s, %(state)s, %(at)s, %(contact)s, %(unit)s, %(made_by)s,
    %(made_name)s, %(made_role)s, %(made_at)s, %(changed_by)s, %(changed_name)s, %(changed_role)s,
    %(changed_at)s, %(signed_by)s, %(signed_name)s, %(signed_role)s, %(signed_at)s, %(why)s, %(hash)s,
    %(body)s, %(import)s)
ON CONFLICT DO NOTHING
"""
_VERSION = """
INSERT INTO journal.entry_version (person_id, entry_id, version, org_number, state, at, changed_by,
    changed_name, changed_role, changed_at, signed_by, signed_name, signed_role, signed_at, why, body)
VALUES (%(person)s, %(id)s, %(version)s, %(unit)s, %(state)s, %(at)s, %(changed_by)s, %(changed_name)s,
    %(changed_role)s, %(changed_at)s, %(signed_by)s, %(signed_name)s, %(signed_role)s, %(signed_at)s, %(why)s,
    %(body)s)
"""
_IMPORT = """
INSERT INTO journal.import (person_id, import_id, digest, by_id, by_name, unit, counts)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (person_id, digest) DO NOTHING
"""
_KNOWN = "SELECT import_id, counts FROM journal.import WHERE person_id = %s AND digest = %s"


async def known(
    conn: AsyncConnection[Any], person_id: UUID, digest: bytes
) -> tuple[UUID, dict[str, int]] | None:
    """An import of the same bytes, and what it took in."""
    found = await (await conn.execute(_KNOWN, (person_id, digest))).fetchone()
    return (found[0], found[1]) if found else None


async def note(
    conn: AsyncConnection[Any],
    person_id: UUID,
    import_id: UUID,
    digest: bytes,
    by: tuple[UUID, str, str],
    counts: Mapping[str, int],
) -> None:
    """Who took in what, for this person."""
    await conn.execute(_IMPORT, (person_id, import_id, digest, *by, Jsonb(dict(counts))))


async def insert(
    conn: AsyncConnection[Any], person_id: UUID, kept: Kept, digest: bytes, import_id: UUID
) -> bool:
    """An entry with its former versions; False when its id is in use."""
    entry = kept.entry
    values = {
        "person": person_id,
        "kind": entry.kind,
        "contact": entry.contact,
        "hash": digest,
        "import": import_id,
        **_of_version(entry, entry),
        **_stamped("made", entry.made),
    }
    if (await conn.execute(_ENTRY, values)).rowcount == 0:
        return False
    for version in kept.former:
        await conn.execute(_VERSION, {"person": person_id, **_of_version(entry, version)})
    return True


def _of_version(entry: Entry, version: Entry | Version) -> dict[str, Any]:
    return {
        "id": entry.id,
        "unit": entry.unit,
        "version": version.version,
        "state": version.state,
        "at": version.at,
        "why": version.why,
        "body": Jsonb(version.body),
        **_stamped("changed", version.changed),
        **_stamped("signed", version.signed),
    }


def _stamped(name: str, stamp: Stamp | None) -> dict[str, Any]:
    return {
        f"{name}_by": stamp.by if stamp else None,
        f"{name}_name": stamp.name if stamp else None,
        f"{name}_role": stamp.role if stamp else None,
        f"{name}_at": stamp.at if stamp else None,
    }
