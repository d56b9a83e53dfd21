"""Statements straight through libpq, on psycopg's own connections: for the few that every look-up sends.

A psycopg cursor costs about as much as such a statement itself. Here a statement is prepared once on each
connection, and several go in one round trip (libpq's pipeline mode, PostgreSQL documentation 32.5). The
transaction, its rights and its row-level security are the connection's, exactly as with a cursor.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg import AsyncConnection
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

_PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?s")
_BINARY = 1
_DONE = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)
_numbers = count(1)
_MOST = 256  # statements that a connection keeps: each takes some of the server's memory


class Statement:
    """One statement with psycopg's placeholders, all `%(name)s` or all `%s`; connections know its key."""

    __slots__ = ("key", "names", "text")

    def __init__(self, text: str) -> None:
        """Raises `ValueError` when the two kinds of placeholders are mixed."""
        found: list[str | None] = [match[1] for match in _PLACEHOLDER.finditer(text)]
        if None in found and any(found):
            raise ValueError("placeholders have names, or none has")
        self.names = tuple(dict.fromkeys(name for name in found if name is not None))
        places = {name: f"${number}" for number, name in enumerate(self.names, 1)}
        numbers = count(1)
        self.text = _PLACEHOLDER.sub(
            lambda match: places[match[1]] if match[1] else f"${next(numbers)}", text
        ).encode()
        self.key = f"akson_{next(_numbers)}".encode()


Values = Mapping[str, Any] | Sequence[Any]
Step = tuple[Statement, Values]
_BEGIN: Step = (Statement("BEGIN"), ())
COMMIT: Step = (Statement("COMMIT"), ())


@lru_cache(maxsize=512)
def composed(text: bytes) -> Statement:
    """The statement of a text that psycopg composed; the same text gives the same statement."""
    return Statement(text.decode())


class _Session:
    """What is remembered of one connection: the statements it knows, how values go in and out, who waits.

    `watched`: the socket that the event loop watches for it, from the first round trip of a transaction to
    its end. To begin and end watching is half of what a wait costs, and psycopg does it for each of its own.
    """

    __slots__ = ("known", "loop", "transformer", "waiting", "watched")

    def __init__(self, conn: AsyncConnection[Any]) -> None:
        self.known: set[bytes] = set()
        self.transformer = Transformer(conn)
        self.waiting: asyncio.Future[None] | None = None
        self.watched: int | None = None
        self.loop: asyncio.AbstractEventLoop | None = None

    async def ready(self, number: int) -> None:
        """Wait until there is something to read."""
        self.loop = loop = asyncio.get_running_loop()
        self.waiting = loop.create_future()
        _watch(loop.add_reader, loop, number, self._wake)  # again: psycopg may have ended it meanwhile
        self.watched = number
        await self.waiting

    def _wake(self) -> None:
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_result(None)
        else:
            self.unwatch()  # something came that nobody waits for: it is read with what comes next

    def unwatch(self) -> None:
        """The transaction is over, or its connection is: another socket may get the number."""
        if self.watched is not None and self.loop is not None and not self.loop.is_closed():
            self.loop.remove_reader(self.watched)
        self.watched = None


_sessions: WeakKeyDictionary[AsyncConnection[Any], _Session] = WeakKeyDictionary()


async def run(
    conn: AsyncConnection[Any],
    *steps: Step,
    meanwhile: Callable[[], object] | None = None,
    apart: bool = False,
) -> list[PGresult]:
    """Send the steps in one round trip; a result for each, with values in binary form.

    Begins a transaction when none is open. When a step fails the server skips the ones behind it, COMMIT too,
    and the step's `psycopg.Error` is raised. A caller that goes away meanwhile takes the connection with it.

    `meanwhile` is called once everything is sent, while the database works; what it raises does the same.
    `apart`: the steps are a transaction of their own, begun by the first and committed behind the last, with
    no statement that says so (32.5.1.1). `ValueError` when one is open already.
    """
    session = _sessions.get(conn) or _sessions.setdefault(conn, _Session(conn))
    pgconn = conn.pgconn
    wanted = len(steps)
    if pgconn.transaction_status == TransactionStatus.IDLE:
        steps = steps if apart or conn.autocommit else (_BEGIN, *steps)
    elif apart:
        raise ValueError("a transaction is open: it would end elsewhere")
    try:
        pgconn.enter_pipeline_mode()
        await _make_known(session, conn, steps)
        for statement, values in steps:
            _send(session, pgconn, statement, values)
        await _sent(session, pgconn)
        if meanwhile is not None:
            meanwhile()
        results = await _received(session, pgconn)
        pgconn.exit_pipeline_mode()
        if pgconn.transaction_status != TransactionStatus.INTRANS:
            session.unwatch()
    except BaseException:
        session.unwatch()
        pgconn.finish()  # half a conversation: the server rolls back, the pool makes a new connection
        raise
    _check(session, conn, results)
    return results[-wanted:]


def rows(conn: AsyncConnection[Any], result: PGresult) -> list[tuple[Any, ...]]:
    """A result's rows as Python values."""
    transformer = _sessions[conn].transformer
    transformer.set_pgresult(result)
    return transformer.load_rows(0, result.ntuples, tuple)


def forget(conn: AsyncConnection[Any]) -> None:
    """After a rollback: psycopg may have deallocated every statement, these too."""
    session = _sessions.get(conn)
    if session is not None:
        session.known.clear()
        session.unwatch()


async def _make_known(session: _Session, conn: AsyncConnection[Any], steps: Sequence[Step]) -> None:
    if len(session.known) > _MOST:
        await _close_all(session, conn)
    for statement, _ in steps:
        if statement.key not in session.known:
            await _prepare(session, conn, statement)


async def _close_all(session: _Session, conn: AsyncConnection[Any]) -> None:
    """Let the server forget every statement; what is needed again is prepared again."""
    for key in session.known:
        conn.pgconn.send_close_prepared(key)
    await _sent(session, conn.pgconn)
    _check(session, conn, await _received(session, conn.pgconn))
    session.known.clear()


async def _prepare(session: _Session, conn: AsyncConnection[Any], statement: Statement) -> None:
    """Make the statement known, whether or not it was (closing what is not there is no error)."""
    conn.pgconn.send_close_prepared(statement.key)
    conn.pgconn.send_prepare(statement.key, statement.text)
    await _sent(session, conn.pgconn)
    _check(session, conn, await _received(session, conn.pgconn))
    session.known.add(statement.key)


def _send(session: _Session, pgconn: PGconn, statement: Statement, values: Values) -> None:
    given = [values[name] for name in statement.names] if isinstance(values, Mapping) else values
    binary = [isinstance(value, bytes) for value in given]
    formats = [PyFormat.BINARY if is_binary else PyFormat.TEXT for is_binary in binary]
    dumped = session.transformer.dump_sequence(given, formats)
    pgconn.send_query_prepared(statement.key, dumped, binary, _BINARY)


async def _sent(session: _Session, pgconn: PGconn) -> None:
    """Everything is on its way to the server."""
    pgconn.pipeline_sync()
    while pgconn.flush():
        session.unwatch()
        await _writable(pgconn.socket)


async def _received(session: _Session, pgconn: PGconn) -> list[PGresult]:
    """The results of everything sent."""
    found: list[PGresult] = []
    while True:
        if pgconn.is_busy():
            await session.ready(pgconn.socket)
            pgconn.consume_input()
            continue
        result = pgconn.get_result()
        if result is None:  # the end of one statement's results
            continue
        if result.status == ExecStatus.PIPELINE_SYNC:
            return found
        found.append(result)


def _check(session: _Session, conn: AsyncConnection[Any], results: list[PGresult]) -> None:
    for result in results:
        if result.status not in _DONE:
            session.known.clear()  # the rollback to come makes psycopg deallocate everything
            raise psycopg.errors.error_from_result(result, encoding=conn.info.encoding)


async def _writable(number: int) -> None:
    """Wait until the socket can be written to, or has something to read."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    _watch(loop.add_reader, loop, number, _wake, ready)
    _watch(loop.add_writer, loop, number, _wake, ready)
    try:
        await ready
    finally:
        loop.remove_reader(number)
        loop.remove_writer(number)


def _watch(begin: Callable[..., object], loop: asyncio.AbstractEventLoop, number: int, *then: object) -> None:
    """Watch a socket, also one whose number uvloop still ties to a connection that was reset.

    That watch has ended and raises `RuntimeError`, whoever has the number next. A reset socket is readable:
    libpq says what became of it.
    """
    try:
        begin(number, *then)
    except RuntimeError:
        loop.remove_reader(number)
        begin(number, *then)


def _wake(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
