"""Bodies come in their time: who sends a little now and then holds no connection for ever."""

from __future__ import annotations

import asyncio

from starlette.types import Message, Receive

from kit.errors import TooSlow

SECONDS = 30.0
"""What a body may take besides the time that its bytes have by `LEAST_A_SECOND`."""
LEAST_A_SECOND = 20_000
"""Bytes; a thin mobile line brings more."""


def in_time(receive: Receive) -> Receive:
    """`receive` for a body that must come in time; raises `TooSlow` (`body-too-slow`) from within it.

    What comes after the body (that the client has gone) may be waited for as long as one likes.
    """
    began, came, whole = 0.0, 0, False

    async def timed() -> Message:
        nonlocal began, came, whole
        if whole:
            return await receive()
        began = began or asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(began + SECONDS + came / LEAST_A_SECOND):
                message = await receive()
        except TimeoutError as error:
            detail = "The body did not come in time. Nothing was stored: send it again."
            raise TooSlow("body-too-slow", detail, headers={"Connection": "close"}) from error
        came += len(message.get("body", b""))
        whole = not message.get("more_body", False)
        return message

    return timed
