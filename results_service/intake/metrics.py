"""What operations see of the intake at `/metrics`.

Workers and API processes count in Valkey, so that whichever process is asked tells the same. The counters
start anew when Valkey does, as Prometheus expects of counters.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import redis
import redis.asyncio
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from kit.db import Database
from kit.errors import Unavailable
from kit.log import get_logger
from kit.web import REGISTRY
from results_service.intake import repository
from results_service.intake.models import Backlog, Status

_COUNTS = "akson:intake:counts"
_DELETED = "originals-deleted"
_EVERY_SECONDS = 5.0
_FRESH_SECONDS = 20.0
_COUNT_TO = 1_000_000
_log = get_logger()


def count_deleted(valkey: redis.Redis, originals: int) -> None:
    """Add to the counter of originals deleted past their time, from a worker."""
    valkey.hincrby(_COUNTS, _DELETED, originals)


def count(valkey: redis.Redis, counts: dict[Status, int]) -> None:
    """Add to the counters of outcomes, from a worker."""
    with valkey.pipeline(transaction=False) as pipe:
        for status, number in counts.items():
            pipe.hincrby(_COUNTS, status.value, number)
        pipe.execute()


class _Snapshot(Collector):
    """The latest measurements, in the form that `/metrics` asks for."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.backlog = Backlog(0, 0.0)
        self.measured_at = -_FRESH_SECONDS

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        """Called at each scrape."""
        counter = CounterMetricFamily(
            "akson_intake_messages", "Messages by what became of them", labels=["status"]
        )
        for status in Status:
            counter.add_metric([status.value], self.counts.get(status.value, 0))
        yield counter
        yield CounterMetricFamily(
            "akson_originals_deleted",
            "Original messages deleted past their retention time",
            value=self.counts.get(_DELETED, 0),
        )
        if time.monotonic() - self.measured_at > _FRESH_SECONDS:
            return  # not known: an old number would say that all is well
        waiting, oldest = self.backlog.waiting, self.backlog.oldest_seconds
        yield GaugeMetricFamily("akson_intake_waiting", "Messages not yet processed", value=waiting)
        yield GaugeMetricFamily(
            "akson_intake_oldest_seconds",
            "Age of the oldest message not yet processed, seconds",
            value=oldest,
        )


_snapshot = _Snapshot()
REGISTRY.register(_snapshot)


class Gauges:
    """Measures at intervals, so that a scrape costs nothing."""

    def __init__(self, database: Database, valkey: redis.asyncio.Redis) -> None:
        self._database = database
        self._valkey = valkey
        self._received = 0

    @property
    def waiting(self) -> int:
        """Messages that waited at the last measurement."""
        return _snapshot.backlog.waiting

    def received(self, number: int) -> None:
        """Count messages stored; told to Valkey at the next measurement."""
        self._received += number

    async def run(self) -> None:
        """Measure until cancelled."""
        while True:
            try:
                await self._measure()
            except (RedisError, OSError, Unavailable) as error:
                _log.warning("intake not measured", kind=type(error).__name__)
            await asyncio.sleep(_EVERY_SECONDS)

    async def _measure(self) -> None:
        async with self._database.transaction() as conn:
            _snapshot.backlog = await repository.backlog(conn, _COUNT_TO)
        _snapshot.measured_at = time.monotonic()
        number = self._received
        async with self._valkey.pipeline(transaction=False) as pipe:
            pipe.hincrby(_COUNTS, Status.RECEIVED.value, number)
            pipe.hgetall(_COUNTS)
            _, counts = await pipe.execute()
        self._received -= number
        _snapshot.counts = {key.decode(): int(value) for key, value in counts.items()}
