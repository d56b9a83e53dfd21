"""Valkey: signals, replay caches, sessions, rate limits. Nothing is kept here that may not be lost."""

from __future__ import annotations

from functools import lru_cache

import redis
import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff

from kit.settings import get_settings


@lru_cache(maxsize=1)
def client() -> redis.Redis:
    """The process's synchronous client."""
    return redis.Redis.from_url(get_settings().redis_url, socket_timeout=5, socket_connect_timeout=2)


def async_client() -> redis.asyncio.Redis:
    """A new asynchronous client (one per event loop); the caller closes it.

    It tries again for about a second, long enough for a restart: the library's own ten seconds are too long
    for somebody who waits at a page.
    """
    return redis.asyncio.Redis.from_url(
        get_settings().redis_url,
        socket_timeout=5,
        socket_connect_timeout=2,
        retry=Retry(ExponentialWithJitterBackoff(base=0.05, cap=0.5), 5),
    )
