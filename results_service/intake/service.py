"""The intake as the API sees it: receive a message, tell its state, wait for its outcome."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import redis.asyncio
from celery import Celery
from msgspec import structs
from psycopg import AsyncConnection

from kit.db import Database
from kit.errors import Forbidden, NotFound, TooMany, Unavailable
from kit.keys import KeyRing
from kit.log import get_logger, stack_of
from results_service.intake import repository
from results_service.intake.metrics import Gauges
from results_service.intake.models import Record, Status
from results_service.intake.reach import Reach
from results_service.intake.reception import Reception, delivery_of
from results_service.intake.senders import DeliveringClients
from results_service.intake.signals import FinishedWatch, Waker

MAX_WAITING = 200_000
OPERATOR_CLIENT = "akson-operator"
_POLL_SECONDS = 1.0
_log = get_logger()


class Intake:
    """One per process: `async with intake.running():` around its use."""

    def __init__(
        self,
        database: Database,
        keys: KeyRing,
        valkey: redis.asyncio.Redis,
        celery: Celery,
        *,
        retention_days: int,
    ) -> None:
        self._database = database
        self._keys = keys
        self._retention = timedelta(days=retention_days)
        self._clients = DeliveringClients(database)
        self._waker = Waker(valkey, celery)
        self._watch = FinishedWatch(valkey)
        self._gauges = Gauges(database, valkey)
        self._reach = Reach(database)
        self._reception = Reception(database, keys, retention_days=retention_days, stored=self._on_stored)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the background work going: storing, waking, listening, measuring."""
        work = (self._reception.run, self._waker.run, self._watch.run, self._gauges.run, self._reach.run)
        tasks = [asyncio.create_task(_keep_going(job)) for job in work]
        try:
            yield
        finally:
            await _stop(tasks)

    async def check_sender(self, organisation: str | None, thumbprint: str | None) -> str:
        """The organisation number of a caller that may deliver; `thumbprint` is of the key it signs with.

        Raises `Forbidden` when the token names no organisation or one that is not registered, or the key is
        none of those registered; `TooMany` when more waits than the workers can take.
        """
        if organisation is None:
            raise Forbidden("organisation-missing", "The access token names no organisation.")
        client = await self._clients.find(organisation, thumbprint)
        if not client.registered:
            raise Forbidden(
                "sender-not-registered",
                "The organisation of the access token is not registered to send messages: register it first.",
            )
        if not client.knows(thumbprint):
            raise Forbidden(
                "sender-key-unknown",
                "The request is signed with a key that is not registered for the organisation: register it.",
            )
        if self._gauges.waiting >= MAX_WAITING:
            raise TooMany(
                "intake-full",
                "Too many messages are waiting. Send again later.",
                headers={"Retry-After": "60"},
            )
        return organisation

    async def correct(self, conn: AsyncConnection[Any], organisation: str, data: bytes) -> UUID:
        """Store a corrected message in the caller's transaction, as from the organisation of the first.

        The same bytes again give the same id. Call `wake` after the commit.
        """
        delivery = delivery_of(self._keys, organisation, OPERATOR_CLIENT, data, self._retention)
        if delivery.id in await repository.insert(conn, [delivery]):
            return delivery.id
        found = await repository.find_by_digest(conn, organisation, delivery.digest)
        if found is None:
            raise Unavailable("not-stored", "The message was not stored. Send it again.")
        return found.id

    def wake(self) -> None:
        """Deliveries were put back in the queue: have them processed soon."""
        self._waker.wake()

    async def receive(self, organisation: str, client_id: str, data: bytes) -> Record:
        """Store a message; from here on it is not lost. The same bytes give the same record."""
        return await self._reception.receive(organisation, client_id, data)

    async def state(self, organisation: str, message_id: UUID) -> Record:
        """A delivery's record. A copy of the organisation's own earlier one shows that.

        One in the other format keeps its own names and shows what became of the first.

        Raises `NotFound`, also for what another organisation delivered.
        """
        async with self._database.transaction() as conn:
            return await self._own(conn, organisation, message_id)

    async def outcome(self, organisation: str, message_id: UUID, seconds: float) -> Record:
        """The same, once the message has its final status or `seconds` have gone."""
        deadline = asyncio.get_running_loop().time() + seconds
        with self._watch.expect(message_id) as finished:
            while True:
                record = await self.state(organisation, message_id)
                left = deadline - asyncio.get_running_loop().time()
                if record.status is not Status.RECEIVED or left <= 0:
                    return record
                finished.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(finished.wait(), min(left, _POLL_SECONDS))

    async def _own(self, conn: Any, organisation: str, message_id: UUID) -> Record:
        record = await repository.find(conn, message_id)
        if record is None or record.organisation != organisation:
            raise NotFound("message-unknown", "No message of yours has this id.")
        if record.copy_of is None:
            return record
        first = await repository.find(conn, record.copy_of)
        if first is None or first.organisation != organisation:
            return record
        if first.version == record.version:
            return first
        # Each format has a receipt of its own, by its own names; what became of the two is one thing.
        return structs.replace(
            record,
            status=first.status,
            errors=first.errors,
            warnings=first.warnings,
            unmapped=first.unmapped,
        )

    async def _on_stored(self, count: int) -> None:
        self._gauges.received(count)
        self._waker.wake()


async def _keep_going(job: Callable[[], Awaitable[None]]) -> None:
    """Run a job that should never end; one that breaks is told of and begun again."""
    while True:
        try:
            await job()
        except Exception as error:  # noqa: BLE001 - whatever it was, the intake must go on
            _log.error("background work broke", kind=type(error).__name__, where=stack_of(error))
            await asyncio.sleep(1)


async def _stop(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel until all have ended: a driver that is just closing a connection can swallow a cancellation."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=0.5)
