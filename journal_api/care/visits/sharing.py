"""Sharing out a unit's visits: who makes which, many at once. The transaction serves the unit (`akson.unit`).

Whoever has an authorisation shares out; without one, a visit that nobody has is taken, and one's own given
back (J: who shares out work answers for who is fit for it; helsepersonelloven §§ 4, 5, 16).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, NamedTuple
from uuid import UUID

import msgspec
from psycopg import AsyncConnection

from journal_api.care.absence.service import away_on
from journal_api.care.units.service import colleagues, personnel_names
from kit.errors import Forbidden, Malformed, Unprocessable
from kit.norway import OSLO, today_in_norway

_MOST = 500  # visits at a time: more than a unit makes in a day
_HELD = """
SELECT item_id, assignee, due FROM journal.work_item
WHERE unit = %s AND item_id = ANY(%s) AND kind = 'visit' AND open ORDER BY item_id FOR UPDATE
"""
_SHARE = """
UPDATE journal.work_item w SET assignee = c.assignee, changed_at = clock_timestamp()
FROM unnest(%s::uuid[], %s::uuid[]) c (item_id, assignee) WHERE w.unit = %s AND w.item_id = c.item_id
"""


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A visit, to whom it goes (None: nobody), and whose it was when one decided."""

    id: UUID
    to: UUID | None = None
    was: UUID | None = None


class Sharing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Visits shared out in one request."""

    changes: Annotated[list[Change], msgspec.Meta(max_length=_MOST)]


class Taken(msgspec.Struct, frozen=True, omit_defaults=True):
    """A visit that somebody has given to somebody meanwhile, or taken back: whose it is now."""

    id: UUID
    assignee: UUID | None = None
    assignee_name: str = ""


class Shared(msgspec.Struct, frozen=True):
    """What came of each: as asked; another's meanwhile; to who is away that day; no longer to be made."""

    assigned: list[UUID]
    taken: list[Taken]
    away: list[UUID]
    gone: list[UUID]


class _Held(NamedTuple):
    id: UUID
    assignee: UUID | None
    due: datetime | None


async def share(
    conn: AsyncConnection[Any], unit: str, changes: Sequence[Change], by: UUID, *, authorised: bool
) -> Shared:
    """Share out; the same once more changes nothing, and what another has decided meanwhile stands.

    Raises `Malformed` (`visit-twice`), `Forbidden` (`shares-own-only`), `Unprocessable`
    (`personnel-not-there`).
    """
    asked = {change.id: change for change in changes}
    if len(asked) < len(changes):
        raise Malformed("visit-twice", "Name each visit once.")
    if not authorised and not all(_own(change, by) for change in changes):
        raise Forbidden(
            "shares-own-only", "Without an authorisation you take visits, and give back your own."
        )
    rows = await (await conn.execute(_HELD, (unit, sorted(asked)))).fetchall()
    held = {row[0]: _Held(*row) for row in rows}
    to = {change.to for change in changes if change.to is not None}
    await _check_there(conn, unit, to, [_day(one) for one in held.values()])
    absent = await away_on(conn, unit, to)
    return await _settle(conn, unit, asked, held, absent)


async def _settle(
    conn: AsyncConnection[Any],
    unit: str,
    asked: Mapping[UUID, Change],
    held: Mapping[UUID, _Held],
    absent: Mapping[UUID, Sequence[tuple[date, date]]],
) -> Shared:
    done, taken, away = [], [], []
    moved: list[Change] = []
    for one in held.values():
        change = asked[one.id]
        if one.assignee == change.to:
            done.append(one.id)
        elif one.assignee != change.was:
            taken.append(one)
        elif change.to and any(first <= _day(one) <= last for first, last in absent.get(change.to, ())):
            away.append(one.id)
        else:
            moved.append(change)
    await conn.execute(_SHARE, ([one.id for one in moved], [one.to for one in moved], unit))
    names = await personnel_names(conn, {one.assignee for one in taken if one.assignee})
    return Shared(
        assigned=[*done, *(one.id for one in moved)],
        taken=[Taken(o.id, o.assignee, names.get(o.assignee, "") if o.assignee else "") for o in taken],
        away=away,
        gone=sorted(asked.keys() - held.keys()),
    )


def _own(change: Change, by: UUID) -> bool:
    return (change.was is None and change.to == by) or (change.was == by and change.to is None)


async def _check_there(
    conn: AsyncConnection[Any], unit: str, people: set[UUID], days: Sequence[date]
) -> None:
    """Who is given a visit works in the unit on that day."""
    for day in sorted({*days} or {today_in_norway()}) if people else ():
        if {one.id for one in await colleagues(conn, unit, day, people)} != people:
            raise Unprocessable(
                "personnel-not-there", "The register does not have all as working there then."
            )


def _day(one: _Held) -> date:
    return one.due.astimezone(OSLO).date() if one.due else today_in_norway()
