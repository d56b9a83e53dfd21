"""Tell a citizen that something happened; read one's own notices.

A notice is written in the transaction of what it tells of: both are there, or neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, Connection

from core_record.notices import repository
from core_record.notices.models import Notice, NoticeKind

__all__ = ["Notice", "NoticeKind", "add", "add_sync", "counts", "key_of_day", "mark_read", "page"]

_NO_DETAILS: Mapping[str, str] = {}


def key_of_day(actor_hash: bytes, day: date) -> str:
    """A key by which one actor's doings of one day are one notice: a screen makes many calls."""
    return f"{actor_hash.hex()}:{day.isoformat()}"


async def add(
    conn: AsyncConnection[Any],
    person_id: UUID,
    kind: NoticeKind,
    *,
    key: str,
    details: Mapping[str, str] = _NO_DETAILS,
    of_next_row: bool = True,
) -> UUID | None:
    """Tell `person_id` of something, in the caller's transaction, which must serve that person.

    `key` makes repeating safe: the same kind and key is one notice (None is returned then).
    `of_next_row`: the notice is about the access-log row that this transaction appends next for the person;
    call `add` before the append. `details`: codes and ids alone, never a name, number or result.
    """
    return await repository.add(conn, person_id, kind.value, key, details, of_next_row=of_next_row)


def add_sync(
    conn: Connection[Any],
    person_id: UUID,
    kind: NoticeKind,
    *,
    key: str,
    details: Mapping[str, str] = _NO_DETAILS,
    of_next_row: bool = False,
) -> UUID | None:
    """`add` for workers and importers, which as a rule append no log row."""
    return repository.add_sync(conn, person_id, kind.value, key, details, of_next_row=of_next_row)


async def counts(conn: AsyncConnection[Any], person_id: UUID) -> tuple[int, int]:
    """How many notices a person has, and how many are unread."""
    return await repository.counts(conn, person_id)


async def page(conn: AsyncConnection[Any], person_id: UUID, skip: int, count: int) -> list[Notice]:
    """A page of a person's notices, newest first."""
    return await repository.page(conn, person_id, skip, count)


async def mark_read(conn: AsyncConnection[Any], person_id: UUID, until: datetime) -> int:
    """Mark what came until `until` as read; returns how many were unread."""
    return await repository.mark_read(conn, person_id, until)
