"""Checks of children as work items: made when a health centre takes a child in, done by a finished contact.

An item a check, due at its age. A check counts for the age nearest to it, and closes the ages before.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from uuid import uuid5

import msgspec

from journal_api.desk import Visit
from journal_api.journal.entries.models import Entry
from kit.db import set_unit
from kit.norway import OSLO

LATEST = timedelta(days=28)
"""A check this long past when the child is taken in is no longer called for (J)."""
_PUT = """
INSERT INTO journal.work_item (unit, item_id, person_id, kind, state, due, label, open)
VALUES (%(unit)s, %(id)s, %(person_id)s, 'check', %(state)s, %(due)s, %(label)s, %(open)s)
ON CONFLICT (unit, item_id) DO UPDATE SET state = excluded.state, open = excluded.open,
    changed_at = clock_timestamp()
WHERE work_item.state IN ('planned', 'withdrawn')
"""
_WAITING = """
SELECT item_id, due FROM journal.work_item
WHERE unit = %s AND person_id = %s AND kind = 'check' AND state IN ('planned', 'finished', 'passed')
ORDER BY due
"""
_DONE = """
UPDATE journal.work_item SET state = CASE WHEN item_id = %(nearest)s THEN 'finished' ELSE 'passed' END,
    open = false, about = %(contact)s, changed_at = clock_timestamp()
WHERE unit = %(unit)s AND item_id = ANY(%(ids)s) AND state = 'planned'
"""
_UNDONE = """
UPDATE journal.work_item SET state = 'planned', open = true, about = NULL, changed_at = clock_timestamp()
WHERE unit = %s AND person_id = %s AND kind = 'check' AND about = %s
"""
_NOT_THEIRS = """
UPDATE journal.work_item SET state = 'planned', open = true, about = NULL, changed_at = clock_timestamp()
WHERE unit = %s AND person_id <> %s AND kind = 'check' AND about = %s
"""


class Check(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An age at which a child is seen: so many days, or calendar months, after birth."""

    code: str
    days: int = 0
    months: int = 0

    def due(self, born: date) -> date:
        """The day of it for a child born then."""
        if not self.months:
            return born + timedelta(days=self.days)
        years, month = divmod(born.month - 1 + self.months, 12)
        year = born.year + years
        return date(year, month + 1, min(born.day, monthrange(year, month + 1)[1]))


class _Programme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    checks: list[Check]


@lru_cache(maxsize=1)
def programme() -> tuple[Check, ...]:
    """The checks by age."""
    text = (Path(__file__).parent / "programme.yaml").read_bytes()
    return tuple(msgspec.yaml.decode(text, type=_Programme).checks)


def nearest(dues: Sequence[datetime], at: datetime) -> int:
    """Which of some times, in order, lies nearest; the earlier of two."""
    return min(range(len(dues)), key=lambda place: (abs(dues[place] - at), place))


async def follow_admission(visit: Visit, entry: Entry, unit: str, *, is_open: bool) -> None:
    """While a child is with the health centre, the checks ahead stand on its list."""
    born = visit.decision.facts.birth_date
    if born is None:
        return
    await set_unit(visit.conn, unit)
    rows = []
    for check in programme():
        due = datetime.combine(check.due(born), time(), OSLO)
        if due >= entry.at - LATEST:
            row = {"unit": unit, "id": uuid5(entry.id, check.code), "person_id": visit.person_id, "due": due}
            state = "planned" if is_open else "withdrawn"
            rows.append(row | {"label": check.code, "state": state, "open": is_open})
    if rows:
        async with visit.conn.cursor() as cursor:
            await cursor.executemany(_PUT, rows)


async def follow_check(visit: Visit, entry: Entry, *, closes: bool) -> None:
    """A finished check closes its age and those before it, and opens what it closed as it stood before.

    One that was written on the wrong child, and moved, opens that child's again.
    """
    await set_unit(visit.conn, entry.unit)
    await visit.conn.execute(_NOT_THEIRS, (entry.unit, visit.person_id, entry.id))
    await visit.conn.execute(_UNDONE, (entry.unit, visit.person_id, entry.id))
    if not closes:
        return
    found = await (await visit.conn.execute(_WAITING, (entry.unit, visit.person_id))).fetchall()
    if not found:
        return
    place = nearest([due for _, due in found], entry.at)
    ids = [item for item, _ in found[: place + 1]]
    values = {"unit": entry.unit, "ids": ids, "nearest": ids[-1], "contact": entry.id}
    await visit.conn.execute(_DONE, values)
