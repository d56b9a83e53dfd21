"""Celery as it is used here: a wake-up call, never the place where work is kept."""

from __future__ import annotations

from typing import Any, Self

from celery import Celery
from celery.app.amqp import AMQP
from kombu import Connection
from kombu.transport import redis as redis_transport
from redis.exceptions import ConnectionError  # noqa: A004 - the library's, which its callers expect

from kit.settings import get_settings

_AGAIN = {"interval_start": 0.5, "interval_step": 0.5, "interval_max": 2.0}  # seconds between attempts


class _Channel(redis_transport.Channel):
    """A channel that says of a connection which is gone what it is.

    The library falls over its missing parts with an `AttributeError`, which nobody expects: a worker that has
    a task under way when Valkey goes (to acknowledge, or to give back) ends itself. As a `ConnectionError` it
    is no more than that: the message was a wake-up call, and the next sweep does its work.
    """

    def _create_client(self, asynchronous: bool = False) -> Any:
        if self.connection is None or self.connection.client is None:
            raise ConnectionError("this channel's connection is closed")
        return super()._create_client(asynchronous=asynchronous)  # type: ignore[misc]


class _Transport(redis_transport.Transport):
    Channel = _Channel


class _Connection(Connection):
    """A broker connection that comes back within two seconds of the broker, however long that was away.

    The library waits ever longer, up to 30 s.
    """

    def get_transport_cls(self) -> type[_Transport]:
        """Always the one above: the broker is `AKSON_REDIS_URL`."""
        return _Transport

    def ensure_connection(self, *args: Any, **kwargs: Any) -> Self:
        """As the library's, with other waits."""
        return super().ensure_connection(*args, **(_AGAIN | kwargs))


class _Amqp(AMQP):
    Connection = _Connection


def make_celery(name: str, *, include: list[str]) -> Celery:
    """A Celery app on `AKSON_REDIS_URL`; results are not kept, tasks are acknowledged when done."""
    url = get_settings().redis_url
    if url.startswith("unix://"):
        url = "redis+socket://" + url.removeprefix("unix://")
    app = Celery(name, broker=url, include=include, amqp=_Amqp)
    app.conf.update(
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={"visibility_timeout": 120, "global_keyprefix": f"{name}."},
        enable_utc=True,
        timezone="UTC",
    )
    return app
