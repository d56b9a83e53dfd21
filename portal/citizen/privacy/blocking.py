"""Blocking a named health worker, in two steps: find who, then read what it means and confirm."""

from __future__ import annotations

from typing import Any

import reflex as rx

from kit.ids import new_id
from portal.citizen.privacy.state import Privacy
from portal.citizen.privacy.transform import Found, block, practitioner
from portal.clients.errors import ServiceProblem
from portal.session.acting import privacy_client
from portal.session.current import current
from portal.session.guard import requires
from portal.session.models import Kind

SURE, WORDS = "block-sure", "block-words"
"""Where the focus goes: what was pressed is gone by then."""
_TOLD_APART = 10  # so many found are looked up by where they work


class Blocking(rx.State):
    """The form. `chosen` is the HPR number of who is about to be blocked, `name` how the page names them."""

    words: str = ""
    found: list[Found] = []  # noqa: RUF012 - Reflex copies defaults
    searched: bool = False
    chosen: str = ""
    name: str = ""
    wrong: str = ""
    _key: str = ""

    @rx.event
    @requires(Kind.CITIZEN)
    async def write_words(self, words: str) -> None:
        """Words of a health worker's name."""
        self.words = words

    @rx.event
    @requires(Kind.CITIZEN)
    async def search(self) -> None:
        """Health personnel with these words in the name, and where each works."""
        self.wrong, self.chosen = "", ""
        if len(self.words.strip()) < 2:
            self.wrong = "name-missing"
            return
        now = await current(self)
        if now is None:
            return
        client = await privacy_client(now)
        try:
            people = await client.practitioners(self.words.strip())
            near = people[:_TOLD_APART]
            self.found = [practitioner(one, await client.roles(str(one["id"]))) for one in near]
            self.found += [practitioner(one, []) for one in people[_TOLD_APART:]]
        except ServiceProblem as problem:
            self.wrong = problem.code
            return
        self.searched = True

    @rx.event
    @requires(Kind.CITIZEN)
    async def choose(self, hpr_number: str) -> Any:
        """Go to the second step with one of those found."""
        one = next((one for one in self.found if one.id == hpr_number), None)
        if one is None:
            return None
        self.chosen, self.name, self.wrong, self._key = one.id, one.name, "", str(new_id())
        return rx.set_focus(SURE)

    @rx.event
    @requires(Kind.CITIZEN)
    async def leave(self) -> Any:
        """Back to the search, nothing done."""
        self.chosen, self.name, self.wrong = "", "", ""
        return rx.set_focus(WORDS)

    @rx.event
    @requires(Kind.CITIZEN)
    async def confirm(self) -> Any:
        """Block."""
        now = await current(self)
        if now is None or not self.chosen:
            return None
        try:
            await (await privacy_client(now)).make(block(self.chosen), self._key)
        except ServiceProblem as problem:
            self.wrong = problem.code
            return None
        self.reset()  # type: ignore[no-untyped-call]
        refresh: Any = Privacy.refresh
        return refresh("blokkering")
