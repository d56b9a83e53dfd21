"""Making deliveries durable: those that come in at the same moment share one statement and one commit.

Each caller still gets its receipt only after the commit that holds its message.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from kit.db import Database
from kit.errors import AksonError, Unavailable
from kit.ids import new_id
from kit.keys import KeyRing
from kit.log import get_logger
from results_service.intake import originals, repository
from results_service.intake.chains import names_in
from results_service.intake.models import Delivery, Record, Status

MAX_BATCH = 64
# Reasons that are no fault of the bytes: sent again, such a message is tried anew. `several-reports`: of v1.3
# what earlier versions of Akson refused; the rest is refused again.
_WORTH_ANOTHER_TRY = frozenset(
    {"processing-failed", "sender-not-allowed", "sender-not-registered", "several-reports"}
)
_log = get_logger()


class Reception:
    """Stores what comes in. `run` must be running."""

    def __init__(
        self,
        database: Database,
        keys: KeyRing,
        *,
        retention_days: int,
        stored: Callable[[int], Awaitable[None]],
    ) -> None:
        self._database = database
        self._keys = keys
        self._retention = timedelta(days=retention_days)
        self._stored = stored
        self._queue: asyncio.Queue[tuple[Delivery, asyncio.Future[bool]]] = asyncio.Queue()

    async def receive(self, organisation: str, client_id: str, data: bytes) -> Record:
        """Store `data` durably and return its record; the earlier record when the bytes were sent before.

        Raises `Unavailable` when nothing could be stored.
        """
        delivery = delivery_of(self._keys, organisation, client_id, data, self._retention)
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((delivery, done))
        if await done:
            return Record(delivery.id, organisation, Status.RECEIVED, delivery.received_at, [], [], [])
        return await self._repeated(delivery)

    async def run(self) -> None:
        """Write batches until cancelled."""
        while True:
            batch = [await self._queue.get()]
            while len(batch) < MAX_BATCH and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            await self._write(batch)

    async def _write(self, batch: list[tuple[Delivery, asyncio.Future[bool]]]) -> None:
        try:
            async with self._database.transaction() as conn:
                stored = await repository.insert(conn, [delivery for delivery, _ in batch])
        except Exception as error:  # noqa: BLE001 - every caller of the batch is told
            _log.error("messages not stored", kind=type(error).__name__, count=len(batch))
            _fail(batch, error)
            return
        for delivery, done in batch:
            if not done.done():
                done.set_result(delivery.id in stored)
        if stored:
            await self._stored(len(stored))

    async def _repeated(self, delivery: Delivery) -> Record:
        async with self._database.transaction() as conn:
            found = await repository.find_by_digest(conn, delivery.organisation, delivery.digest)
            if found is None:
                raise Unavailable("not-stored", "The message was not stored. Send it again.")
            if not _WORTH_ANOTHER_TRY.intersection(p.code for p in found.errors):
                return found
            await repository.take_up_again(conn, found.id)
            again = await repository.find(conn, found.id)
        await self._stored(0)
        return again or found


def delivery_of(
    keys: KeyRing, organisation: str, client_id: str, data: bytes, retention: timedelta
) -> Delivery:
    """A message as it came, ready to be stored."""
    message_id, now = new_id(), datetime.now(UTC)
    msg_id, report = names_in(data)
    return Delivery(
        id=message_id,
        organisation=organisation,
        client_id=client_id,
        received_at=now,
        keep_until=now + retention,
        digest=keys.find_hash(hashlib.sha256(data).hexdigest()),
        size=len(data),
        body=originals.seal(keys, message_id, data),
        msg_chain=_chain(keys, msg_id),
        report_chain=_chain(keys, report),
    )


def _chain(keys: KeyRing, name: bytes | None) -> int | None:
    if name is None:
        return None
    return int.from_bytes(keys.find_hash(name.hex())[:8], "big", signed=True)


def _fail(batch: list[tuple[Delivery, asyncio.Future[bool]]], error: Exception) -> None:
    reason = error if isinstance(error, AksonError) else None
    for _, done in batch:
        if not done.done():
            done.set_exception(
                reason or Unavailable("not-stored", "The message was not stored. Send it again.")
            )
