"""A finished delivery once more: read as it was received, or put back in the queue.

In transactions of the caller, which decides who may. Both lock the delivery until commit.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from kit.db import set_person
from kit.errors import NotFound
from kit.keys import KeyRing
from results_service.intake import originals, repository
from results_service.intake.models import Status


class Replay(StrEnum):
    """What came of putting a delivery back."""

    QUEUED = "queued"
    NOT_WAITING = "not-waiting"  # it is in the queue already, or needs nothing
    GONE = "original-gone"  # its bytes are deleted, as at a reservation


async def read_original(conn: AsyncConnection[Any], keys: KeyRing, message_id: UUID) -> bytes | None:
    """The bytes as they were received, or None when they are gone. Raises `NotFound`.

    The transaction serves the message's person afterwards, where it is known.
    """
    kept = await repository.find_kept(conn, message_id)
    if kept is not None and kept.body is None and kept.person_id is not None:
        await set_person(conn, kept.person_id)
        kept = await repository.find_kept(conn, message_id)
    if kept is None:
        raise NotFound("message-unknown", "No message has this id.")
    if kept.body is not None:
        return originals.open_sealed(keys, message_id, kept.body)
    if kept.person_id is None or kept.wrapped is None or kept.original is None:
        return None
    return originals.open_personal(keys, kept.person_id, message_id, kept.wrapped, kept.original)


async def put_back(conn: AsyncConnection[Any], keys: KeyRing, message_id: UUID) -> Replay:
    """Have a rejected or waiting delivery processed anew, from the start. Raises `NotFound`.

    What it stored the first time is recognised by its hashes and not stored twice.
    """
    kept = await repository.find_kept(conn, message_id)
    if kept is not None and kept.status not in (Status.REJECTED, Status.NEEDS_ATTENTION):
        return Replay.NOT_WAITING
    data = await read_original(conn, keys, message_id)
    if data is None:
        return Replay.GONE
    await repository.put_back(conn, message_id, originals.seal(keys, message_id, data))
    return Replay.QUEUED
