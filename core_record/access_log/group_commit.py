"""Rows of look-ups that end at about the same time, written in one transaction (ADR 0049).

To begin, commit and flush is half of what a row costs the database. Where many look-ups are under way, a row
waits for a few others for `PATIENCE`; whoever brings the last of them writes them all. A look-up is
answered after the commit of its own row, as ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import AsyncConnection

from core_record.access_log import repository
from core_record.access_log.models import LogEntry
from kit.db import Database
from kit.errors import Unavailable

MOST = 8
"""Rows in a transaction; more of them saved little more, and hold each other's chains longer."""
SHARE = 2
"""A row waits for as many others as make one in two of the look-ups under way."""
CROWDED = 2 * SHARE
"""So many look-ups under way that rows wait for each other; with fewer each is written by itself."""
PATIENCE = 0.01
"""Seconds a row waits for others, before it asks for a connection."""


@dataclass(frozen=True, slots=True)
class _Row:
    entry: LogEntry
    written: asyncio.Future[None]

    def settle(self, error: BaseException | None = None) -> None:
        """Tell whoever waits, unless it has gone away."""
        if self.written.done():
            return
        if error is None:
            self.written.set_result(None)
        else:
            self.written.set_exception(error)


class _Kept:
    """What one look-up does meanwhile; if it fails, that is no matter of the others."""

    def __init__(self, work: Callable[[], object] | None) -> None:
        self._work = work
        self.error: Exception | None = None

    def __call__(self) -> None:
        try:
            if self._work is not None:
                self._work()
        except Exception as error:  # noqa: BLE001 - raised when the rows are written
            self.error = error


class GroupCommit:
    """The rows that wait in this process, for one database and one event loop."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._under_way = 0
        self._waiting: list[_Row] = []
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @contextmanager
    def under_way(self) -> Iterator[bool]:
        """Around each look-up: by them is reckoned how many others to wait for.

        Whether it is `CROWDED`: then its row goes to `add`, otherwise it writes it in its own transaction.
        """
        self._under_way += 1
        try:
            yield self._under_way >= CROWDED
        finally:
            self._under_way -= 1

    def add(self, entry: LogEntry) -> asyncio.Future[None]:
        """Let a row wait. The future is done when it is committed, or has the error that kept it from it.

        Whoever adds looks at `due` before anything else is awaited, and calls `write` when it is.
        """
        loop = asyncio.get_running_loop()
        row = _Row(entry, loop.create_future())
        row.written.add_done_callback(_seen)
        self._waiting.append(row)
        if not self.due and self._timer is None:
            self._timer = loop.call_later(PATIENCE, self._late)
        return row.written

    @property
    def due(self) -> bool:
        """Whether enough rows wait."""
        return len(self._waiting) >= min(MOST, max(1, self._under_way // SHARE))

    async def write(self, conn: AsyncConnection[Any], meanwhile: Callable[[], object] | None = None) -> None:
        """Write all that wait, on a connection with no transaction open; `meanwhile` as in `wire.run`.

        What becomes of each row its future says. Only what `meanwhile` raises, and cancellation, is raised.
        """
        rows, kept = self._taken(), _Kept(meanwhile)
        try:
            free = await repository.append_if_free(conn, [row.entry for row in rows], kept)
        except psycopg.Error as error:
            self._failed(conn, rows, error)
        except BaseException:
            _settle(rows, _unavailable("interrupted"))
            raise
        else:
            _settle([row for row, is_free in zip(rows, free, strict=True) if is_free])
            self._one_by_one([row for row, is_free in zip(rows, free, strict=True) if not is_free])
        if kept.error is not None:
            raise kept.error

    def _taken(self) -> list[_Row]:
        rows, self._waiting = self._waiting, []
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        return rows

    def _failed(self, conn: AsyncConnection[Any], rows: list[_Row], error: psycopg.Error) -> None:
        """Where the server answered, nothing is written; where it did not, nobody knows: nothing is shown."""
        if conn.closed:
            _settle(rows, _unavailable(type(error).__name__))
        else:
            self._one_by_one(rows)

    def _one_by_one(self, rows: list[_Row]) -> None:
        """Each in a transaction of its own, which waits for its person's chain."""
        for row in rows:
            self._begin(self._alone(row))

    async def _alone(self, row: _Row) -> None:
        try:
            async with self._db.transaction(person=row.entry.person_id) as conn:
                await repository.append_and_commit(conn, row.entry)
        except Exception as error:  # noqa: BLE001 - whoever waits raises it
            row.settle(error)
        except BaseException:
            row.settle(_unavailable("interrupted"))
            raise
        else:
            row.settle()

    def _late(self) -> None:
        self._timer = None
        self._begin(self._write_late(list(self._waiting)))

    async def _write_late(self, late: list[_Row]) -> None:
        try:
            async with self._db.transaction() as conn:
                if self._waiting:  # else somebody has written them meanwhile
                    await self.write(conn)
        except Unavailable as error:  # no connection; rows that came meanwhile have a timer of their own
            _settle([row for row in self._waiting if row in late], error)
            self._waiting = [row for row in self._waiting if row not in late]

    def _begin(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)  # the loop itself keeps no strong reference
        task.add_done_callback(self._tasks.discard)


def _seen(written: asyncio.Future[None]) -> None:
    """Fetch what nobody may fetch: asyncio would print it, and a database's error names the row's values."""
    if not written.cancelled():
        written.exception()


def _settle(rows: Sequence[_Row], error: BaseException | None = None) -> None:
    for row in rows:
        row.settle(error)


def _unavailable(why: str) -> Unavailable:
    return Unavailable("database-unavailable", f"The access log did not answer ({why}). Try again.")
