"""What orders ask of follow-up: a person's reports, whether one has a line of its own, a unit's relation."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from journal_api.care.follow_up import repository
from journal_api.care.follow_up.listing import relate, stand
from journal_api.care.follow_up.models import FollowUp

__all__ = ["FollowUp", "relate", "reports_of", "stand"]


async def reports_of(conn: AsyncConnection[Any], person_id: UUID) -> list[FollowUp]:
    """All the person's reports as they are followed up, also those on no list; the newest first."""
    return await repository.every(conn, person_id)
