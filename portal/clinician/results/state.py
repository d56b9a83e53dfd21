"""The state of the results page: what is asked for and what is seen. Every handler authorises itself.

Authorised means a live clinician's session and a patient open in this tab for whom the list was fetched
(`portal.clinician.results.shown`). Otherwise the page is emptied and fetched anew, and nothing else is done.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import reflex as rx

from kit.norway import OSLO
from portal.clients.errors import Problem, ServiceProblem
from portal.clinician.results import fetching
from portal.clinician.results.overviews import Overview
from portal.clinician.results.reporting import OpenReport
from portal.clinician.results.shown import Shown, current_key, shown_overview
from portal.clinician.results.tabling import OpenTable
from portal.clinician.results.transform.listing import (
    Filters,
    ReportRow,
    Summary,
    Waiting,
    choose,
    laboratories,
    order,
    period,
)
from portal.clinician.results.transform.news import NOT_KNOWN, News
from portal.clinician.results.transform.report_view import view_of
from portal.clinician.results.transform.reports import Report
from portal.clinician.results.transform.versions import VersionRow
from portal.clinician.results.transform.versions import rows_of as versions_of
from portal.session.guard import requires
from portal.session.models import Kind
from portal.session.patient import results_client
from portal.session.screens import screens_client

PAGE_SIZE = 50
SORT_KEYS = ("sampled", "kind", "laboratory", "abnormal")
PERIODS = ("31", "183", "365", "1096")
DISCIPLINES = ("laboratory", "pathology", "radiology")
NO_PATIENT = "no-open-patient"


class ResultsState(OpenReport, OpenTable, rx.State):
    """What the browser shows of one patient's results; the rest stays in the overview on the server."""

    loading: bool = True
    loading_more: bool = False
    incomplete: bool = False
    restricted: bool = False
    problem: str = ""
    problem_code: str = ""

    rows: list[ReportRow] = []  # noqa: RUF012 - Reflex copies defaults
    waiting: list[Waiting] = []  # noqa: RUF012
    total: int = 0
    fetched: int = 0
    passed: int = 0
    hidden: int = 0
    page: int = 1
    pages: int = 1
    laboratories: list[str] = []  # noqa: RUF012
    first_day: str = ""
    last_day: str = ""

    text: str = ""
    discipline: str = ""
    laboratory: str = ""
    period: str = ""
    abnormal_only: bool = False
    new_only: bool = False
    news_known: bool = True
    news_since: str = ""
    news_count: int = 0
    sort_key: str = "sampled"
    filter_round: int = 0  # a new search field for each: the browser keeps what was typed in the old one
    descending: bool = True

    @rx.event
    @requires(Kind.CLINICIAN)
    async def load(self) -> AsyncIterator[Any]:
        """Fetch the open patient's newest reports and show them; the rest follows."""
        self.reset()  # type: ignore[no-untyped-call]
        shown = await self.get_state(Shown)
        overview = shown._start(await current_key(self))
        yield
        if overview is None:
            self._tell(ServiceProblem(Problem.NOT_FOUND, NO_PATIENT))
            return
        try:
            client, screens = await results_client(self), await screens_client(self)
            page, overview.news = await asyncio.gather(
                fetching.fetch_page(client, 0, fetching.FIRST_PAGE), _news(screens)
            )
        except ServiceProblem as problem:
            shown._stop()
            self._tell(problem)
            return
        self._take(overview, page)
        yield type(self).load_rest

    @rx.event(background=True)
    @requires(Kind.CLINICIAN)
    async def load_rest(self) -> None:
        """Fetch the older reports a page at a time, then the table; the page answers in between."""
        async with self:
            overview = await shown_overview(self)
            if overview is None:
                return
            client = await results_client(self)
            self.incomplete = False
        while not overview.complete:
            try:
                page = await fetching.fetch_page(
                    client, overview.fetched, fetching.NEXT_PAGE, overview.behind
                )
            except ServiceProblem:
                async with self:
                    self.loading_more, self.incomplete = False, True
                return
            async with self:
                if await shown_overview(self) is not overview:
                    return
                self._take(overview, page)
        await self._fetch_table_behind(overview)

    async def _show_alone(self, report_id: str) -> Report | None:
        """Show one report of the open patient, the newest others behind it; None when it is not given out.

        For pages that come to a report from a list of their own. Raises `ServiceProblem`.
        """
        self.reset()  # type: ignore[no-untyped-call]
        shown = await self.get_state(Shown)
        overview = shown._start(await current_key(self))
        if overview is None:
            raise ServiceProblem(Problem.NOT_FOUND, NO_PATIENT)
        client = await results_client(self)
        try:
            page, report = await asyncio.gather(
                fetching.fetch_page(client, 0, fetching.FIRST_PAGE), fetching.fetch_report(client, report_id)
            )
        except ServiceProblem:
            shown._stop()
            raise
        self._take(overview, page)
        if report is not None:
            overview.add([report], overview.total)
            self._show_report(view_of(report, overview.points))
        return report

    async def _versions_alone(self, report_id: str) -> list[VersionRow]:
        """The versions of the report shown by `_show_alone`, newest first. Raises `ServiceProblem`."""
        overview = await shown_overview(self)
        if overview is None:
            return []
        overview.versions[report_id] = await fetching.fetch_versions(await results_client(self), report_id)
        self.versions = versions_of(overview.versions[report_id])
        return self.versions

    def _tell(self, problem: ServiceProblem) -> None:
        self.problem, self.problem_code = str(problem.problem), problem.code
        self.loading = self.loading_more = False

    def _take(self, overview: Overview, page: fetching.Page) -> None:
        """Take in a page of reports and show what is asked for."""
        overview.add(page.reports, page.total)
        overview.behind = page.behind
        self.restricted = self.restricted or page.restricted
        self.loading, self.loading_more = False, not overview.complete
        self._show(overview)

    def _show(self, overview: Overview) -> None:
        """The visible page of the list."""
        chosen = choose(overview.summaries.values(), self._filters())
        ordered = order(chosen.passed, self.sort_key, descending=self.descending)
        self.passed, self.hidden = len(ordered), chosen.hidden
        self.pages = max(1, -(-len(ordered) // PAGE_SIZE))
        self.page = min(self.page, self.pages)
        start = (self.page - 1) * PAGE_SIZE
        self.rows = [summary.row for summary in ordered[start : start + PAGE_SIZE]]
        self._show_facts(overview, list(overview.summaries.values()))

    def _show_facts(self, overview: Overview, summaries: list[Summary]) -> None:
        self.total, self.fetched = overview.total, len(summaries)
        self.laboratories = laboratories(summaries)
        self.first_day, self.last_day = period(summaries)
        newest = order(summaries, "sampled", descending=True)
        news = overview.news
        self.news_known, self.news_since, self.news_count = news.known, news.since, len(news.reports)
        self.waiting = [waiting for summary in newest for waiting in summary.waiting]

    def _filters(self) -> Filters:
        first_day = ""
        if self.period:
            first_day = (datetime.now(OSLO) - timedelta(days=int(self.period))).date().isoformat()
        return Filters(
            text=self.text,
            discipline=self.discipline,
            laboratory=self.laboratory,
            first_day=first_day,
            abnormal_only=self.abnormal_only,
            new_only=self.new_only,
        )

    async def _list_again(self) -> Any:
        self.page = 1
        return await self._page_again()

    async def _page_again(self) -> Any:
        overview = await shown_overview(self)
        if overview is None:
            return ResultsState.load
        self._show(overview)
        return None

    @rx.event
    @requires(Kind.CLINICIAN)
    async def search(self, text: str) -> Any:
        """Narrow the list by words in analyses, laboratory and requester."""
        self.text = text[:100]
        return await self._list_again()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def choose_discipline(self, discipline: str) -> Any:
        """Narrow the list to one field of medicine; "" for all."""
        self.discipline = discipline if discipline in DISCIPLINES else ""
        return await self._list_again()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def choose_laboratory(self, laboratory: str) -> Any:
        """Narrow the list to one laboratory; "" for all."""
        self.laboratory = laboratory if laboratory in self.laboratories else ""
        return await self._list_again()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def choose_period(self, days: str) -> Any:
        """Narrow the list to the last days; "" for all."""
        self.period = days if days in PERIODS else ""
        return await self._list_again()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def choose_abnormal(self, only: bool) -> Any:
        """Show only what is abnormal or undecided, or everything."""
        self.abnormal_only = bool(only)
        return await self._list_again()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def choose_new(self, only: bool) -> Any:
        """Show only what is new or changed since the last visit, or everything."""
        self.new_only = bool(only)
        return await self._list_again()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def reset_filters(self) -> Any:
        """Show everything again."""
        self.text = self.discipline = self.laboratory = self.period = ""
        self.abnormal_only = self.new_only = False
        self.filter_round += 1
        return await self._list_again()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def sort_by(self, key: str) -> Any:
        """Order by a column; the same again turns the order."""
        if key not in SORT_KEYS:
            return None
        self.descending = not self.descending if key == self.sort_key else key in ("sampled", "abnormal")
        self.sort_key = key
        return await self._list_again()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def turn_page(self, page: int) -> Any:
        """Another page of the list."""
        self.page = max(1, int(page))
        return await self._page_again()


async def _news(client: fetching.Screens) -> News:
    """What is new; without an answer the list is shown all the same, and says that this is not known."""
    try:
        return await fetching.fetch_news(client)
    except ServiceProblem:
        return NOT_KNOWN


seen: Any = ResultsState
"""The state for views: Reflex turns its attributes into Vars, which types do not tell."""
