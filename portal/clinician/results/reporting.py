"""The open report, its versions, and one analysis over time: the second half of the page's state."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import reflex as rx

from portal.clients.errors import ServiceProblem
from portal.clinician.results import fetching
from portal.clinician.results.shown import ensure_table, shown_overview
from portal.clinician.results.transform.report_view import ReportView, view_of
from portal.clinician.results.transform.tables import ResultRow, visible
from portal.clinician.results.transform.trend_view import TrendView, trend_of
from portal.clinician.results.transform.versions import VersionRow, rows_of
from portal.session.guard import requires
from portal.session.models import Kind
from portal.session.patient import results_client

LIST, REPORT, TREND, TABLE = "list", "report", "trend", "table"


class OpenReport(rx.State, mixin=True):
    """What the browser shows of one report; what lies behind it stays in the overview on the server."""

    showing: str = LIST
    opening: str = ""
    report_problem: str = ""
    report_problem_code: str = ""
    report: ReportView = ReportView()
    result_rows: list[ResultRow] = []  # noqa: RUF012 - Reflex copies defaults
    rows_hidden: int = 0
    rows_abnormal_only: bool = False
    rows_can_hide: bool = False
    versions: list[VersionRow] = []  # noqa: RUF012
    versions_open: bool = False
    version: int = 0
    trend: TrendView = TrendView()
    home: str = LIST  # what a report or a course was opened from
    _rows: list[ResultRow] = []  # noqa: RUF012

    @rx.event
    @requires(Kind.CLINICIAN)
    async def open_report(self, report_id: str) -> AsyncIterator[Any]:
        """Show one of the patient's reports, fetched as it stands now."""
        overview = await shown_overview(self)
        if overview is None:
            yield self._again()
            return
        if not overview.holds(report_id):
            return
        self.opening, self.report_problem = report_id, ""
        yield
        try:
            report = await fetching.fetch_report(await results_client(self), report_id)
        except ServiceProblem as problem:
            self._tell_of_report(problem)
            return
        if report is None or await shown_overview(self) is not overview:
            yield self._again()
            return
        self._close()
        self._show_report(view_of(report, overview.points))
        yield rx.set_focus("report-heading")

    def _again(self) -> Any:
        """Fetch the page anew: what it shows is no longer the open patient's, or has lapsed."""
        return type(self).load  # type: ignore[attr-defined]

    def _close(self) -> None:
        self.showing, self.opening, self.report_problem, self.report_problem_code = self.home, "", "", ""
        self.report, self._rows, self.result_rows, self.rows_hidden = ReportView(), [], [], 0
        self.rows_abnormal_only = False
        self.versions, self.versions_open, self.version = [], False, 0
        self.trend = TrendView()

    def _tell_of_report(self, problem: ServiceProblem) -> None:
        self.report_problem, self.report_problem_code = str(problem.problem), problem.code
        self.opening = ""

    def _show_report(self, shown: ReportView) -> None:
        self._rows = shown.rows
        self.rows_can_hide = visible(shown.rows, abnormal_only=True).hidden > 0
        self.report = replace(shown, rows=[])  # the rows in sight stand for themselves
        self.showing, self.opening = REPORT, ""
        self._show_rows()

    def _show_rows(self) -> None:
        found = visible(list(self._rows), abnormal_only=self.rows_abnormal_only)
        self.result_rows, self.rows_hidden = found.rows, found.hidden

    @rx.event
    @requires(Kind.CLINICIAN)
    async def back_to_list(self) -> Any:
        """Close the report: back to the list or the table."""
        self._close()
        if await shown_overview(self) is None:
            return self._again()
        return rx.set_focus("results-heading")

    @rx.event
    @requires(Kind.CLINICIAN)
    async def choose_abnormal_rows(self, only: bool) -> Any:
        """Show only the report's abnormal or undecided results, or all."""
        if await shown_overview(self) is None:
            return self._again()
        self.rows_abnormal_only = bool(only)
        self._show_rows()
        return None

    @rx.event
    @requires(Kind.CLINICIAN)
    async def toggle_versions(self) -> AsyncIterator[Any]:
        """Show or hide the versions of the open report, fetched at the first wish."""
        overview = await shown_overview(self)
        if overview is None:
            yield self._again()
            return
        self.versions_open = not self.versions_open
        if not self.versions_open or self.versions or not self.report.id:
            return
        yield
        try:
            found = await fetching.fetch_versions(await results_client(self), self.report.id)
        except ServiceProblem as problem:
            self.versions_open = False
            self._tell_of_report(problem)
            return
        overview.versions[self.report.id] = found
        self.versions = rows_of(found)

    @rx.event
    @requires(Kind.CLINICIAN)
    async def open_version(self, number: int) -> Any:
        """Show an earlier version of the open report, marked as such; the newest by its own number."""
        overview = await shown_overview(self)
        if overview is None:
            return self._again()
        versions = overview.versions.get(self.report.id, [])
        if not 1 <= number <= len(versions):
            return None
        newest = number == len(versions)
        self.version = 0 if newest else number
        self._show_report(view_of(versions[number - 1], overview.points))
        return rx.set_focus("report-heading")

    @rx.event
    @requires(Kind.CLINICIAN)
    async def open_trend(self, analysis: str) -> Any:
        """Show one analysis over time."""
        overview = await shown_overview(self)
        if overview is None:
            return self._again()
        await ensure_table(self, overview)
        self.trend, self.showing = trend_of(overview.points, analysis, overview.joins), TREND
        return rx.set_focus("trend-heading")

    @rx.event
    @requires(Kind.CLINICIAN)
    async def show_whole_trend(self) -> Any:
        """List every value of the analysis, not only the newest."""
        overview = await shown_overview(self)
        if overview is None:
            return self._again()
        self.trend = trend_of(overview.points, self.trend.analysis, overview.joins, everything=True)
        return None

    @rx.event
    @requires(Kind.CLINICIAN)
    async def close_trend(self) -> Any:
        """Back to the report, or to the list or table."""
        if await shown_overview(self) is None:
            return self._again()
        self.trend = TrendView()
        self.showing = REPORT if self.report.id else self.home
        return rx.set_focus("report-heading" if self.report.id else "results-heading")
