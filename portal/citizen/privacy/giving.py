"""Powers of attorney (fullmakt): those given, those held, giving one and ending one."""

from __future__ import annotations

from collections.abc import Awaitable

import reflex as rx

from kit.ids import new_id
from portal.citizen.privacy.transform import POWERS, Fullmakt, fullmakt, is_fullmakt
from portal.clients import privacy
from portal.clients.errors import ServiceProblem
from portal.session.acting import act_for, acting_for, representation_client
from portal.session.current import current
from portal.session.guard import requires
from portal.session.models import Kind
from portal.ui.dates import iso_day


class Giving(rx.State):
    """The part of the page about fullmakt; `number` and `family` are what the reader writes.

    The number is taken out of the state as soon as the fullmakt is given. `_id` is the wish's own.
    """

    given: list[Fullmakt] = []  # noqa: RUF012 - Reflex copies defaults
    ended: list[Fullmakt] = []  # noqa: RUF012
    held: list[Fullmakt] = []  # noqa: RUF012
    number: str = ""
    family: str = ""
    results: bool = True
    journal: bool = False
    access_log: bool = False
    settings: bool = False
    until: str = ""
    said: str = ""
    wrong: str = ""
    _id: str = ""

    @rx.event
    @requires(Kind.CITIZEN)
    async def load(self) -> None:
        """What one has given and what one holds; nothing while one acts for another."""
        self.reset()  # type: ignore[no-untyped-call]
        await self._fetch()

    @rx.event
    @requires(Kind.CITIZEN)
    async def write(self, name: str, value: str) -> None:
        """A field of the form: `number`, `family` or `until`."""
        if name in ("number", "family", "until"):
            setattr(self, name, value)
            self.wrong, self._id = "", ""

    @rx.event
    @requires(Kind.CITIZEN)
    async def tick(self, power: str, wanted: bool) -> None:
        """Whether the fullmakt shall cover `results`, `journal`, `access-log` or `settings`."""
        if power in POWERS:
            setattr(self, power.replace("-", "_"), wanted)
            self.wrong, self._id = "", ""

    @rx.event
    @requires(Kind.CITIZEN)
    async def give(self) -> None:
        """Give the fullmakt that the form says; what is written stays until it is given."""
        self.said = ""
        powers = [name for name in POWERS if getattr(self, name.replace("-", "_"))]
        until = iso_day(self.until) if self.until.strip() else None
        self.wrong = self._missing(powers, until)
        now = await current(self)
        if self.wrong or now is None:
            return
        self._id = self._id or str(new_id())
        body = privacy.fullmakt(_digits(self.number), self.family.strip(), powers, end=until)
        try:
            await representation_client(now).give(self._id, body)
        except ServiceProblem as problem:
            self.wrong = problem.code
            return
        self.reset()  # type: ignore[no-untyped-call]
        self.said = "given"
        await self._fetch()

    @rx.event
    @requires(Kind.CITIZEN)
    async def end(self, fullmakt_id: str) -> None:
        """Withdraw a fullmakt given."""
        now = await current(self)
        if now is None:
            return
        await self._ended(representation_client(now).end(fullmakt_id), "withdrawn")

    @rx.event
    @requires(Kind.CITIZEN)
    async def lay_down(self, fullmakt_id: str) -> None:
        """Lay down a fullmakt held."""
        now = await current(self)
        if now is None:
            return
        client = representation_client(now)
        try:
            found = [one for one in await client.represented() if one.get("id") == fullmakt_id]
        except ServiceProblem as problem:
            self.wrong = problem.code
            return
        for one in found:
            person = await acting_for(now)
            if person and person.handle == fullmakt_id:
                await act_for(now, None)
            number = str(one.get("patient", {}).get("identifier", {}).get("value", ""))
            await self._ended(client.end(fullmakt_id, number), "laid-down")

    async def _ended(self, ending: Awaitable[object], said: str) -> None:
        self.said, self.wrong = "", ""
        try:
            await ending
        except ServiceProblem as problem:
            self.wrong = problem.code
            return
        await self._fetch()
        self.said = said

    async def _fetch(self) -> None:
        now = await current(self)
        if now is None or await acting_for(now) is not None:
            return
        client = representation_client(now)
        try:
            every = [fullmakt(one) for one in await client.given()]
            self.held = [fullmakt(one) for one in await client.represented() if is_fullmakt(one)]
        except ServiceProblem as problem:
            self.wrong = problem.code
            return
        self.given = [one for one in every if one.active]
        self.ended = [one for one in every if not one.active]

    def _missing(self, powers: list[str], until: str | None) -> str:
        checks = (
            ("number-missing", len(_digits(self.number)) != 11),
            ("family-missing", not self.family.strip()),
            ("fullmakt-without-power", not powers),
            ("day-unreadable", bool(self.until.strip()) and until is None),
        )
        return next((code for code, missing in checks if missing), "")


def _digits(text: str) -> str:
    """A number as people write it, without the space in the middle."""
    return "".join(text.split())
