"""Who works at one's own organisation."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import reflex as rx

from portal.administration.personnel.transform import Worker, workers
from portal.clients.errors import ServiceProblem
from portal.session.administrator import administration_client
from portal.session.guard import requires
from portal.session.models import Kind

PAGE = 25
OSLO = ZoneInfo("Europe/Oslo")


class Personnel(rx.State):
    """The page's state: names and places of work, never a national number."""

    words: str = ""
    workers: list[Worker] = []  # noqa: RUF012 - Reflex copies defaults
    total: int = 0
    skip: int = 0
    loaded: bool = False
    problem: str = ""
    problem_code: str = ""

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def load(self) -> None:
        """The list from its beginning."""
        self.reset()  # type: ignore[no-untyped-call]
        await self._fetch()

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def search(self, words: str) -> None:
        """Those whose name holds every word."""
        self.words, self.skip = words[:100], 0
        await self._fetch()

    async def _fetch(self) -> None:
        try:
            client = await administration_client(self)
            answer = await client.personnel({"words": self.words, "skip": self.skip, "count": PAGE})
        except ServiceProblem as problem:
            self.problem, self.problem_code = str(problem.problem), problem.code
            return
        self.workers = workers(answer, datetime.now(OSLO).date())
        self.total, self.loaded, self.problem = int(answer.get("total", 0)), True, ""
