"""What a citizen has been told. A notice stays marked as new until the reader says it is read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from portal.citizen.notices.transform import Shown, newest, shown
from portal.clients.errors import ServiceProblem
from portal.frame.acting import shown_handle
from portal.frame.bell import Bell
from portal.session.acting import acting_for, notices_client
from portal.session.current import current
from portal.session.guard import requires
from portal.session.models import Kind

PAGE = 50


class Notices(rx.State):
    """The page's state."""

    of: str = ""  # whom it was fetched for, by handle
    rows: list[Shown] = []  # noqa: RUF012 - Reflex copies defaults
    total: int = 0
    unread: int = 0
    loaded: bool = False
    loading_more: bool = False
    problem: str = ""
    code: str = ""
    _newest: str = ""

    @rx.event
    @requires(Kind.CITIZEN)
    async def load(self) -> None:
        """The newest notices."""
        self.reset()  # type: ignore[no-untyped-call]
        self.of = await shown_handle(self)
        await self._fetch()

    @rx.event
    @requires(Kind.CITIZEN)
    async def more(self) -> AsyncIterator[Any]:
        """The next older ones."""
        self.loading_more = True
        yield
        await self._fetch()
        self.loading_more = False

    @rx.event
    @requires(Kind.CITIZEN)
    async def mark_read(self) -> None:
        """All that is shown has been read."""
        now = await current(self)
        if now is None or not self._newest:
            return
        try:
            answer = await (await notices_client(now)).mark_read(self._newest)
        except ServiceProblem as problem:
            self.problem, self.code = str(problem.problem), problem.code
            return
        for row in self.rows:
            row.unread = False
        self.rows = list(self.rows)
        await self._count(int(answer["unread"]))

    async def _fetch(self) -> None:
        now = await current(self)
        if now is None:
            return
        try:
            answer = await (await notices_client(now)).page(len(self.rows), PAGE)
        except ServiceProblem as problem:
            self.problem, self.code = str(problem.problem), problem.code
            return
        known = {row.id for row in self.rows}
        self.rows = [*self.rows, *(row for row in shown(answer) if row.id not in known)]
        self._newest = max(self._newest, newest(answer))
        self.total, self.problem, self.loaded = int(answer["total"]), "", True
        await self._count(int(answer["unread"]))

    async def _count(self, unread: int) -> None:
        self.unread = unread
        now = await current(self)
        if now is not None and await acting_for(now) is None:
            (await self.get_state(Bell))._set(unread)
