"""The cumulative table: which part of it is in sight. The whole of it stays in the overview on the server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from portal.clients.errors import ServiceProblem
from portal.clinician.results import fetching
from portal.clinician.results.overviews import Overview
from portal.clinician.results.reporting import LIST, TABLE
from portal.clinician.results.shown import ensure_table, shown_overview
from portal.clinician.results.transform.table import COLUMNS, TableView, Wanted, view_of
from portal.session.guard import requires
from portal.session.models import Kind
from portal.session.screens import screens_client


class OpenTable(rx.State, mixin=True):
    """What the browser shows of the table."""

    table: TableView = TableView()
    table_loading: bool = False
    table_problem: str = ""
    table_problem_code: str = ""
    table_text: str = ""
    table_area: str = ""
    table_abnormal: bool = False
    table_everything: bool = False
    table_round: int = 0  # a new search field for each, as in the list

    async def _fetch_table_behind(self, overview: Overview) -> None:
        """From a background handler: fetch the table, so that it and the courses are there when asked for."""
        async with self:
            client = await screens_client(self)
        try:
            table = await fetching.fetch_table(client)
        except ServiceProblem:
            return  # asked for again, and told, when it is wanted
        async with self:
            if overview.table is None and await shown_overview(self) is overview:
                overview.table = table

    @rx.event
    @requires(Kind.CLINICIAN)
    async def choose_view(self, view: str) -> AsyncIterator[Any]:
        """Show the results as a list of reports or as a table of analyses."""
        overview = await shown_overview(self)
        if overview is None:
            yield self._again()  # type: ignore[attr-defined]
            return
        self.home = self.showing = TABLE if view == TABLE else LIST
        if view != TABLE:
            return
        if overview.table is None:
            self.table_loading, self.table_problem = True, ""
            yield
        problem = await ensure_table(self, overview)
        self.table_loading = False
        if problem is not None:
            self.table_problem, self.table_problem_code = str(problem.problem), problem.code
            return
        self.table_problem = ""
        self._show_table(overview)

    def _show_table(self, overview: Overview, start: int = 0) -> None:
        if overview.table is None:
            return
        wanted = Wanted(
            text=self.table_text,
            area=self.table_area,
            abnormal_only=self.table_abnormal,
            start=start,
            everything=self.table_everything,
        )
        self.table = view_of(overview.table, wanted)

    async def _table_again(self, start: int = 0) -> Any:
        overview = await shown_overview(self)
        if overview is None:
            return self._again()  # type: ignore[attr-defined]
        self._show_table(overview, start)
        return None

    @rx.event
    @requires(Kind.CLINICIAN)
    async def search_table(self, text: str) -> Any:
        """Narrow the table by words in names and codes."""
        self.table_text = text[:100]
        return await self._table_again()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def choose_area(self, area: str) -> Any:
        """Narrow the table to a field of medicine (8202); "" for all."""
        self.table_area = area if area in self.table.areas else ""
        return await self._table_again()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def choose_abnormal_lines(self, only: bool) -> Any:
        """Only analyses with a value that is abnormal or undecided, or all."""
        self.table_abnormal = bool(only)
        return await self._table_again()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def choose_all_lines(self, everything: bool) -> Any:
        """Analyses without a value at the times in sight too, or only those with one."""
        self.table_everything = bool(everything)
        return await self._table_again(self.table.start)

    @rx.event
    @requires(Kind.CLINICIAN)
    async def turn_table(self, steps: int) -> Any:
        """Older times of sampling (positive) or newer ones, a window at a time."""
        return await self._table_again(max(0, self.table.start + int(steps) * COLUMNS))

    @rx.event
    @requires(Kind.CLINICIAN)
    async def reset_table(self) -> Any:
        """Everything again, from the newest."""
        self.table_text = self.table_area = ""
        self.table_abnormal = self.table_everything = False
        self.table_round += 1
        return await self._table_again()
