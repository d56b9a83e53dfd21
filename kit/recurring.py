"""Tasks that a service does over and over while it runs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from kit.errors import Unavailable
from kit.keys import KeyProblem
from kit.log import get_logger, stack_of


class Recurring:
    """A task done over and over: `step` answers whether there is more to do at once.

    What goes wrong, whatever it is, is told and tried again: a task that ends would be missed by nobody.
    """

    def __init__(self, name: str, every: float, step: Callable[[], Awaitable[bool]]) -> None:
        self.name, self._every, self._step = name, every, step
        self.done_at = time.monotonic()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            started = time.monotonic()
            try:
                while await self._step():
                    pass
                self.done_at = started
            except (Unavailable, KeyProblem) as error:
                problem = error.code if isinstance(error, Unavailable) else str(error)
                get_logger().error("a recurring task failed", task=self.name, problem=problem)
            except Exception as error:  # noqa: BLE001 - the next round may do
                get_logger().error(
                    "a recurring task broke",
                    task=self.name,
                    kind=type(error).__name__,
                    where=stack_of(error),
                )
            await asyncio.sleep(self._every)


@asynccontextmanager
async def running(tasks: Sequence[Recurring]) -> AsyncIterator[None]:
    """The tasks run while the block does."""
    loops = [asyncio.create_task(task.run()) for task in tasks]
    try:
        yield
    finally:
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
