"""The visits of home-care plans as work items: made ahead by the plan alone, withdrawn when it changes.

A visit is a line on the unit's list, no entry: it becomes a contact (`Encounter`, under the visit's own id,
with `plan` and `planned`) when somebody begins it, has done it, or says why not. Made twice it is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

import msgspec
from psycopg import AsyncConnection

from journal_api.care.plans.models import CarePlan
from journal_api.care.worklist.service import Item, put
from journal_api.desk import Visit
from journal_api.journal.entries import repository as entries
from journal_api.journal.entries.models import Entry
from kit.db import set_person, set_unit
from kit.norway import OSLO

DAYS = 2
"""The days whose visits stand on the list: today and tomorrow."""
PLAN = "plan"
"""The kind of item that remembers until when (`due`) a plan's visits are made; no list shows it."""
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# What somebody has begun, done or said why not of is no longer the plan's.
_MAKE = """
INSERT INTO journal.work_item (unit, item_id, person_id, kind, state, due, label, open, minutes, about)
VALUES (%(unit)s, %(id)s, %(person_id)s, 'visit', 'planned', %(due)s, %(label)s, true, %(minutes)s, %(about)s)
ON CONFLICT (unit, item_id) DO UPDATE SET state = 'planned', open = true, label = excluded.label,
    minutes = excluded.minutes, changed_at = clock_timestamp()
WHERE work_item.state IN ('planned', 'withdrawn')
"""
_WITHDRAW = """
UPDATE journal.work_item SET state = 'withdrawn', open = false, changed_at = clock_timestamp()
WHERE unit = %s AND kind = 'visit' AND about = %s AND state = 'planned' AND open AND due >= %s
    AND item_id <> ALL(%s)
"""
_BEHIND = """
SELECT item_id, person_id, due FROM journal.work_item
WHERE unit = %s AND kind = 'plan' AND open AND due < %s ORDER BY item_id FOR UPDATE
"""


class Planned(msgspec.Struct, frozen=True):
    """One visit that a plan makes: its id follows from plan, activity and time."""

    id: UUID
    due: datetime
    minutes: int | None
    label: str | None


def planned(plan_id: UUID, plan: CarePlan, begins: datetime, end: datetime) -> Iterator[Planned]:
    """The visits of a plan from `begins` until `end`; activities without days and times make none."""
    day = begins.astimezone(OSLO).date()
    while (at := _at(day, time())) < end and (plan.until is None or day <= plan.until):
        for activity in plan.activities:
            for clock in activity.times if _WEEKDAYS[at.weekday()] in activity.days else ():
                due = _at(day, time.fromisoformat(clock))
                if begins <= due < end:
                    visit_id = uuid5(plan_id, f"{activity.id}/{day.isoformat()}/{clock}")
                    yield Planned(visit_id, due, activity.minutes, activity.label or activity.kind or None)
        day += timedelta(days=1)


def horizon(now: datetime) -> datetime:
    """Until when visits stand on the list."""
    return _at(now.astimezone(OSLO).date() + timedelta(days=DAYS), time())


async def follow_plan(visit: Visit, entry: Entry, plan: CarePlan) -> None:
    """Bring the list to what the plan says from now on: a pause or an end withdraws what is ahead.

    A new plan has its visits from when it begins, also those of earlier today.
    """
    active, end = entry.state == "active", horizon(visit.now)
    today = _at(visit.now.astimezone(OSLO).date(), time())
    begins = max(entry.at, today if entry.version == 1 else visit.now)
    made = list(planned(entry.id, plan, begins, end)) if active else []
    line = Item(entry.unit, entry.id, visit.person_id, PLAN, entry.state, open=active, due=end)
    await put(visit.conn, line)
    kept = [one.id for one in made]
    await visit.conn.execute(_WITHDRAW, (entry.unit, entry.id, visit.now, kept))
    await _make(visit.conn, entry.unit, visit.person_id, entry.id, made)


async def make_ahead(conn: AsyncConnection[Any], unit: str, now: datetime) -> None:
    """Make the visits of the days that have come within reach since the list was last read.

    Of the unit's own plans, onto its own list: nothing of the plans is shown to anybody.
    """
    await set_unit(conn, unit)
    end, today = horizon(now), _at(now.astimezone(OSLO).date(), time())
    behind = await (await conn.execute(_BEHIND, (unit, end))).fetchall()
    for plan_id, person_id, made_until in behind:
        await set_person(conn, person_id)
        found = await entries.find(conn, person_id, plan_id)
        if found is None or found[0].state != "active":
            continue
        plan = msgspec.convert(found[0].body, CarePlan)
        begins = max(made_until, today, found[0].at)
        await _make(conn, unit, person_id, plan_id, list(planned(plan_id, plan, begins, end)))
        await put(conn, Item(unit, plan_id, person_id, PLAN, "active", open=True, due=end))


async def _make(
    conn: AsyncConnection[Any], unit: str, person_id: UUID, plan_id: UUID, made: Sequence[Planned]
) -> None:
    rows = [
        msgspec.structs.asdict(one) | {"unit": unit, "person_id": person_id, "about": plan_id} for one in made
    ]
    if rows:
        async with conn.cursor() as cursor:
            await cursor.executemany(_MAKE, rows)


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, OSLO)
