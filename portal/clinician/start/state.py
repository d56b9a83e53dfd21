"""The lists of the place one works at: one look-up of what is open and one of the day, opened by a line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import reflex as rx

from portal.clients.errors import Problem, ServiceProblem
from portal.clients.unit import Listed, Work
from portal.clinician.messages.state import Messages
from portal.clinician.results_list.state import ResultList
from portal.clinician.start.before import Before, ask, left_of, tell
from portal.clinician.start.opening import open_listed
from portal.clinician.start.services import kinds, late_kinds, services
from portal.clinician.start.transform import WHOSE, Shown, day_of, shown
from portal.frame.layout import FOLLOW_UP, LETTERS
from portal.session.current import current
from portal.session.guard import requires
from portal.session.journal import session_of, unit_client
from portal.session.models import Kind
from portal.session.places import shares_journal
from portal.session.store import handle_of
from portal.ui.dates import day_text, time_text

OF_DAY = ["contact", "visit"]
MINE = "mine"
_PASSING = (Problem.BUSY, Problem.DOWN, Problem.WRONG)


class Start(rx.State):
    """The lists. Items stay on the server (`_items`); whom one is about is asked for when it is opened.

    `stands`: "" while it is fetched, `lists`, `none` (the place has no lists of the journal) or `failed`.
    `whose`: what of the visits is shown (`mine`, `free`, "" all): on a phone one's own first, where one has
    some. `divides`: whether the reader shares out visits. `at` and `clock`: day and time of the last fetch,
    which is number `round`; `old`: one since then failed. `preparing`: which visit is asked about (`mine`:
    one's own), `unknown`: how many of one's own are not yet. `_login`: whose lists they are, and of which
    place.
    """

    stands: str = ""
    service: str = ""
    lists: list[Shown] = []  # noqa: RUF012 - Reflex copies defaults
    at: str = ""
    clock: str = ""
    round: int = 0
    old: bool = False
    opening: str = ""
    whose: str = ""
    divides: bool = False
    preparing: str = ""
    unknown: int = 0
    problem: str = ""
    code: str = ""
    _items: dict[str, Listed] = {}  # noqa: RUF012
    _open: list[Listed] = []  # noqa: RUF012
    _day: list[Listed] = []  # noqa: RUF012
    _mine: list[str] = []  # noqa: RUF012
    _known: dict[str, Before] = {}  # noqa: RUF012
    _closed: set[str] = set()  # noqa: RUF012
    _login: str = ""
    _narrow: bool = False
    _chose: bool = False

    @rx.event
    @requires(Kind.CLINICIAN)
    async def load(self) -> None:
        """Fetch the lists of the place one works at; what is shown stays, for the forms that stand in it.

        What was read before visits stays, with its time: this runs too when a phone has found the net again.
        """
        self.opening = ""
        await self._read()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def again(self) -> None:
        """Fetch them anew; what is shown stays until then."""
        await self._read()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def choose_whose(self, whose: str) -> None:
        """One's own visits, those of nobody, or all."""
        self.whose, self._chose = whose if whose in WHOSE else "", True
        self._show()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def fits(self, narrow: bool) -> None:
        """How wide the screen is: on a phone one's own visits stand alone until one chooses."""
        self._narrow = bool(narrow)
        self._show()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def open(self, key: str, goes: str) -> AsyncIterator[Any]:
        """Open the person of a line in this tab, and go where the list's lines go."""
        now, listed = await current(self), self._items.get(key)
        places = {one.goes for one in self.lists}
        if now is None or listed is None or goes not in places:
            return
        self.opening = key
        yield
        try:
            if goes == LETTERS:
                (await self.get_state(Messages))._wanted = key
            else:
                await open_listed(self, now, listed)
        except ServiceProblem as problem:
            self.opening = ""
            self._tell(problem)
            return
        if goes == FOLLOW_UP:
            (await self.get_state(ResultList))._wanted = key
        self._leave()  # the lists stay: words not sent stand in them, and the browser asks before they go
        yield rx.redirect(goes)

    @rx.event
    @requires(Kind.CLINICIAN)
    async def prepare(self, key: str) -> AsyncIterator[Any]:
        """What is to be known before a visit: its task, where, how one gets in, what is critical. What is
        shown is put away."""
        listed = self._items.get(key)
        if listed is None or listed.item.kind != "visit" or self.preparing:
            return
        if key in self._known and self._known[key].stands == "told":
            self._known = {one: said for one, said in self._known.items() if one != key}
            self._show()
            return
        self.preparing = key
        yield
        await self._ask([listed])

    @rx.event
    @requires(Kind.CLINICIAN)
    async def prepare_mine(self) -> AsyncIterator[Any]:
        """The same of every visit of one's own that is left."""
        if self.preparing:
            return
        self.preparing = MINE
        yield
        await self._ask(left_of(self._day, self._mine, self._known))

    def _leave(self) -> None:
        self.opening = self.preparing = ""
        self._known = {}
        self._show()

    async def _ask(self, visits: Sequence[Listed]) -> None:
        try:
            self._known = self._known | await ask(self, visits)
        except ServiceProblem as problem:
            self._tell(problem)
            return
        finally:
            self.preparing = ""
        self._show()

    async def _read(self) -> None:
        now = datetime.now(UTC)
        since, before = day_of(now)
        try:
            session = await session_of(self)
            login = f"{handle_of(session.sid)} {session.session.unit}"
            if login != self._login:
                self._tell_nothing()
                self.stands, self._login = "", login
            if not await shares_journal(session):
                self._tell_nothing()
                return
            client = await unit_client(self)
            is_open, of_day = await asyncio.gather(
                client.work_of_unit(kinds(), count=1000),
                client.work(OF_DAY, open=False, since=since, before=before, by_time=True, count=1000),
            )
            wanted = late_kinds(is_open.service)
            late = Work([])
            if wanted:
                late = await client.work_of_unit(wanted, before=now, by_time=True, count=1000)
        except ServiceProblem as problem:
            if self.stands == "lists" and problem.problem in _PASSING:
                self.old = True  # what stands stays, and with it what is being written under a line
            else:
                self._tell(problem)
            return
        self._open, self._day, self._mine = [*is_open.items, *late.items], of_day, is_open.mine
        self._closed = {*is_open.closed, *late.closed}
        self._items = {one.item.id: one for one in (*self._open, *of_day)}
        self.service, self.divides = is_open.service, session.session.authorised_role != "-"
        self.stands = "lists" if services().get(self.service) else "none"
        self.at, self.clock, self.problem, self.code = day_text(now), time_text(now), "", ""
        self.round, self.old = self.round + 1, False
        self._show()

    def _show(self) -> None:
        now, found = datetime.now(UTC), services().get(self.service, [])
        if self.stands != "lists":
            return
        if self._narrow and not self._chose:
            has_own = any(one.item.kind == "visit" and one.item.assignee in self._mine for one in self._day)
            self.whose = "mine" if has_own else ""
        lists = [
            shown(one, self._open, self._day, now, self.whose, self._mine)
            for one in found
            if not self._closed.issuperset(one.kinds)  # a list of what one's role is not given
        ]
        tell(lists, self._known)
        self.lists, self.unknown = lists, len(left_of(self._day, self._mine, self._known))

    def _tell_nothing(self) -> None:
        """A place that does not share the journal has no lists, and nothing is wrong."""
        self.lists, self._items, self.stands, self.problem, self.code = [], {}, "none", "", ""
        self._open, self._day, self._known, self.old = [], [], {}, False

    def _tell(self, problem: ServiceProblem) -> None:
        self.lists, self._items, self.stands, self.old = [], {}, "failed", False
        self._open, self._day, self._known = [], [], {}
        self.problem, self.code = str(problem.problem), problem.code

    def _listed(self, key: str) -> Listed | None:
        return self._items.get(key)


start: Any = Start
"""The state for views: Reflex turns its attributes into Vars, which types do not tell."""
