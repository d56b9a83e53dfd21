"""Agreements on seeing results before they are assessed: those that hold, and ending one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import reflex as rx

from portal.citizen.privacy.state import SAID, Privacy
from portal.clients.errors import ServiceProblem
from portal.clients.jsonapi import Json
from portal.frame.acting import shown_handle
from portal.session.acting import agreements_client
from portal.session.current import current
from portal.session.guard import requires
from portal.session.models import Kind
from portal.ui.dates import show_day


@dataclass
class Agreement:
    """One agreement; `ended` is empty while it holds."""

    id: str
    place: str
    by: str
    since: str
    ended: str


def agreement(found: Json) -> Agreement:
    """As the service has it → as it is shown."""
    return Agreement(
        id=str(found["id"]),
        place=str(found.get("organisation") or ""),
        by=str(found.get("by_name") or ""),
        since=show_day(str(found["agreed_at"])),
        ended=show_day(str(found.get("ended_at") or "")),
    )


class Agreements(rx.State):
    """The part of the page; `reserved` persons have no results, and no agreements."""

    of: str = ""  # whom it was fetched for, by handle
    holding: list[Agreement] = []  # noqa: RUF012 - Reflex copies defaults
    ended: list[Agreement] = []  # noqa: RUF012
    loaded: bool = False
    wrong: str = ""

    @rx.event
    @requires(Kind.CITIZEN)
    async def load(self) -> None:
        """Every agreement."""
        self.reset()  # type: ignore[no-untyped-call]
        self.of = await shown_handle(self)
        await self._fetch()

    @rx.event
    @requires(Kind.CITIZEN)
    async def end(self, agreement_id: str) -> Any:
        """End one that holds."""
        now = await current(self)
        if now is None or agreement_id not in {one.id for one in self.holding}:
            return None
        try:
            await (await agreements_client(now)).end(agreement_id)
        except ServiceProblem as problem:
            self.wrong = problem.code
            return None
        await self._fetch()
        (await self.get_state(Privacy)).said = "agreement-ended"
        return rx.set_focus(SAID)

    async def _fetch(self) -> None:
        now = await current(self)
        if now is None:
            return
        try:
            found = [agreement(one) for one in await (await agreements_client(now)).all()]
        except ServiceProblem as problem:
            self.wrong = "" if problem.code == "reserved" else problem.code
            return
        self.holding = [one for one in found if not one.ended]
        self.ended = [one for one in found if one.ended]
        self.wrong, self.loaded = "", True
