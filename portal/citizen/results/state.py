"""A citizen's own results: those released, and what is known of those that are not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from portal.citizen.results.over_time import OwnOverTime
from portal.citizen.results.transform import OwnReport, Waiting, own_reports, replaced, waiting
from portal.clients.errors import ServiceProblem
from portal.clients.fhir import going_on
from portal.frame.acting import shown_handle
from portal.session.acting import shown_results_client
from portal.session.current import current
from portal.session.guard import requires
from portal.session.models import Kind

PAGE = 20
_INCLUDED = ("result", "performer", "specimen")


class OwnResults(rx.State):
    """The page's state. `of`: whom it was fetched for, by handle."""

    of: str = ""
    reports: list[OwnReport] = []  # noqa: RUF012 - Reflex copies defaults
    waiting: list[Waiting] = []  # noqa: RUF012
    replaced: list[str] = []  # noqa: RUF012
    total: int = 0
    ended: bool = True
    loaded: bool = False
    loading_more: bool = False
    problem: str = ""
    code: str = ""
    _behind: str | None = None  # where the next page begins

    @rx.event
    @requires(Kind.CITIZEN)
    async def load(self) -> None:
        """The newest reports."""
        self.reset()  # type: ignore[no-untyped-call]
        (await self.get_state(OwnOverTime)).reset()  # type: ignore[no-untyped-call]
        self.of = await shown_handle(self)
        await self._fetch(0)

    @rx.event
    @requires(Kind.CITIZEN)
    async def more(self) -> AsyncIterator[Any]:
        """The next older ones; of another person by now: none."""
        if self.of != await shown_handle(self):
            return
        self.loading_more = True
        yield
        await self._fetch(len(self.reports))
        self.loading_more = False

    async def _fetch(self, skip: int) -> None:
        now = await current(self)
        if now is None:
            return
        params = [("_count", str(PAGE)), ("_skip", str(skip))]
        if skip and self._behind:  # a number alone would miss one when another goes meanwhile
            params.append(("_page", self._behind))
        params += [("_include", f"DiagnosticReport:{name}") for name in _INCLUDED]
        client = await shown_results_client(now)
        try:
            bundle = await client.search("DiagnosticReport", params)
        except ServiceProblem as problem:
            self.problem, self.code = str(problem.problem), problem.code
            return
        self.reports = [*self.reports, *own_reports(bundle)]
        if skip == 0:
            self.waiting, self.replaced = waiting(bundle), replaced(bundle)
        self.total = int(bundle.get("total", len(self.reports)))
        self._behind = going_on(bundle)
        self.ended = self.total <= len(self.reports) if self._behind is None else not self._behind
        self.problem, self.loaded = "", True
