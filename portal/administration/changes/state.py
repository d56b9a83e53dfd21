"""Who changed what in the registers of one's own organisation."""

from __future__ import annotations

import reflex as rx

from portal.administration.history import Change, changes
from portal.clients.errors import ServiceProblem
from portal.session.administrator import administration_client
from portal.session.guard import requires
from portal.session.models import Kind

PAGE = 50


class Changes(rx.State):
    """The page's state: names of personnel, never a national number."""

    found: list[Change] = []  # noqa: RUF012 - Reflex copies defaults
    total: int = 0
    skip: int = 0
    loaded: bool = False
    problem: str = ""
    problem_code: str = ""

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def load(self) -> None:
        """The newest."""
        self.reset()  # type: ignore[no-untyped-call]
        await self._fetch()

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def turn(self, pages: int) -> None:
        """Forth or back."""
        self.skip = max(0, self.skip + (PAGE if pages > 0 else -PAGE))
        await self._fetch()

    async def _fetch(self) -> None:
        try:
            answer = await (await administration_client(self)).changes({"skip": self.skip, "count": PAGE})
        except ServiceProblem as problem:
            self.problem, self.problem_code = str(problem.problem), problem.code
            return
        self.found = changes(answer)
        self.total, self.loaded, self.problem = int(answer.get("total", 0)), True, ""
