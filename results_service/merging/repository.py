"""The SQL of merging. Private to this feature; all of it in one transaction of the role `akson_results`."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from psycopg import AsyncConnection, sql
from psycopg.types.json import Jsonb

from kit.db import set_person

# Every table of this service that persons own, a table of tomorrow too. Originals and their keys are
# encrypted for a person and moved by themselves; so is what names a person outside any wall.
_TABLES = """
SELECT c.relname FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'person_id' AND NOT a.attisdropped
WHERE c.relnamespace = 'results'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
AND c.relrowsecurity AND c.relname NOT IN ('original', 'person_key') ORDER BY c.relname
"""
Conn = AsyncConnection[Any]


class Pair(NamedTuple):
    """Who is to go and who stays, or why not."""

    from_person: UUID | None
    to_person: UUID | None
    code: str | None


class Original(NamedTuple):
    """An original under a person's key."""

    message_id: UUID
    keep_until: Any
    body: bytes


async def begin(conn: Conn, from_hash: bytes, to_hash: bytes) -> Pair:
    """Lock the person who is to go; `code` says why the two cannot be merged."""
    row = await (
        await conn.execute("SELECT * FROM core_record.begin_merge(%s, %s)", (from_hash, to_hash))
    ).fetchone()
    return Pair(*row) if row else Pair(None, None, "number-unknown")


async def tables(conn: Conn) -> list[str]:
    """The tables whose rows are moved as they are."""
    return [str(name) for (name,) in await (await conn.execute(_TABLES)).fetchall()]


async def move(conn: Conn, table: str, from_person: UUID, to_person: UUID) -> int:
    """Move the rows of one table; how many. Behind the second wall: read as one, written as the other."""
    name = sql.Identifier("results", table)
    await set_person(conn, from_person)
    found = await conn.execute(
        sql.SQL("SELECT to_jsonb(t)::text FROM {} t WHERE person_id = %s").format(name), (from_person,)
    )
    rows = await found.fetchall()
    await set_person(conn, to_person)
    write = sql.SQL(
        "INSERT INTO {0} SELECT * FROM jsonb_populate_record("
        "NULL::{0}, %s::jsonb || jsonb_build_object('person_id', %s::text))"
    ).format(name)
    for (row,) in rows:
        await conn.execute(write, (row, str(to_person)))
    await set_person(conn, from_person)
    await conn.execute(sql.SQL("DELETE FROM {} WHERE person_id = %s").format(name), (from_person,))
    return len(rows)


async def originals(conn: Conn, person_id: UUID) -> list[Original]:
    """A person's originals; the transaction serves the person."""
    await set_person(conn, person_id)
    found = await conn.execute(
        "SELECT message_id, keep_until, body FROM results.original WHERE person_id = %s", (person_id,)
    )
    return [Original(*row) for row in await found.fetchall()]


async def person_key(conn: Conn, person_id: UUID) -> bytes | None:
    """A person's wrapped data key."""
    await set_person(conn, person_id)
    found = await conn.execute("SELECT wrapped FROM results.person_key WHERE person_id = %s", (person_id,))
    row = await found.fetchone()
    return bytes(row[0]) if row else None


async def put_person_key(conn: Conn, person_id: UUID, wrapped: bytes) -> None:
    """Keep a person's first data key."""
    await set_person(conn, person_id)
    await conn.execute(
        "INSERT INTO results.person_key (person_id, wrapped) VALUES (%s, %s)", (person_id, wrapped)
    )


async def put_original(conn: Conn, person_id: UUID, original: Original) -> None:
    """Keep an original; the transaction serves the person."""
    await conn.execute(
        "INSERT INTO results.original (person_id, message_id, keep_until, body) VALUES (%s, %s, %s, %s)",
        (person_id, *original),
    )


async def drop_originals(conn: Conn, person_id: UUID) -> None:
    """Delete the originals that now lie under the other's key, and the key itself."""
    await set_person(conn, person_id)
    await conn.execute("DELETE FROM results.original WHERE person_id = %s", (person_id,))
    await conn.execute("DELETE FROM results.person_key WHERE person_id = %s", (person_id,))


async def move_follow_up(conn: Conn, from_person: UUID, to_person: UUID) -> int:
    """What the journal follows up of the one is followed up of the other."""
    row = await (
        await conn.execute("SELECT journal.move_follow_up(%s, %s)", (from_person, to_person))
    ).fetchone()
    return int(row[0]) if row else 0


async def move_journal(conn: Conn, from_person: UUID, to_person: UUID) -> dict[str, int]:
    """The journal of the one is the other's, on every unit's list too; rows moved, by table."""
    row = await (
        await conn.execute("SELECT journal.move_journal(%s, %s)", (from_person, to_person))
    ).fetchone()
    return {f"journal.{table}": int(number) for table, number in row[0].items()} if row else {}


async def move_names(conn: Conn, from_person: UUID, to_person: UUID) -> dict[str, int]:
    """Report numbers and deliveries: whose they are now."""
    row = await (
        await conn.execute("SELECT results.move_report_keys(%s, %s)", (from_person, to_person))
    ).fetchone()
    messages = await conn.execute(
        "UPDATE results.intake_message SET person_id = %s WHERE person_id = %s", (to_person, from_person)
    )
    return {"report_key": int(row[0]) if row else 0, "intake_message": messages.rowcount}


async def finish(
    conn: Conn, pair: tuple[UUID, UUID], merge_id: UUID, ordered_by: str, reason: str, moved: dict[str, int]
) -> None:
    """Both numbers lead to one person from the commit on; fails when anything is left behind."""
    await conn.execute(
        "SELECT core_record.finish_merge(%s, %s, %s, %s, %s, %s)",
        (*pair, merge_id, ordered_by, reason, Jsonb(moved)),
    )
