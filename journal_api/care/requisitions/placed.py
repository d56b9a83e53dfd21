"""Who ordered, by the number that a laboratory names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from journal_api.care.requisitions import repository


async def ordered_by(
    conn: AsyncConnection[Any], person_id: UUID, numbers: Sequence[str]
) -> tuple[str, UUID] | None:
    """(unit, health worker) of the newest order of the person with one of these numbers."""
    found = await repository.numbered(conn, person_id, numbers) if numbers else []
    return next(((order.unit, order.body.requester) for order in found if order.body.requester), None)


async def answered(conn: AsyncConnection[Any], person_id: UUID) -> set[UUID]:
    """The person's orders that are followed up here and answered as a whole."""
    return await repository.answered(conn, person_id)
