"""The sealer's SQL, as `akson_sealer`: it sees hashes and numbers of persons' rows, never their contents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import AsyncConnection, Connection

from core_record.access_log.heads import Head, microseconds

_LOCK = 0x616B73656C  # "aksel": one sealer at a time
_PERSON_ROWS = """
SELECT l.person_id, l.seq, l.hash, l.at FROM core_record.access_log l
WHERE l.at >= %(since)s AND NOT EXISTS (
    SELECT 1 FROM core_record.sealed_row s WHERE s.person_id = l.person_id AND s.seq = l.seq)
ORDER BY l.at LIMIT %(count)s
"""
_ACTOR_ROWS = """
SELECT a.actor_hash, a.event_id, sha256(convert_to(core_record.actor_log_text(a), 'UTF8')), a.at
FROM core_record.actor_log a
WHERE a.at >= %(since)s AND NOT EXISTS (
    SELECT 1 FROM core_record.sealed_actor_row s
    WHERE s.actor_hash = a.actor_hash AND s.event_id = a.event_id)
ORDER BY a.at LIMIT %(count)s
"""
# Rows before the first of a batch that no batch holds: a chain has no gaps, so they must be there.
_BETWEEN = """
SELECT l.person_id, l.seq, l.hash, l.at
FROM unnest(%(persons)s::uuid[], %(last)s::bigint[]) AS b (person_id, last)
JOIN core_record.access_log l ON l.person_id = b.person_id AND l.seq < b.last
    AND l.seq > coalesce(
        (SELECT max(s.seq) FROM core_record.sealed_row s WHERE s.person_id = b.person_id), 0)
"""
_OLDEST = """
SELECT min(at) FROM (
    (SELECT min(l.at) AS at FROM core_record.access_log l WHERE l.at >= %(since)s AND NOT EXISTS (
        SELECT 1 FROM core_record.sealed_row s WHERE s.person_id = l.person_id AND s.seq = l.seq))
    UNION ALL
    (SELECT min(a.at) FROM core_record.actor_log a WHERE a.at >= %(since)s AND NOT EXISTS (
        SELECT 1 FROM core_record.sealed_actor_row s
        WHERE s.actor_hash = a.actor_hash AND s.event_id = a.event_id))
) unsealed
"""
_HEAD = "number, at, rows, size, root, prev, key_id, signature"


class PersonRow(NamedTuple):
    """A row of a person's chain to be sealed."""

    person_id: UUID
    seq: int
    hash: bytes
    at: datetime


class ActorRow(NamedTuple):
    """A row of the log keyed by actor to be sealed; `hash` is of its text."""

    actor_hash: bytes
    event_id: UUID
    hash: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant of the database: its clock, the oldest transaction then under way, the first yet to come."""

    at: datetime
    oldest: int
    next: int


async def try_lock(conn: AsyncConnection[Any]) -> bool:
    """Whether this transaction is the one that seals now."""
    row = await (await conn.execute("SELECT pg_try_advisory_xact_lock(%s)", (_LOCK,))).fetchone()
    return bool(row and row[0])


async def moment(conn: AsyncConnection[Any]) -> Moment:
    """Now, before reading."""
    found = await conn.execute(
        "SELECT clock_timestamp(), pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint"
        " FROM pg_current_snapshot() s"
    )
    row = await found.fetchone()
    assert row is not None  # noqa: S101 - always one row
    return Moment(*row)


async def last_head(conn: AsyncConnection[Any]) -> tuple[Head, datetime] | None:
    """The newest head, and the time before which every row is sealed."""
    found = await conn.execute(
        f"SELECT {_HEAD}, settled FROM core_record.log_head ORDER BY number DESC LIMIT 1"  # noqa: S608
    )
    row = await found.fetchone()
    return (_head(row), row[8]) if row else None


async def heads_after(conn: AsyncConnection[Any], number: int, count: int) -> list[Head]:
    """The heads that follow a head."""
    found = await conn.execute(
        f"SELECT {_HEAD} FROM core_record.log_head WHERE number > %s ORDER BY number LIMIT %s",  # noqa: S608
        (number, count),
    )
    return [_head(row) for row in await found.fetchall()]


async def head(conn: AsyncConnection[Any], number: int) -> Head | None:
    """One head."""
    found = await heads_after(conn, number - 1, 1)
    return found[0] if found and found[0].number == number else None


async def person_rows(conn: AsyncConnection[Any], since: datetime, count: int) -> list[PersonRow]:
    """Unsealed rows of persons' chains from `since` on, the oldest first."""
    found = await conn.execute(_PERSON_ROWS, {"since": since, "count": count})
    return [PersonRow(*row) for row in await found.fetchall()]


async def actor_rows(conn: AsyncConnection[Any], since: datetime, count: int) -> list[ActorRow]:
    """Unsealed rows of the log keyed by actor from `since` on, the oldest first."""
    found = await conn.execute(_ACTOR_ROWS, {"since": since, "count": count})
    return [ActorRow(*row) for row in await found.fetchall()]


async def rows_before(conn: AsyncConnection[Any], newest: dict[UUID, int]) -> list[PersonRow]:
    """All unsealed rows of these persons below the given numbers."""
    found = await conn.execute(_BETWEEN, {"persons": list(newest), "last": list(newest.values())})
    return [PersonRow(*row) for row in await found.fetchall()]


async def insert_head(conn: AsyncConnection[Any], new: Head, settled: datetime, leaves: bytes) -> None:
    """Write a head with its leaves."""
    await conn.execute(
        "INSERT INTO core_record.log_head VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            new.number,
            new.time(),
            new.rows,
            new.size,
            new.root,
            new.prev,
            new.key,
            new.signature,
            settled,
            leaves,
        ),
    )


async def insert_seals(
    conn: AsyncConnection[Any], number: int, persons: Sequence[PersonRow], actors: Sequence[ActorRow]
) -> None:
    """Note where each row stands: persons' rows first, then actors', in the order of the leaves."""
    await conn.execute(
        "INSERT INTO core_record.sealed_row SELECT p, s, %s, n - 1"
        " FROM unnest(%s::uuid[], %s::bigint[]) WITH ORDINALITY AS r (p, s, n)",
        (number, [row.person_id for row in persons], [row.seq for row in persons]),
    )
    await conn.execute(
        "INSERT INTO core_record.sealed_actor_row SELECT a, e, %s, n - 1 + %s"
        " FROM unnest(%s::bytea[], %s::uuid[]) WITH ORDINALITY AS r (a, e, n)",
        (number, len(persons), [row.actor_hash for row in actors], [row.event_id for row in actors]),
    )


def oldest_unsealed_sync(conn: Connection[Any]) -> datetime | None:
    """The time of the oldest row that no head holds yet; None when all are sealed. As `akson_auditor`."""
    settled = conn.execute("SELECT settled FROM core_record.log_head ORDER BY number DESC LIMIT 1").fetchone()
    since = settled[0] if settled else datetime(1970, 1, 1, tzinfo=UTC)
    row = conn.execute(_OLDEST, {"since": since}).fetchone()
    return row[0] if row else None


def _head(row: Sequence[Any]) -> Head:
    number, at, rows, size, root, prev, key, signature = row[:8]
    return Head(number, microseconds(at), rows, size, bytes(root), bytes(prev), key, bytes(signature))
