"""What somebody who makes a visit needs to know before the door: what is to be done, where, how one gets in,
and what is critical.

None of it stands in the unit's list, which everybody who works there reads: it is read from the person's
journal for the visits one asks about, by a look-up each, and stands with its time until it is put away
(`docs/adr/0050`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import reflex as rx

from kit.norway import OSLO
from portal.clients.errors import Problem, ServiceProblem
from portal.clients.journal import Entry
from portal.clients.unit import Item, Listed
from portal.clinician.start.opening import patient_of
from portal.clinician.start.transform import Shown
from portal.frame.critical import CRITICAL, CriticalLine, warnings
from portal.session.current import Current
from portal.session.journal import journal_of, session_of
from portal.ui.dates import time_text

MOST = 30
"""So many visits are asked about at once: more than one person makes in a day."""
_AT_ONCE = 6
_PLAN = "CarePlan"
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Found = Mapping[str, Sequence[Entry]]


@dataclass(frozen=True)
class Before:
    """`stands`: `told`, `refused` (the journal is not open to the reader) or `failed`. `critical`: `some`,
    `none` or `closed`. `at`: the time it was read."""

    stands: str
    task: str = ""
    address: str = ""
    entry: str = ""
    critical: str = ""
    know: tuple[CriticalLine, ...] = ()
    at: str = ""


async def ask(state: rx.State, visits: Sequence[Listed]) -> dict[str, Before]:
    """What is to be known of each of these visits, by its key; a person's journal is asked once.

    Raises `ServiceProblem` (`SIGNED_OUT`).
    """
    of: dict[str, list[Listed]] = {}
    for one in visits[:MOST]:
        of.setdefault(one.item.person_id, []).append(one)
    now, few = await session_of(state), asyncio.Semaphore(_AT_ONCE)

    async def one_person(theirs: Sequence[Listed]) -> list[tuple[str, Before]]:
        async with few:
            at, found = time_text(datetime.now(UTC)), await _read(state, now, theirs[0])
        return [(one.item.id, replace(before(one.item, found), at=at)) for one in theirs]

    answers = await asyncio.gather(*(one_person(theirs) for theirs in of.values()))
    return dict(pair for pairs in answers for pair in pairs)


async def _read(state: rx.State, now: Current, listed: Listed) -> Found | Problem:
    try:
        return await journal_of(now, await patient_of(state, listed)).summary([_PLAN, *CRITICAL])
    except ServiceProblem as problem:
        if problem.problem is Problem.SIGNED_OUT:
            raise
        return problem.problem


def before(item: Item, found: Found | Problem) -> Before:
    """What the journal says of a visit, or why it says nothing."""
    if isinstance(found, Problem):
        return Before("refused" if found is Problem.REFUSED else "failed")
    body: Mapping[str, Any] = next((one.body for one in found.get(_PLAN, ()) if one.id == item.about), {})
    know = sorted(warnings(found), key=lambda line: line.kind != "infection")
    critical = "some" if know else "none" if found.keys() >= {*CRITICAL} else "closed"
    return Before(
        "told",
        task=" · ".join(_tasks(item, body.get("activities", []))),
        address=str(body.get("address", "")),
        entry=str(body.get("entry", "")),
        critical=critical,
        know=tuple(know),
    )


def _tasks(item: Item, activities: Iterable[Mapping[str, Any]]) -> list[str]:
    """What the plan has at the visit's time: of several then those of its code; where they still are several,
    all of them are to be done then."""
    if item.due is None:
        return []
    clock, day = time_text(item.due), _WEEKDAYS[item.due.astimezone(OSLO).weekday()]
    then = [one for one in activities if clock in one.get("times", ()) and day in one.get("days", ())]
    like = [one for one in then if (one.get("label") or one.get("kind") or None) == item.label]
    return list(dict.fromkeys(str(one.get("text", "")) for one in like or then))


def tell(lists: Iterable[Shown], known: Mapping[str, Before]) -> None:
    """Put what is known into the lines of the visits it was asked for."""
    for one in lists:
        for row in one.rows:
            if row.acts and not row.done and (said := known.get(row.key)) is not None:
                row.told, row.task, row.address, row.entry = said.stands, said.task, said.address, said.entry
                row.critical, row.know, row.told_at = said.critical, list(said.know), said.at


def left_of(visits: Iterable[Listed], mine: Sequence[str], known: Mapping[str, Before]) -> list[Listed]:
    """The reader's own visits that are to be made, and not asked about yet."""
    return [
        one
        for one in visits
        if one.item.kind == "visit"
        and one.item.open
        and one.item.assignee in mine
        and known.get(one.item.id, Before("")).stands != "told"
    ]
