"""Waiting for a database whose connection was reset, on the event loop that the services use."""

from __future__ import annotations

import asyncio
import socket

import pytest
import uvloop

from kit import wire


async def _reset_while_waited_for(session: wire._Session) -> socket.socket:
    """The server's process was killed with something unread: the kernel resets the connection."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    waiting = asyncio.create_task(session.ready(ours.fileno()))
    await asyncio.sleep(0)
    ours.send(b"a query that nobody reads")
    theirs.close()
    await waiting
    return ours


def test_given_a_connection_that_was_reset_when_it_is_waited_for_again_then_its_end_can_be_read() -> None:
    async def main() -> None:
        session = wire._Session(None)  # type: ignore[arg-type]
        ours = await _reset_while_waited_for(session)
        async with asyncio.timeout(5):
            await session.ready(ours.fileno())
        with pytest.raises(ConnectionResetError):
            ours.recv(1)
        session.unwatch()
        ours.close()

    uvloop.run(main())


def test_given_a_connection_that_was_reset_then_the_next_one_of_its_number_is_waited_for() -> None:
    async def main() -> None:
        session = wire._Session(None)  # type: ignore[arg-type]
        ours = await _reset_while_waited_for(session)
        session.watched = None  # as after a transaction that had ended before
        number = ours.fileno()
        ours.close()
        ours, theirs = socket.socketpair()
        assert ours.fileno() == number
        theirs.send(b"an answer")
        async with asyncio.timeout(5):
            await session.ready(number)
        session.unwatch()

    uvloop.run(main())
