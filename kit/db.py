"""PostgreSQL at run time: one request, one transaction, and which person it serves.

Row-level security reads `akson.person` and `akson.unit`. They are set by a *literal* `SET LOCAL`, since
Citus does not propagate `set_config()` to its workers.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import AsyncConnection, Connection, sql
from psycopg_pool import AsyncConnectionPool, ConnectionPool, PoolTimeout

from kit import wire
from kit.errors import Unavailable

_SESSION_OPTIONS = (
    "-c lock_timeout=3s -c statement_timeout=20s -c idle_in_transaction_session_timeout=30s -c timezone=UTC"
)
# Hash partitions make a general plan look dear, so that PostgreSQL plans every statement anew for its values,
# which is two thirds of the time of reading. With the person in every condition the general plan is right.
_GENERAL_PLANS = " -c plan_cache_mode=force_generic_plan"
# After a failed attempt the library waits 1, 2, 4 … seconds, up to minutes: a database that was away for half
# a minute would be found half a minute after it is back. Given up after three seconds, it begins anew with
# the next request. A server that is gone without a word (power, network) is noticed within ten seconds.
_RECONNECT_SECONDS = 3.0
_PATIENCE = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 10_000,
}
_BUSY = (
    psycopg.errors.LockNotAvailable,
    psycopg.errors.QueryCanceled,
    psycopg.errors.IdleInTransactionSessionTimeout,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
    PoolTimeout,
)


def _scope(person: UUID | None, unit: str | None) -> sql.Composed | None:
    parts: list[sql.Composable] = []
    if person is not None:
        parts.append(sql.SQL("SET LOCAL akson.person = {}").format(sql.Literal(str(person))))
    if unit is not None:
        parts.append(sql.SQL("SET LOCAL akson.unit = {}").format(sql.Literal(unit)))
    return sql.SQL("; ").join(parts) if parts else None


async def set_person(conn: AsyncConnection[Any], person: UUID) -> None:
    """From here on this transaction serves `person`, and row-level security shows only that person's rows."""
    await conn.execute(sql.SQL("SET LOCAL akson.person = {}").format(sql.Literal(str(person))), prepare=False)


async def set_unit(conn: AsyncConnection[Any], unit: str) -> None:
    """From here on this transaction serves `unit` too: its projections are visible."""
    await conn.execute(sql.SQL("SET LOCAL akson.unit = {}").format(sql.Literal(unit)), prepare=False)


def set_person_sync(conn: Connection[Any], person: UUID) -> None:
    """`set_person` for Celery's workers."""
    conn.execute(sql.SQL("SET LOCAL akson.person = {}").format(sql.Literal(str(person))), prepare=False)


def _unavailable(error: Exception) -> Unavailable:
    return Unavailable(
        "database-unavailable", f"The database did not answer ({type(error).__name__}). Try again."
    )


@asynccontextmanager
async def savepoint(conn: AsyncConnection[Any]) -> AsyncIterator[None]:
    """A part of a transaction that an exception undoes alone.

    psycopg deallocates prepared statements after any ROLLBACK, those of `kit.wire` too.
    """
    try:
        async with conn.transaction():
            yield
    except BaseException:
        wire.forget(conn)
        raise


class Database:
    """A pool of asynchronous connections for one login role.

    `general_plans` is for services whose statements find their rows the same way whatever the values.
    """

    def __init__(
        self, dsn: str, *, min_size: int = 1, max_size: int = 10, general_plans: bool = False
    ) -> None:
        options = _SESSION_OPTIONS + (_GENERAL_PLANS if general_plans else "")
        self._pool = AsyncConnectionPool(
            dsn,
            min_size=min_size,
            max_size=max_size,
            open=False,
            timeout=5,
            reconnect_timeout=_RECONNECT_SECONDS,
            kwargs={"options": options, "prepare_threshold": 0, **_PATIENCE},
        )

    async def open(self) -> None:
        """Connect; raises `Unavailable` when the database does not answer in five seconds."""
        try:
            await self._pool.open(wait=True, timeout=5)
        except PoolTimeout as error:
            raise _unavailable(error) from error

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close()

    async def ping(self) -> None:
        """A round trip; raises `Unavailable`."""
        async with self.transaction() as conn:
            await conn.execute("SELECT 1")

    @asynccontextmanager
    async def transaction(
        self, *, person: UUID | None = None, unit: str | None = None
    ) -> AsyncIterator[AsyncConnection[Any]]:
        """One transaction: committed at the end of the block, rolled back by any exception.

        Expired lock, statement or idle times and a lost connection are `Unavailable` (503).
        """
        try:
            async with self._pool.connection() as conn:
                if (scope := _scope(person, unit)) is not None:
                    await conn.execute(scope, prepare=False)
                try:
                    yield conn
                except BaseException:
                    wire.forget(conn)
                    raise
        except (*_BUSY, psycopg.OperationalError) as error:
            raise _unavailable(error) from error


class SyncDatabase:
    """The same for Celery's workers and the command line."""

    def __init__(self, dsn: str, *, min_size: int = 1, max_size: int = 4) -> None:
        self._pool = ConnectionPool(
            dsn,
            min_size=min_size,
            max_size=max_size,
            open=False,
            timeout=5,
            reconnect_timeout=_RECONNECT_SECONDS,
            kwargs={"options": _SESSION_OPTIONS, "prepare_threshold": 0, **_PATIENCE},
        )

    def open(self) -> None:
        """Connect; raises `Unavailable`."""
        try:
            self._pool.open(wait=True, timeout=5)
        except PoolTimeout as error:
            raise _unavailable(error) from error

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

    @contextmanager
    def transaction(
        self, *, person: UUID | None = None, unit: str | None = None
    ) -> Iterator[Connection[Any]]:
        """One transaction, as `Database.transaction`."""
        try:
            with self._pool.connection() as conn:
                if (scope := _scope(person, unit)) is not None:
                    conn.execute(scope, prepare=False)
                yield conn
        except (*_BUSY, psycopg.OperationalError) as error:
            raise _unavailable(error) from error


def literal_sql(text: LiteralString) -> sql.SQL:
    """Mark a constant statement as SQL; a type checker refuses anything built at run time."""
    return sql.SQL(text)
