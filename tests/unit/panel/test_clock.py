"""The panel's clock ends when the service does, whatever its round makes of being cancelled."""

from __future__ import annotations

import asyncio

from citizen_panel.clock import _end, _every


async def test_given_a_round_that_turns_its_cancellation_into_an_error_then_the_clock_still_ends() -> None:
    began = asyncio.Event()

    async def work() -> None:
        began.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise ConnectionError from None

    loop = asyncio.create_task(_every(60, work))
    await began.wait()
    await asyncio.wait_for(_end([loop]), 30)
    assert loop.cancelled()
