"""A citizen's privacy settings: what holds, what has held, and making and withdrawing them."""

from __future__ import annotations

from typing import Any

import reflex as rx

from kit.ids import new_id
from portal.citizen.privacy.transform import (
    Found,
    Setting,
    organisation,
    reservation,
    restriction,
    setting,
)
from portal.clients.errors import ServiceProblem
from portal.frame.acting import shown_handle
from portal.session.acting import privacy_client
from portal.session.current import current
from portal.session.guard import requires
from portal.session.models import Kind

ALL, FIELD, PLACES = "all", "field", ("source", "reader")
SAID, RESERVE = "privacy-said", "reserve-sure"
"""Where the focus goes: what was pressed is gone by then."""


class Privacy(rx.State):
    """The page's state. `said` is what was just done, `wrong` what was not and `wrong_at` in which part.

    `key` belongs to one wish and is new for the next: pressing twice, or again after a fault, makes it once.
    """

    of: str = ""  # whom it was fetched for, by handle
    restrictions: list[Setting] = []  # noqa: RUF012 - Reflex copies defaults
    blocks: list[Setting] = []  # noqa: RUF012
    consents: list[Setting] = []  # noqa: RUF012
    past: list[Setting] = []  # noqa: RUF012
    reservations: list[Setting] = []  # noqa: RUF012
    loaded: bool = False
    problem: str = ""
    code: str = ""
    said: str = ""
    wrong: str = ""
    wrong_at: str = ""
    scope: str = ALL
    field: str = "CLIN"
    words: str = ""
    found: list[Found] = []  # noqa: RUF012
    searched: bool = False
    chosen: str = ""
    reserving: bool = False
    understood: bool = False
    _key: str = ""

    @rx.event
    @requires(Kind.CITIZEN)
    async def load(self) -> None:
        """Every setting, from the beginning."""
        self.reset()  # type: ignore[no-untyped-call]
        self.of = await shown_handle(self)
        await self._fetch()

    @rx.event
    @requires(Kind.CITIZEN)
    async def refresh(self, said: str) -> Any:
        """Every setting anew after something was done elsewhere on the page."""
        self.said = said
        await self._fetch()
        return rx.set_focus(SAID)

    @rx.event
    @requires(Kind.CITIZEN)
    async def choose_scope(self, scope: str) -> None:
        """What a new sperring shall cover."""
        self.scope, self.found, self.chosen, self.searched, self.wrong = scope, [], "", False, ""
        self._key = ""

    @rx.event
    @requires(Kind.CITIZEN)
    async def choose_field(self, field: str) -> None:
        """Which field of medicine."""
        self.field, self._key = field, ""

    @rx.event
    @requires(Kind.CITIZEN)
    async def write_words(self, words: str) -> None:
        """Words of an organisation's name."""
        self.words = words

    @rx.event
    @requires(Kind.CITIZEN)
    async def search(self) -> None:
        """Organisations with these words in the name."""
        self.wrong, self.chosen = "", ""
        if len(self.words.strip()) < 2:
            self._tell("name-missing", "restriction")
            return
        now = await current(self)
        if now is None:
            return
        try:
            found = await (await privacy_client(now)).organisations(self.words.strip())
        except ServiceProblem as problem:
            self._tell(problem.code, "restriction")
            return
        self.found, self.searched = [organisation(one) for one in found], True

    @rx.event
    @requires(Kind.CITIZEN)
    async def choose_organisation(self, number: str) -> None:
        """The organisation that a new sperring shall name."""
        self.chosen, self._key, self.wrong = number, "", ""

    @rx.event
    @requires(Kind.CITIZEN)
    async def restrict(self) -> Any:
        """Make the sperring that the form says."""
        if self.scope in PLACES and not self.chosen:
            self._tell("organisation-missing", "restriction")
            return None
        code = self.field if self.scope == FIELD else self.chosen
        if not await self._make(restriction(self.scope, code), "sperring", "restriction"):
            return None
        self.scope, self.words, self.found, self.chosen, self.searched = ALL, "", [], "", False
        return rx.set_focus(SAID)

    @rx.event
    @requires(Kind.CITIZEN)
    async def withdraw(self, setting_id: str) -> Any:
        """Withdraw a setting of the page, as it was read."""
        every = [*self.restrictions, *self.blocks, *self.consents, *self.reservations]
        wanted = next((one for one in every if one.id == setting_id), None)
        now = await current(self)
        if wanted is None or now is None:
            return None
        try:
            await (await privacy_client(now)).withdraw(wanted.id, wanted.version)
        except ServiceProblem as problem:
            self._tell(problem.code, wanted.kind)
            return None
        self.said, self.wrong = f"{wanted.kind}-withdrawn", ""
        await self._fetch()
        return rx.set_focus(SAID)

    @rx.event
    @requires(Kind.CITIZEN)
    async def begin_reservation(self) -> Any:
        """The first step: say what it means."""
        self.reserving, self.understood, self.wrong = True, False, ""
        return rx.set_focus(RESERVE)

    @rx.event
    @requires(Kind.CITIZEN)
    async def leave_reservation(self) -> None:
        """Back without a reservation."""
        self.reserving, self.understood, self.wrong = False, False, ""

    @rx.event
    @requires(Kind.CITIZEN)
    async def understand(self, understood: bool) -> None:
        """Whether the reader has said that they know what is deleted."""
        self.understood, self.wrong = understood, ""

    @rx.event
    @requires(Kind.CITIZEN)
    async def reserve(self) -> Any:
        """The second step: make it."""
        if not self.understood:
            self._tell("not-understood", "reservasjon")
            return None
        if not await self._make(reservation(), "reservasjon", "reservasjon"):
            return None
        self.reserving, self.understood = False, False
        return rx.set_focus(SAID)

    async def _make(self, consent: dict[str, Any], said: str, part: str) -> bool:
        now = await current(self)
        if now is None:
            return False
        self._key = self._key or str(new_id())
        try:
            await (await privacy_client(now)).make(consent, self._key)
        except ServiceProblem as problem:
            self._tell(problem.code, part)
            return False
        self.said, self.wrong, self._key = said, "", ""
        await self._fetch()
        return True

    async def _fetch(self) -> None:
        now = await current(self)
        if now is None:
            return
        try:
            every = [setting(one) for one in await (await privacy_client(now)).settings()]
        except ServiceProblem as problem:
            self.problem, self.code = str(problem.problem), problem.code
            return
        live = [one for one in every if one.active]
        self.restrictions = [one for one in live if one.kind == "sperring"]
        self.blocks = [one for one in live if one.kind == "blokkering"]
        self.consents = [one for one in live if one.kind == "samtykke"]
        self.reservations = [one for one in live if one.kind == "reservasjon"]
        self.past = [one for one in every if not one.active]
        self.problem, self.loaded = "", True

    def _tell(self, code: str, part: str) -> None:
        self.wrong, self.wrong_at, self.said = code, part, ""
