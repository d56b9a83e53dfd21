"""A gate for those who make load: closed, it lets nothing more begin and waits for what is under way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Gate:
    """Open at first."""

    def __init__(self) -> None:
        self._go = asyncio.Event()
        self._go.set()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._under_way = 0

    @asynccontextmanager
    async def through(self) -> AsyncIterator[None]:
        """One piece of work; it begins when the gate is open."""
        await self._go.wait()
        self._under_way += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._quiet.set()

    async def close(self) -> None:
        """Let nothing more begin, and wait for what is under way."""
        self._go.clear()
        await self._quiet.wait()

    def open(self) -> None:
        """Let everything go on."""
        self._go.set()
