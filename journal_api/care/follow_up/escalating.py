"""A critical result that nobody has opened in time: to all of the unit, then to the emergency clinic."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import msgspec
from psycopg import AsyncConnection
from psycopg.errors import LockNotAvailable

from journal_api.care.follow_up import repository
from journal_api.care.follow_up.listing import project, relate
from journal_api.care.follow_up.models import NO_OWNER, Event, FollowUp
from journal_api.care.worklist.service import Item, put
from kit.db import Database, savepoint, set_person
from kit.log import get_logger, stack_of

LATE = "result-late"
"""The kind of item on the emergency clinic's list: a critical result that its own unit has not opened."""
_AGAIN = timedelta(minutes=1)


async def escalate(db: Database, now: datetime) -> bool:
    """Take the critical result that has waited longest one step further; whether there was one.

    One that cannot be taken further, or that somebody is at just now, comes again; it holds nothing else up.
    Raises `Unavailable`.
    """
    async with db.transaction() as conn:
        late = await repository.take_late(conn, now)
        if late is None:
            return False
        person_id, report_id = late
        try:
            async with savepoint(conn):
                await set_person(conn, person_id)
                await _further(conn, person_id, report_id, now)
        except LockNotAvailable:  # waiting would be a deadlock: who has the report's row wants the watch
            await repository.watch(conn, person_id, report_id, now + _AGAIN)
        except Exception as error:  # noqa: BLE001 - one result must not keep all others from escalating
            tell_of("a critical result could not be escalated", report_id, error)
            await repository.watch(conn, person_id, report_id, now + _AGAIN)
        return True


async def _further(conn: AsyncConnection[Any], person_id: UUID, report_id: UUID, now: datetime) -> None:
    row = await repository.find(conn, person_id, report_id, lock="now")
    if row is None or not row.is_pressing or row.escalated > 1:
        await repository.watch(conn, person_id, report_id, None)
        return
    await _step(conn, person_id, msgspec.structs.replace(row, escalated=row.escalated + 1), now)


def tell_of(what: str, report_id: UUID, error: Exception) -> None:
    """Tell the log what could not be done with a report, and where; no exception's text."""
    where = stack_of(error)
    get_logger().error(what, report_id=str(report_id), kind=type(error).__name__, where=where)


async def _step(conn: AsyncConnection[Any], person_id: UUID, row: FollowUp, now: datetime) -> None:
    await repository.put(conn, person_id, row)
    clinic = await _clinic(conn, row) if row.escalated > 1 else None
    event = Event(
        id=uuid5(row.report, f"escalated:{row.place}:{row.escalated}"),
        at=now,
        kind="escalated",
        unit=row.unit,
        version=row.version,
        to_unit=clinic,
    )
    await repository.note(conn, person_id, row.report, event)
    await project(conn, person_id, row, now)
    if clinic is not None:
        await put_late(conn, person_id, row, clinic, now, waits=True)


async def put_late(
    conn: AsyncConnection[Any], person_id: UUID, row: FollowUp, clinic: str, now: datetime, *, waits: bool
) -> None:
    """Bring the emergency clinic's list and relation to whether the result still waits unopened."""
    item = Item(
        unit=clinic,
        id=uuid5(row.report, f"late:{clinic}"),
        person_id=person_id,
        kind=LATE,
        state=row.state,
        open=waits,
        urgency=4,
        label=row.mark,
        since=now,
        about=row.report,
    )
    await put(conn, item)
    await relate(conn, person_id, item.id, clinic, row.since, waits, now)


async def need_not_look(conn: AsyncConnection[Any], person_id: UUID, row: FollowUp, now: datetime) -> None:
    """It was opened, or another version or nothing has come in its place: emergency clinics look no more."""
    if row.escalated > 1:
        for clinic in await repository.clinics(conn, person_id, row.report):
            await put_late(conn, person_id, row, clinic, now, waits=False)


async def _clinic(conn: AsyncConnection[Any], row: FollowUp) -> str | None:
    """The emergency clinic of the municipality; None where there is none, or it is the unit itself."""
    if row.unit.startswith(NO_OWNER):
        municipality: str | None = row.unit.removeprefix(NO_OWNER)
    else:
        municipality = await repository.municipality_of_unit(conn, row.unit)
    clinic = await repository.emergency_of(conn, municipality) if municipality else None
    return clinic if clinic != row.unit else None
