"""Notices by e-mail: the reader's own address, its code, when mails may come, and turning them off."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import reflex as rx

from portal.clients.errors import ServiceProblem
from portal.clients.jsonapi import Json
from portal.session.acting import acting_for, email_client
from portal.session.current import current
from portal.session.guard import requires
from portal.session.models import Kind
from portal.ui.language import Language

FORM, SAID = "email-form", "email-said"
"""Where the focus goes: what was pressed is gone by then."""


class Email(rx.State):
    """The part of the page about e-mail. `standing` is the core record's; empty before it is known.

    `changing`: the reader writes another address than the one that is there.
    """

    available: bool = False
    standing: str = ""
    address: str = ""
    anytime: bool = False
    written: str = ""
    code: str = ""
    changing: bool = False
    said: str = ""
    wrong: str = ""

    @rx.event
    @requires(Kind.CITIZEN)
    async def load(self) -> None:
        """How things stand; nothing while one acts for another."""
        self.reset()  # type: ignore[no-untyped-call]
        now = await current(self)
        if now is None or await acting_for(now) is not None:
            return
        await self._do(email_client(now).status(), "")

    @rx.event
    @requires(Kind.CITIZEN)
    async def write(self, name: str, value: str) -> None:
        """A field: the address (`written`) or the code."""
        if name in ("written", "code"):
            setattr(self, name, value)
            self.wrong = ""

    @rx.event
    @requires(Kind.CITIZEN)
    async def change(self, wanted: bool) -> Any:
        """Begin or leave writing another address."""
        self.changing, self.written, self.wrong, self.said = wanted, "", "", ""
        return rx.set_focus(FORM if wanted else SAID)

    @rx.event
    @requires(Kind.CITIZEN)
    async def save(self) -> Any:
        """Take the address that is written; a code is mailed to it."""
        if not self.written.strip():
            self.wrong = "email-missing"
            return None
        return await self._put(self.written)

    @rx.event
    @requires(Kind.CITIZEN)
    async def send_again(self) -> Any:
        """Mail the code once more."""
        return await self._put(self.address)

    @rx.event
    @requires(Kind.CITIZEN)
    async def confirm(self) -> Any:
        """The code that was mailed."""
        code = "".join(self.code.split())
        if len(code) != 6 or not code.isdecimal():
            self.wrong = "code-missing"
            return None
        now = await current(self)
        return await self._do(email_client(now).confirm(code), "confirmed") if now else None

    @rx.event
    @requires(Kind.CITIZEN)
    async def choose_times(self, anytime: bool) -> Any:
        """Whether mails may come at night and in weekends."""
        self.anytime = anytime  # at once; the answer puts it right
        now = await current(self)
        done = await self._do(email_client(now).times(anytime=anytime), "") if now else None
        if self.wrong:
            self.anytime = not anytime
        return done

    @rx.event
    @requires(Kind.CITIZEN)
    async def turn_off(self) -> Any:
        """Forget the address."""
        now = await current(self)
        return await self._do(email_client(now).withdraw(), "off") if now else None

    async def _put(self, address: str) -> Any:
        now = await current(self)
        if now is None:
            return None
        language = (await self.get_state(Language)).lang
        asked = email_client(now).put(address.strip(), language, anytime=self.anytime)
        return await self._do(asked, "sent")

    async def _do(self, doing: Awaitable[Json], said: str) -> Any:
        self.said, self.wrong = "", ""
        try:
            found = await doing
        except ServiceProblem as problem:
            self.wrong = problem.code
            return None
        self.available, self.standing = bool(found["available"]), str(found["state"])
        self.address, self.anytime = str(found["address"] or ""), bool(found["anytime"])
        self.written, self.code, self.changing, self.said = "", "", False, said
        return rx.set_focus(SAID) if said else None
