"""Who of the unit is away and who stands in: the stand-in's own list holds both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import reflex as rx

from portal.clients.errors import ServiceProblem
from portal.clients.unit import Absence
from portal.clinician.messages.transform import Option
from portal.session.guard import requires
from portal.session.journal import unit_client
from portal.session.models import Kind
from portal.session.places import need_lists
from portal.ui.dates import day_text, iso_day


@dataclass
class AwayLine:
    """One absence as it is shown."""

    id: str
    name: str
    stand_in: str
    first: str
    last: str


class AbsenceState(rx.State):
    """The unit's absences, and the form for one; `_id` is the new absence's own."""

    colleagues: list[Option] = []  # noqa: RUF012 - Reflex copies defaults
    away: list[AwayLine] = []  # noqa: RUF012
    said: str = ""
    wrong: str = ""
    _id: str = ""

    @rx.event
    @requires(Kind.CLINICIAN)
    async def load(self) -> None:
        """The unit's absences that are not over, and who works there."""
        self.said = self.wrong = ""
        try:
            await need_lists(self)
            client = await unit_client(self)
            self.away = [shown(one) for one in await client.absences()]
            self.colleagues = [Option(one.id, one.name) for one in await client.personnel()]
        except ServiceProblem as problem:
            self.wrong = problem.code

    @rx.event
    @requires(Kind.CLINICIAN)
    async def keep(self, form: dict[str, Any]) -> None:
        """Keep an absence; what is written stays in the page until it is kept."""
        self.said = ""
        body = {name: str(form.get(name, "")) for name in ("personnel", "stand_in")}
        days = {name: iso_day(str(form.get(name, ""))) for name in ("first", "last")}
        self.wrong = _missing(body, days)
        if self.wrong:
            return
        self._id = self._id or str(uuid4())
        try:
            await (await unit_client(self)).write_absence(self._id, body | days)
        except ServiceProblem as problem:
            self.wrong, self._id = problem.code, ""
            return
        self._id = ""
        await self._again("kept")

    @rx.event
    @requires(Kind.CLINICIAN)
    async def withdraw(self, absence_id: str) -> None:
        """End an absence."""
        try:
            await (await unit_client(self)).withdraw_absence(absence_id)
        except ServiceProblem as problem:
            self.wrong = problem.code
            return
        await self._again("withdrawn")

    async def _again(self, said: str) -> None:
        try:
            self.away = [shown(one) for one in await (await unit_client(self)).absences()]
        except ServiceProblem as problem:
            self.wrong = problem.code
            return
        self.said, self.wrong = said, ""


def shown(one: Absence) -> AwayLine:
    """An absence as it is shown."""
    first, last = day_text(one.first), day_text(one.last)
    return AwayLine(one.id, one.name, one.stand_in_name, first, last)


def _missing(body: dict[str, str], days: dict[str, str | None]) -> str:
    if not all(body.values()):
        return "who-missing"
    return "" if all(days.values()) else "day-unreadable"


absence: Any = AbsenceState
