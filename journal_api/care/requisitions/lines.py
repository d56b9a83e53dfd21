"""Orders on the list of the unit that ordered, for as long as an answer is missing.

A line stands from when the order is made and says when it is late; nothing has to happen for it to be seen.
What a laboratory has registered of an order stands on the order's line, not on a second one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from psycopg import AsyncConnection

from journal_api.care.follow_up.answers import FollowUp, relate, reports_of, stand
from journal_api.care.requisitions import repository
from journal_api.care.requisitions.models import Placed, Progress
from journal_api.care.requisitions.progress import progress_of
from journal_api.care.worklist.service import Item, put, stands
from journal_api.journal.entries.models import Entry
from journal_api.withholding import nothing_withheld

UNANSWERED, PREPARED = "requisition", "requisition-draft"
"""The kinds of items: an order without its whole answer; a draft that somebody is to order by."""
_WEIGHT = {"acute": 2, "urgent": 1, "ordinary": 0}


async def hold_orders(conn: AsyncConnection[Any], person_id: UUID) -> None:
    """Nobody else brings the person's lines up to date until the transaction ends: taken before rows are."""
    await repository.hold(conn, person_id)


async def refresh(
    conn: AsyncConnection[Any], person_id: UUID, now: datetime, *, changed: UUID | None = None
) -> None:
    """Bring the lines of a person's orders, and of what laboratories have registered, to what is known.

    `changed`: the order whose line is written whatever it said. The transaction serves the person, and sees
    everything of theirs; it serves some unit afterwards.
    """
    await repository.hold(conn, person_id)
    orders = await repository.followed(conn, person_id)
    if not orders and changed is None:
        return  # most have none; what is registered has its own line
    reports = await reports_of(conn, person_id)
    joined: set[UUID] = set()
    for order, progress in each_progress(orders, reports):
        if progress.state != "answered":
            joined |= set(progress.reports)
        line = _line_of(progress)
        if order.id == changed or order.line != line:
            await repository.keep_line(conn, person_id, order.id, line)
            await _put(conn, person_id, order, progress, now)
    for row in reports:
        if row.awaited and row.on_list:
            await stand(conn, person_id, row, waits=row.report not in joined)


async def agree(
    conn: AsyncConnection[Any], person_id: UUID, found: Sequence[tuple[Placed, Progress]], now: datetime
) -> None:
    """Where a line says other than what was found, bring all along: two persons have become one."""
    said = await repository.lines(conn, person_id)
    active = [(order.id, progress) for order, progress in found if order.state == "active"]
    if any(entry in said and said[entry] != _line_of(progress) for entry, progress in active):
        async with nothing_withheld(conn):
            await refresh(conn, person_id, now)


def each_progress(orders: Sequence[Placed], reports: Sequence[FollowUp]) -> list[tuple[Placed, Progress]]:
    """Each order with how far it is answered; what a person gave to one is not proposed for another."""
    given = {report for order in orders for report in order.body.confirmed}
    return [(order, progress_of(order, reports, given - set(order.body.confirmed))) for order in orders]


async def close(conn: AsyncConnection[Any], person_id: UUID, entry: Entry, now: datetime) -> None:
    """An order that is awaited no more leaves the list."""
    await repository.keep_line(conn, person_id, entry.id, entry.state)
    ended = Item(
        unit=entry.unit, id=entry.id, person_id=person_id, kind=UNANSWERED, state=entry.state, open=False
    )
    await put(conn, ended)
    await relate(conn, person_id, _relation(entry.id), entry.unit, entry.made.at, False, now)


async def is_prepared(conn: AsyncConnection[Any], entry: Entry) -> bool:
    """Whether a draft of this order waits on its unit's list."""
    return await stands(conn, entry.unit, uuid5(entry.id, PREPARED))


async def prepare(
    conn: AsyncConnection[Any], person_id: UUID, entry: Entry, assignee: UUID | None, now: datetime
) -> None:
    """A draft is on its unit's list, and off it when it is ordered by or thrown away."""
    item = Item(
        unit=entry.unit,
        id=uuid5(entry.id, PREPARED),
        person_id=person_id,
        kind=PREPARED,
        state=entry.state,
        open=entry.state == "draft",
        due=entry.made.at,  # it is to be ordered by now
        assignee=assignee,
        label=entry.body["field"],
        since=entry.made.at,
        about=entry.id,
    )
    await put(conn, item)
    await relate(conn, person_id, item.id, entry.unit, entry.made.at, item.open, now)


async def _put(
    conn: AsyncConnection[Any], person_id: UUID, order: Placed, progress: Progress, now: datetime
) -> None:
    waits = progress.state != "answered"
    item = Item(
        unit=order.unit,
        id=order.id,
        person_id=person_id,
        kind=UNANSWERED,
        state="proposed" if waits and progress.proposals else progress.state,
        open=waits,
        due=progress.due,
        urgency=_WEIGHT[order.body.urgency],
        assignee=order.body.requester,
        label=order.body.field,
        since=order.at,
        about=order.id,
    )
    await put(conn, item)
    await relate(conn, person_id, _relation(order.id), order.unit, min(order.at, now), waits, now)


def _line_of(progress: Progress) -> str:
    """What a line says, to see whether it is another."""
    proposed = " proposed" if progress.proposals else ""
    return f"{progress.state}{proposed} {progress.due.isoformat()}"


def _relation(entry_id: UUID) -> UUID:
    return uuid5(entry_id, "relation")
