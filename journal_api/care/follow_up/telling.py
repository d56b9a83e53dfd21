"""Telling those who have opened a version that is not the newest any more, each on their own list."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from psycopg import AsyncConnection

from journal_api.care.follow_up import repository
from journal_api.care.follow_up.listing import relate
from journal_api.care.follow_up.models import FollowUp
from journal_api.care.worklist.service import Item, put, stands

CHANGED = "result-changed"
"""The kind of item that says: what you have opened has a newer version, or is gone."""


async def tell_openers(conn: AsyncConnection[Any], person_id: UUID, row: FollowUp, now: datetime) -> None:
    """Everyone who has opened a version and on whose own list the report does not stand anyway."""
    for personnel_id, unit in await repository.openers(conn, person_id, row.report):
        if not (row.on_list and (unit, personnel_id) == (row.unit, row.assignee)):
            await _tell(conn, person_id, row, personnel_id, unit, now, waits=True)


async def has_seen(
    conn: AsyncConnection[Any], person_id: UUID, row: FollowUp, personnel_id: UUID, now: datetime
) -> None:
    """Somebody has opened the newest version: what told them of it is done with, wherever they were."""
    for opener, unit in await repository.openers(conn, person_id, row.report):
        if opener == personnel_id and await stands(conn, unit, told_id(row, personnel_id, unit)):
            await _tell(conn, person_id, row, personnel_id, unit, now, waits=False)


def told_id(row: FollowUp, personnel_id: UUID, unit: str) -> UUID:
    """The item that tells somebody who works there."""
    return uuid5(row.report, f"told:{personnel_id}:{unit}")


async def _tell(
    conn: AsyncConnection[Any],
    person_id: UUID,
    row: FollowUp,
    personnel_id: UUID,
    unit: str,
    now: datetime,
    *,
    waits: bool,
) -> None:
    told = Item(
        unit=unit,
        id=told_id(row, personnel_id, unit),
        person_id=person_id,
        kind=CHANGED,
        state="gone" if row.state == "gone" else "changed",
        open=waits,
        urgency=3 if row.mark == "critical" else 2,
        assignee=personnel_id,
        label=row.mark,
        since=row.since,
        about=row.report,
    )
    await put(conn, told)
    await relate(conn, person_id, told.id, unit, row.since, waits, now)
