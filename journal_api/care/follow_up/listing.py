"""A report on its unit's list, with the relation that lets the unit open it: what its row says, projected."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from psycopg import AsyncConnection

from core_record.care_relations.service import (
    CareRelationKind,
    close_relation,
    open_relation,
    reopen_relation,
)
from journal_api.care.follow_up import repository
from journal_api.care.follow_up.models import NO_OWNER, FollowUp
from journal_api.care.relations.spans import AFTERWARDS
from journal_api.care.worklist.service import Item, put
from kit.settings import get_settings

WAITS = timedelta(days=7)
"""From when a result that is not critical stands as overdue (J)."""
ANSWERED_IN = timedelta(days=14)
"""From when tests that are not answered stand as overdue (J)."""
AWAITED = "result-awaited"
"""The kind of item that says: these tests are ordered, and the laboratory has not answered."""
_UNOPENED = frozenset({"unseen", "changed"})


def critical_after() -> timedelta:
    """How long a critical result may wait unopened."""
    return timedelta(minutes=get_settings().critical_result_minutes)


def due_of(row: FollowUp) -> datetime:
    """When the report should have been opened (critical) or assessed."""
    if row.awaited:
        return (row.issued or row.since) + ANSWERED_IN
    return row.since + (critical_after() if row.mark == "critical" else WAITS)


def urgency_of(row: FollowUp) -> int:
    """Critical first, then what nobody has opened, and of each what looks abnormal."""
    if row.awaited:
        return 0
    if row.mark == "critical":
        return 4
    return (2 if row.state in _UNOPENED else 0) + (row.mark == "abnormal")


async def project(conn: AsyncConnection[Any], person_id: UUID, row: FollowUp, now: datetime) -> None:
    """Bring the list and the relation of the row's unit to what the row says.

    The transaction serves the person, and that unit afterwards.
    """
    if row.state in ("elsewhere", "before"):
        return
    await put(conn, _item(person_id, row))
    await relate(conn, person_id, relation_id(row.report, row.unit), row.unit, row.since, row.on_list, now)
    due = row.since + (row.escalated + 1) * critical_after()
    watched = row.is_pressing and row.escalated < 2
    await repository.watch(conn, person_id, row.report, due if watched else None)


async def change_lines(
    conn: AsyncConnection[Any], person_id: UUID, before: FollowUp, *, awaited: bool
) -> None:
    """What was awaited has come, or is awaited anew: the line that stood for it before is done with."""
    if before.awaited != awaited and before.state not in ("elsewhere", "before"):
        await put(conn, _item(person_id, before, waits=False))


async def stand(conn: AsyncConnection[Any], person_id: UUID, row: FollowUp, *, waits: bool) -> None:
    """Whether an awaited report has a line of its own: not where an order's line says it."""
    await put(conn, _item(person_id, row, waits=waits))


async def take_off(conn: AsyncConnection[Any], person_id: UUID, row: FollowUp, now: datetime) -> None:
    """The report leaves the list that `row` says, for another one."""
    await put(conn, _item(person_id, row, waits=False, state="forwarded"))
    await relate(conn, person_id, relation_id(row.report, row.unit), row.unit, row.since, False, now)


async def relate(
    conn: AsyncConnection[Any],
    person_id: UUID,
    relation: UUID,
    unit: str,
    since: datetime,
    on: bool,
    now: datetime,
) -> None:
    """The unit has a relation to the person while something of theirs is on its list, and a while after."""
    if unit.startswith(NO_OWNER):
        return  # nobody's: who takes it on says why
    await open_relation(conn, person_id, relation, CareRelationKind.TASK, unit, min(since, now))
    if on:
        await reopen_relation(conn, person_id, relation)
    else:
        await close_relation(conn, person_id, relation, now + AFTERWARDS)


def relation_id(report: UUID, unit: str) -> UUID:
    """The relation of a unit that a report makes."""
    return uuid5(report, f"relation:{unit}")


def _item(person_id: UUID, row: FollowUp, *, waits: bool | None = None, state: str | None = None) -> Item:
    return Item(
        unit=row.unit,
        id=uuid5(row.report, AWAITED) if row.awaited else row.report,
        person_id=person_id,
        kind=AWAITED if row.awaited else "result",
        state=state or row.state,
        open=row.on_list if waits is None else waits,
        due=due_of(row),
        urgency=urgency_of(row),
        assignee=None if row.escalated else row.assignee,
        label=row.mark,
        since=row.since,
        about=row.report,
    )
