"""Sharing out a day's visits: chosen by ticking, given to somebody in one request, told what came of each."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import reflex as rx

from portal.clients.errors import ServiceProblem
from portal.clients.unit import Absence, Colleague, Listed, Share
from portal.clinician.sharing.transform import NOBODY, Line, Person, lines, people
from portal.clinician.start.transform import DONE, day_of
from portal.session.guard import requires
from portal.session.journal import session_of, unit_client
from portal.session.models import Kind
from portal.session.places import shares_journal
from portal.ui.dates import day_text

DAYS = ("today", "tomorrow")
WHICH = ("all", "nobody", "none")
BAR = "sharing-bar"
HEADING = "sharing-heading"


@dataclass
class Told:
    """A visit that was not given as asked, and whose it is."""

    time: str
    name: str
    by: str


class VisitSharing(rx.State):
    """The page. Visits stay on the server (`_visits`).

    `stands`: "" while it is fetched, `lists`, `none` (no lists here), `not-yours` (without an authorisation)
    or `failed`. `of`: whose visits are shown, "" for all; `idle`: how many have none. `given` is how many
    were given last, to whom.
    """

    stands: str = ""
    day: str = "today"
    date: str = ""
    people: list[Person] = []  # noqa: RUF012 - Reflex copies defaults
    rows: list[Line] = []  # noqa: RUF012
    of: str = ""
    idle: int = 0
    free: int = 0
    free_minutes: int = 0
    total: int = 0
    chosen: list[str] = []  # noqa: RUF012
    given: int = -1
    given_to: str = ""
    taken: list[Told] = []  # noqa: RUF012
    away: list[Told] = []  # noqa: RUF012
    gone: int = 0
    wrong: str = ""
    problem: str = ""
    code: str = ""
    _visits: dict[str, Listed] = {}  # noqa: RUF012
    _colleagues: list[Colleague] = []  # noqa: RUF012
    _absences: list[Absence] = []  # noqa: RUF012
    _mine: list[str] = []  # noqa: RUF012

    @rx.event
    @requires(Kind.CLINICIAN)
    async def load(self) -> None:
        """The page is opened: today's, with what is shown kept while it is read anew."""
        self.chosen, self.given, self.wrong = [], -1, ""
        self.taken, self.away, self.gone = [], [], 0
        await self._read()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def again(self) -> None:
        """Read it anew; what is ticked stays ticked."""
        await self._read()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def show(self, day: str) -> None:
        """Today's or tomorrow's."""
        if day in DAYS and day != self.day:
            self.day, self.chosen, self.given, self.of = day, [], -1, ""
            await self._read()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def narrow(self, key: str) -> None:
        """Whose visits are shown; once more: all."""
        known = key == NOBODY or any(one.key == key for one in self.people)
        self.of = key if known and key != self.of else ""
        self._show()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def tick(self, key: str) -> None:
        """A visit is chosen, or chosen no more."""
        if key in self.chosen:
            self.chosen = [one for one in self.chosen if one != key]
        elif key in self._visits:
            self.chosen = [*self.chosen, key]

    @rx.event
    @requires(Kind.CLINICIAN)
    async def tick_all(self, which: str) -> None:
        """All that are shown, those of nobody, or none."""
        if which in WHICH:
            wanted = [one.key for one in self.rows if which == "all" or not one.assignee]
            self.chosen = [] if which == "none" else wanted

    @rx.event
    @requires(Kind.CLINICIAN)
    async def give(self, form: dict[str, Any]) -> Any:
        """Give what is ticked to somebody, or to nobody."""
        to = str(form.get("to") or "")
        if not self.chosen or (to != NOBODY and not any(one.key == to for one in self.people)):
            self.wrong = "none-chosen" if not self.chosen else "nobody-chosen"
            return None
        return await self._give(self.chosen, "" if to == NOBODY else to)

    @rx.event
    @requires(Kind.CLINICIAN)
    async def hand_over(self, key: str) -> Any:
        """Everything of somebody who is away to who stands in for them."""
        person = next((one for one in self.people if one.key == key and one.stand_in), None)
        if person is None:
            return None
        theirs = [one for one, visit in self._visits.items() if visit.item.assignee == key]
        return await self._give(theirs, person.stand_in)

    async def _give(self, keys: list[str], to: str) -> Any:
        asked = [
            Share(key, to or None, visit.item.assignee) for key in keys if (visit := self._visits.get(key))
        ]
        self.wrong = ""
        try:
            told = await (await unit_client(self)).share(asked)
        except ServiceProblem as problem:
            self.wrong = problem.code
            return None
        self.taken = [self._told(one.id, one.assignee_name) for one in told.taken]
        self.away = [self._told(one, "") for one in told.away]
        self.gone, self.given = len(told.gone), len(told.assigned)
        self.given_to = next((one.name for one in self.people if one.key == to), "")
        self.chosen = [one for one in told.away if one in self._visits]
        await self._read()
        return rx.set_focus(HEADING)

    def _told(self, key: str, by: str) -> Told:
        line = next((one for one in self.rows if one.key == key), None)
        visit = self._visits.get(key)
        return Told(line.time if line else "", visit.name if visit else "", by)

    async def _read(self) -> None:
        since, before = day_of(datetime.now(UTC) + timedelta(days=DAYS.index(self.day)))
        try:
            now = await session_of(self)
            if not await shares_journal(now):
                self.stands = "none"
                return
            if now.session.authorised_role == "-":
                self.stands = "not-yours"
                return
            client = await unit_client(self)
            work, self._colleagues, self._absences = await asyncio.gather(
                client.work_of_unit(["visit"], since=since, before=before, by_time=True, count=1000),
                client.personnel(),
                client.absences(),
            )
        except ServiceProblem as problem:
            self.stands, self.problem, self.code = "failed", str(problem.problem), problem.code
            return
        self._mine = work.mine
        self._visits = {one.item.id: one for one in work.items if one.item.state not in DONE}
        self.chosen = [one for one in self.chosen if one in self._visits]
        self.stands, self.problem, self.code = "lists", "", ""
        self._show()

    def _show(self) -> None:
        since, _ = day_of(datetime.now(UTC) + timedelta(days=DAYS.index(self.day)))
        visits, day = list(self._visits.values()), since.date()
        free = [one for one in visits if one.item.assignee is None]
        self.date, self.total, self.free = day_text(since), len(visits), len(free)
        self.free_minutes = sum(one.item.minutes or 0 for one in free)
        self.people = people(self._colleagues, visits, self._absences, day, self._mine)
        self.idle = sum(not one.visits for one in self.people)
        wanted = "" if self.of == NOBODY else self.of
        self.rows = [
            one
            for one in lines(visits, self._absences, day)
            if not self.of or one.assignee == wanted or one.key in self.chosen
        ]


sharing: Any = VisitSharing
"""The state for views: Reflex turns its attributes into Vars, which types do not tell."""
