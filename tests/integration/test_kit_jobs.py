"""Celery's connections when Valkey goes: a worker that held a message lives on and comes back soon."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery
from kombu import Connection, Consumer, Message, Producer, Queue

from dev.embedded import Valkey
from kit import jobs
from kit.settings import Settings


@pytest.fixture
def valkey_of_its_own() -> Iterator[Valkey]:
    with tempfile.TemporaryDirectory(prefix="akson-test-", dir="/tmp") as name:
        valkey = Valkey(Path(name))
        valkey.start()
        try:
            yield valkey
        finally:
            valkey.stop()


@pytest.fixture
def app(valkey_of_its_own: Valkey, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Celery:
    own = settings.model_copy(update={"redis_url": valkey_of_its_own.url})
    monkeypatch.setattr(jobs, "get_settings", lambda: own)
    return jobs.make_celery("results", include=[])


def _holding_a_message(app: Celery) -> tuple[Connection, Message]:
    """A connection as the worker has it while a task is under way: its message is not acknowledged, and it
    waits for the next one and, on another channel, for orders."""
    connection: Connection = app.connection_for_read()
    connection.ensure_connection(max_retries=1)
    held: list[Message] = []
    queue = Queue("held", channel=connection.default_channel)
    Producer(connection).publish("work", routing_key="held", declare=[queue])
    Consumer(connection, [queue], callbacks=[lambda _body, message: held.append(message)]).consume()
    orders = connection.channel()
    Consumer(orders, [Queue("orders")]).consume()
    while not held:
        connection.drain_events(timeout=5)
    with contextlib.suppress(TimeoutError):
        connection.drain_events(timeout=0.1)
    return connection, held[0]


def test_given_a_message_in_hand_when_valkey_is_killed_then_the_worker_can_close_and_go_on(
    app: Celery, valkey_of_its_own: Valkey
) -> None:
    connection, message = _holding_a_message(app)
    assert valkey_of_its_own.process is not None
    valkey_of_its_own.process.kill()
    valkey_of_its_own.process.wait()

    with contextlib.suppress(Exception):  # what the worker does with a lost connection, in this order
        connection.collect(socket_timeout=1)
    connection.close()

    assert not connection.connected
    with pytest.raises(connection.connection_errors):  # a task that ends now: expected, and logged
        message.ack()


def test_given_valkey_there_when_a_connection_closes_then_its_message_goes_back(app: Celery) -> None:
    connection, _ = _holding_a_message(app)
    connection.close()

    with app.connection_for_read() as another:
        queue = another.SimpleQueue("held")
        assert queue.get(timeout=5).payload == "work"


def test_given_valkey_away_for_long_when_a_connection_tries_again_then_never_after_more_than_two_seconds(
    app: Celery, valkey_of_its_own: Valkey
) -> None:
    valkey_of_its_own.stop()
    waits: list[float] = []

    def note(_error: Exception, interval: float) -> None:
        waits.append(interval)
        if len(waits) == 5:
            valkey_of_its_own.start()

    connection = app.connection_for_read()
    connection.ensure_connection(note, None)  # as the worker and beat call it

    assert connection.connected
    assert len(waits) == 5
    assert max(waits) <= 2
    connection.close()
