"""The lists of the place one works at: one look-up of what is open and one of the day, opened by a line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import reflex as rx

from portal.clients.errors import Problem, ServiceProblem
from portal.clients.journal import Listed
from portal.clinician.patients.state import LISTED_BASIS, PatientSearch
from portal.clinician.start.services import Widget, kinds, services
from portal.clinician.start.transform import Shown, day_of, shown
from portal.frame.patient import PatientBanner
from portal.session.current import Current, current
from portal.session.guard import requires
from portal.session.journal import unit_client
from portal.session.models import Kind, OpenPatient
from portal.session.patient import set_open_patient

OF_DAY = ["contact", "visit"]
SEX = {1: "male", 2: "female"}


class Start(rx.State):
    """The lists. Items with their numbers stay on the server (`_items`).

    `stands`: "" while it is fetched, `lists`, `none` (the place has no lists of the journal) or `failed`.
    """

    stands: str = ""
    service: str = ""
    lists: list[Shown] = []  # noqa: RUF012 - Reflex copies defaults
    at: str = ""
    opening: str = ""
    problem: str = ""
    code: str = ""
    _items: dict[str, Listed] = {}  # noqa: RUF012

    @rx.event
    @requires(Kind.CLINICIAN)
    async def load(self) -> None:
        """Fetch the lists of the place one works at."""
        self.reset()  # type: ignore[no-untyped-call]
        await self._read()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def again(self) -> None:
        """Fetch them anew; what is shown stays until then."""
        await self._read()

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
        patient = await self._patient(listed)
        await set_open_patient(now, patient)
        (await self.get_state(PatientBanner))._show(patient)
        self.reset()  # type: ignore[no-untyped-call]
        yield rx.redirect(goes)

    async def _patient(self, listed: Listed) -> OpenPatient:
        """The person as opened from the unit's own list: the registers show the relation, none is declared.

        A listed GP's basis holds for results too; within the municipal services the journal needs none.
        """
        own = (await self.get_state(PatientSearch))._people
        basis = LISTED_BASIS if any(one.number == listed.number for one in own) else ""
        return OpenPatient(
            number=listed.number,
            name=listed.name,
            birth_date=listed.birth_date.isoformat() if listed.birth_date else "",
            sex=SEX.get(listed.sex or 0, "unknown"),
            basis=basis,
            reason=None,
        )

    async def _read(self) -> None:
        now = datetime.now(UTC)
        since, before = day_of(now)
        try:
            client = await unit_client(self)
            is_open, of_day = await asyncio.gather(
                client.work_of_unit(kinds(), count=1000),
                client.work(OF_DAY, open=False, since=since, before=before, by_time=True, count=1000),
            )
        except ServiceProblem as problem:
            self._tell(problem)
            return
        found: list[Widget] = services().get(is_open.service, [])
        self.lists = [shown(one, is_open.items, of_day, now) for one in found]
        self._items = {one.item.id: one for one in (*is_open.items, *of_day)}
        self.service, self.stands = is_open.service, "lists" if found else "none"
        self.at, self.problem, self.code = day_of(now)[0].strftime("%d.%m.%Y"), "", ""

    def _tell(self, problem: ServiceProblem) -> None:
        """A place that does not share the journal has no lists; it is told nothing is wrong."""
        outside = problem.problem is Problem.REFUSED
        self.stands = "none" if outside else "failed"
        self.lists, self._items = [], {}
        self.problem, self.code = ("", "") if outside else (str(problem.problem), problem.code)

    def _listed(self, key: str) -> Listed | None:
        return self._items.get(key)


async def session_of(state: rx.State) -> Current:
    """The clinician's session. Raises `ServiceProblem` (`SIGNED_OUT`)."""
    now = await current(state)
    if now is None or now.session.kind is not Kind.CLINICIAN:
        raise ServiceProblem(Problem.SIGNED_OUT, "no-session")
    return now


start: Any = Start
"""The state for views: Reflex turns its attributes into Vars, which types do not tell."""
