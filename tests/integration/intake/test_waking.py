"""The signal that wakes the workers: one for many messages, and sent anew when it did not get away."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import redis
import redis.asyncio
from kombu.exceptions import OperationalError

from dev.embedded import Valkey
from results_service.intake import signals
from results_service.intake.signals import Waker, drain_begins


class Broker:
    """In Celery's place: fails as often as told, then takes what is sent."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.sent: list[str] = []

    def send_task(self, name: str, **_: Any) -> None:
        if self.failures:
            self.failures -= 1
            raise OperationalError("the broker is gone")
        self.sent.append(name)


@asynccontextmanager
async def waking(valkey: Valkey, broker: Broker) -> AsyncIterator[Waker]:
    client = redis.asyncio.Redis.from_url(valkey.url)
    waker = Waker(client, broker)  # type: ignore[arg-type]
    task = asyncio.create_task(waker.run())
    try:
        yield waker
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await client.aclose()


async def _until(true: Callable[[], bool]) -> None:
    for _ in range(2000):
        if true():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it did not come")


@pytest.mark.usefixtures("clean_db")
async def test_given_many_messages_when_no_drain_has_begun_then_one_signal_is_sent(valkey: Valkey) -> None:
    broker = Broker()
    async with waking(valkey, broker) as waker:
        for _ in range(20):
            waker.wake()
            await asyncio.sleep(0.005)
        await _until(lambda: bool(broker.sent))
        assert broker.sent == [signals.DRAIN_TASK]

        drain_begins(redis.Redis.from_url(valkey.url))
        waker.wake()
        await _until(lambda: len(broker.sent) == 2)


@pytest.mark.usefixtures("clean_db")
async def test_given_a_signal_that_did_not_get_away_then_it_is_sent_anew_without_another_message(
    valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signals, "_AGAIN_SECONDS", 0.01)
    broker = Broker(failures=2)
    async with waking(valkey, broker) as waker:
        waker.wake()
        await _until(lambda: bool(broker.sent))
    assert broker.sent == [signals.DRAIN_TASK]
