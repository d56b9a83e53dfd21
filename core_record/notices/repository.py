"""The notices' SQL. Private to this feature."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection, Connection
from psycopg.rows import class_row

from core_record.notices.models import Notice

_ADD = "SELECT core_record.add_notice(%s, %s, %s, %s::jsonb, %s)"
_LIST = (
    "SELECT n.notice_id, n.at, n.kind, n.details, n.read_at, l.event_id AS log_event, l.actor_name, l.role,"
    " l.organisation_name, l.place_name"
    " FROM core_record.notice n LEFT JOIN core_record.access_log l"
    " ON l.person_id = n.person_id AND l.seq = n.log_seq"
    " WHERE n.person_id = %s ORDER BY n.at DESC, n.notice_id OFFSET %s LIMIT %s"
)
_COUNTS = (
    "SELECT count(*), count(*) FILTER (WHERE read_at IS NULL) FROM core_record.notice WHERE person_id = %s"
)
_READ = (
    "UPDATE core_record.notice SET read_at = clock_timestamp()"
    " WHERE person_id = %s AND read_at IS NULL AND at <= %s"
)


def _values(
    person_id: UUID, kind: str, key: str, details: Mapping[str, str], *, of_next_row: bool
) -> tuple[Any, ...]:
    return person_id, kind, key, msgspec.json.encode(details).decode(), of_next_row


async def add(
    conn: AsyncConnection[Any],
    person_id: UUID,
    kind: str,
    key: str,
    details: Mapping[str, str],
    *,
    of_next_row: bool,
) -> UUID | None:
    """Write a notice; None when one with this kind and key is there already."""
    values = _values(person_id, kind, key, details, of_next_row=of_next_row)
    row = await (await conn.execute(_ADD, values)).fetchone()
    return row[0] if row else None


def add_sync(
    conn: Connection[Any],
    person_id: UUID,
    kind: str,
    key: str,
    details: Mapping[str, str],
    *,
    of_next_row: bool,
) -> UUID | None:
    """`add` for workers."""
    row = conn.execute(_ADD, _values(person_id, kind, key, details, of_next_row=of_next_row)).fetchone()
    return row[0] if row else None


async def counts(conn: AsyncConnection[Any], person_id: UUID) -> tuple[int, int]:
    """How many notices there are, and how many of them are unread."""
    row = await (await conn.execute(_COUNTS, (person_id,))).fetchone()
    return (row[0], row[1]) if row else (0, 0)


async def page(conn: AsyncConnection[Any], person_id: UUID, skip: int, count: int) -> list[Notice]:
    """A page of a person's notices, newest first."""
    async with conn.cursor(row_factory=class_row(Notice)) as cursor:
        await cursor.execute(_LIST, (person_id, skip, count))
        return await cursor.fetchall()


async def mark_read(conn: AsyncConnection[Any], person_id: UUID, until: datetime) -> int:
    """Mark what came until then as read; returns how many were not."""
    return (await conn.execute(_READ, (person_id, until))).rowcount
