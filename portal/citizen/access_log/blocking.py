"""Blocking whom a row of the log shows, with or without HPR number: choose, read, confirm."""

from __future__ import annotations

from typing import Any

import reflex as rx

from kit.ids import new_id
from portal.citizen.access_log.state import AccessLog
from portal.citizen.privacy.transform import block_seen
from portal.clients.errors import ServiceProblem
from portal.session.acting import privacy_client
from portal.session.current import current
from portal.session.guard import requires
from portal.session.models import Kind

SURE, SAID = "log-block-sure", "log-block-said"
"""Where the focus goes: what was pressed is gone by then."""


class LogBlocking(rx.State):
    """The second step; `chosen` is the row that shows who is about to be blocked, `blocked` who was."""

    chosen: str = ""
    name: str = ""
    blocked: str = ""
    wrong: str = ""
    _key: str = ""

    @rx.event
    @requires(Kind.CITIZEN)
    async def load(self) -> None:
        """Nothing chosen."""
        self.reset()  # type: ignore[no-untyped-call]

    @rx.event
    @requires(Kind.CITIZEN)
    async def choose(self, event_id: str) -> Any:
        """Go to the second step with the health worker of a row that is shown."""
        log = await self.get_state(AccessLog)
        one = next((one for one in log.shown if one.id == event_id and one.worker), None)
        if one is None:
            return None
        self.chosen, self.name, self.wrong, self.blocked = one.id, one.name, "", ""
        self._key = str(new_id())
        return rx.set_focus(SURE)

    @rx.event
    @requires(Kind.CITIZEN)
    async def leave(self) -> None:
        """Nothing done."""
        self.chosen, self.name, self.wrong = "", "", ""

    @rx.event
    @requires(Kind.CITIZEN)
    async def confirm(self) -> Any:
        """Block."""
        now = await current(self)
        if now is None or not self.chosen:
            return None
        try:
            await (await privacy_client(now)).make(block_seen(self.chosen), self._key)
        except ServiceProblem as problem:
            self.wrong = problem.code
            return None
        self.chosen, self.blocked, self.wrong = "", self.name or "–", ""
        return rx.set_focus(SAID)
