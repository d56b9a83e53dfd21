"""Append to the access log, read a citizen's own, verify all of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from core_record.access_log import repository
from core_record.access_log.models import ActorEntry, LogEntry, LogRow, Who
from core_record.access_log.verify import ChainFault, ChainReport, verify_all, verify_chain

__all__ = [
    "ActorEntry",
    "ChainFault",
    "ChainReport",
    "LogEntry",
    "LogRow",
    "Who",
    "append",
    "append_actor",
    "append_and_commit",
    "read_own",
    "verify_all",
    "verify_chain",
]


async def append(conn: AsyncConnection[Any], entry: LogEntry) -> int:
    """Write one row; the last statement before commit, since it holds the person's chain until then.

    The transaction must serve the person (`akson.person`). Returns the row's number in the chain.
    """
    return await repository.append(conn, entry)


async def append_and_commit(conn: AsyncConnection[Any], entry: LogEntry) -> None:
    """As `append`, and commit: the transaction is over when this returns, and the row is durable."""
    await repository.append_and_commit(conn, entry)


async def append_actor(conn: AsyncConnection[Any], entry: ActorEntry) -> None:
    """Write one row to the log keyed by actor (no person was opened)."""
    await repository.append_actor(conn, entry)


async def read_own(
    conn: AsyncConnection[Any], person_id: UUID, since: datetime, before: datetime, skip: int, count: int
) -> tuple[int, list[LogRow]]:
    """How many rows the person's log has in `since <= at < before`, and a page of them, newest first."""
    return await repository.read_page(conn, person_id, since, before, skip, count)
