"""Who has looked at one's own data."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import reflex as rx

from portal.citizen.access_log.transform import Look, looks
from portal.citizen.access_log.visits import Day, Visit, by_day, visits
from portal.clients.errors import ServiceProblem
from portal.frame.acting import shown_handle
from portal.session.acting import log_client, notices_client
from portal.session.current import current
from portal.session.guard import requires
from portal.session.models import Kind

PAGE = 50


class AccessLog(rx.State):
    """The page's state. One's own look-ups are hidden until asked for: others' are what one comes to see."""

    of: str = ""  # whom it was fetched for, by handle
    rows: list[Look] = []  # noqa: RUF012 - Reflex copies defaults
    shown: list[Visit] = []  # noqa: RUF012
    days: list[Day] = []  # noqa: RUF012 - what is shown, day by day
    with_own: bool = False
    fetched: int = 0
    total: int = 0
    loaded: bool = False
    loading_more: bool = False
    downloading: bool = False
    problem: str = ""
    code: str = ""

    @rx.event
    @requires(Kind.CITIZEN)
    async def load(self) -> None:
        """The newest look-ups."""
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
    async def show_own(self, wanted: bool) -> None:
        """Show or hide one's own look-ups."""
        self.with_own = wanted
        self._choose()

    @rx.event
    @requires(Kind.CITIZEN)
    async def download(self) -> AsyncIterator[Any]:
        """The whole log as a file that can be checked without us."""
        now = await current(self)
        if now is None:
            return
        self.downloading = True
        yield
        try:
            log = await (await notices_client(now)).whole_log()
            yield rx.download(
                data=msgspec.json.encode(log), filename="innsynslogg.json", mime_type="application/json"
            )
        except ServiceProblem as problem:
            self.problem, self.code = str(problem.problem), problem.code
        self.downloading = False

    async def _fetch(self) -> None:
        now = await current(self)
        if now is None:
            return
        client, number = await log_client(now)
        paging = [("_count", str(PAGE)), ("_skip", str(self.fetched))]
        try:
            bundle = await client.access_log(number, paging)
        except ServiceProblem as problem:
            self.problem, self.code = str(problem.problem), problem.code
            return
        known = {row.id for row in self.rows}  # each look at the log adds a row to it
        page = looks(bundle)
        self.rows = [*self.rows, *(row for row in page if row.id not in known)]
        self.fetched += len(page)
        self.total = int(bundle.get("total", len(self.rows)))
        self.problem, self.loaded = "", True
        self._choose()

    def _choose(self) -> None:
        self.shown = visits(row for row in self.rows if self.with_own or not row.own)
        self.days = by_day(self.shown)
