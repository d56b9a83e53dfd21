"""Wake-up calls between the API and the workers, through Valkey. All of them may be lost.

Towards the workers: one key says that a drain is already on its way, so that a thousand messages cost one
publish. Back: the ids of finished deliveries, for callers who wait. What a lost signal leaves behind, the
sweeper and the waiting callers' own polling find in the database.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Iterator
from uuid import UUID

import redis
import redis.asyncio
from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from kit.log import get_logger

DRAIN_TASK = "results_service.intake.drain"
SWEEP_TASK = "results_service.intake.sweep"
HOUSEKEEPING_TASK = "results_service.intake.housekeeping"
REMAP_TASK = "results_service.intake.remap"
_AWAKE = "akson:intake:awake"
_FINISHED = "akson:intake:finished"
_AWAKE_SECONDS = 15  # a drain that was lost on its way is asked for again after this
_SEND_SECONDS = 10
_AGAIN_SECONDS = 1.0
_log = get_logger()


class Waker:
    """Asks the workers to drain the queue; many calls become one signal."""

    def __init__(self, valkey: redis.asyncio.Redis, celery: Celery) -> None:
        self._valkey = valkey
        self._celery = celery
        self._wanted = asyncio.Event()

    def wake(self) -> None:
        """There is work. Returns at once."""
        self._wanted.set()

    async def run(self) -> None:
        """Send the signals until cancelled."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                if await self._valkey.set(_AWAKE, b"1", nx=True, ex=_AWAKE_SECONDS):
                    sending = asyncio.to_thread(self._celery.send_task, DRAIN_TASK, ignore_result=True)
                    await asyncio.wait_for(sending, _SEND_SECONDS)
            except (RedisError, OSError, TimeoutError, OperationalError) as error:
                _log.warning("no signal sent, it is sent anew", kind=type(error).__name__)
                await self._try_later()

    async def _try_later(self) -> None:
        """What was not sent must not look as if it were: else all wait for the sweeper."""
        with contextlib.suppress(RedisError, OSError):
            await self._valkey.delete(_AWAKE)
        self._wanted.set()
        await asyncio.sleep(_AGAIN_SECONDS)


def drain_begins(valkey: redis.Redis) -> None:
    """From here on new messages need a new signal; called before the queue is read."""
    valkey.delete(_AWAKE)


def tell_finished(valkey: redis.Redis, ids: Iterable[UUID]) -> None:
    """Tell those who wait that these deliveries have their outcome."""
    valkey.publish(_FINISHED, b"".join(i.bytes for i in ids))


class FinishedWatch:
    """Lets requests wait for the outcome of a delivery."""

    def __init__(self, valkey: redis.asyncio.Redis) -> None:
        self._valkey = valkey
        self._waiting: dict[UUID, set[asyncio.Event]] = {}

    @contextlib.contextmanager
    def expect(self, message_id: UUID) -> Iterator[asyncio.Event]:
        """An event that is set when the delivery may have finished."""
        event = asyncio.Event()
        self._waiting.setdefault(message_id, set()).add(event)
        try:
            yield event
        finally:
            events = self._waiting[message_id]
            events.discard(event)
            if not events:
                del self._waiting[message_id]

    async def run(self) -> None:
        """Listen until cancelled."""
        while True:
            try:
                await self._listen()
            except (RedisError, OSError) as error:
                _log.warning("not listening for outcomes, callers poll", kind=type(error).__name__)
                await asyncio.sleep(1)

    async def _listen(self) -> None:
        async with self._valkey.pubsub(ignore_subscribe_messages=True) as channel:
            await channel.subscribe(_FINISHED)
            while True:
                message = await channel.get_message(timeout=30)
                if message is not None:
                    self._set(message["data"])

    def _set(self, ids: bytes) -> None:
        for start in range(0, len(ids) - 15, 16):
            for event in self._waiting.get(UUID(bytes=ids[start : start + 16]), ()):
                event.set()
