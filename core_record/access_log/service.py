"""Append to the access log, read a citizen's own, verify all of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from core_record.access_log import repository
from core_record.access_log.account import LookUpAccount, note_row
from core_record.access_log.export import export
from core_record.access_log.group_commit import GroupCommit
from core_record.access_log.models import ActorEntry, LogEntry, LogRow, Who
from core_record.access_log.report import ChainFault, ChainReport
from core_record.access_log.sealing_repository import oldest_unsealed_sync
from core_record.access_log.verify import verify_all
from kit.db import set_person

__all__ = [
    "ActorEntry",
    "ChainFault",
    "ChainReport",
    "GroupCommit",
    "LogEntry",
    "LogRow",
    "LookUpAccount",
    "Who",
    "append",
    "append_actor",
    "append_and_commit",
    "export",
    "last_visit",
    "note_row",
    "oldest_unsealed_sync",
    "read_own",
    "verify_all",
]


SAME_VISIT = timedelta(minutes=30)


async def append(conn: AsyncConnection[Any], entry: LogEntry) -> int:
    """Write one row; the last statement before commit, since it holds the person's chain until then.

    The transaction must serve the person (`akson.person`). Returns the row's number in the chain.
    """
    seq = await repository.append(conn, entry)
    note_row()
    return seq


async def append_and_commit(
    conn: AsyncConnection[Any], entry: LogEntry, meanwhile: Callable[[], object] | None = None
) -> None:
    """As `append`, and commit: the transaction is over when this returns, and the row is durable.

    `meanwhile` is called once it is on its way to the database.
    """
    await repository.append_and_commit(conn, entry, meanwhile)
    note_row()


async def append_actor(conn: AsyncConnection[Any], entry: ActorEntry) -> None:
    """Write one row to the log keyed by actor (no person was opened)."""
    await repository.append_actor(conn, entry)
    note_row()


async def read_own(
    conn: AsyncConnection[Any], person_id: UUID, since: datetime, before: datetime, skip: int, count: int
) -> tuple[int, list[LogRow]]:
    """How many rows the person's log has in `since <= at < before`, and a page of them, newest first.

    Rows of persons who were merged into this one are among them: it is one human being's log.
    """
    earlier = await repository.merged_into(conn, person_id)
    if not earlier:
        return await repository.read_page(conn, person_id, since, before, skip, count)
    total, rows = await repository.read_page(conn, person_id, since, before, 0, skip + count)
    for merged in earlier:
        await set_person(conn, merged)
        more, theirs = await repository.read_page(conn, merged, since, before, 0, skip + count)
        total, rows = total + more, rows + theirs
    await set_person(conn, person_id)
    return total, sorted(rows, key=lambda row: row.at, reverse=True)[skip : skip + count]


async def last_visit(
    conn: AsyncConnection[Any], person_id: UUID, actor_hash: bytes, kind: str
) -> datetime | None:
    """Start of the actor's last visit to the person before the present one; None when there was none.

    A visit is made of permitted look-ups in which `kind` was shown, less than `SAME_VISIT` apart. The
    transaction must serve the person.
    """
    return await repository.last_visit(conn, person_id, actor_hash, kind, SAME_VISIT)
