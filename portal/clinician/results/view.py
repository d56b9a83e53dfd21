"""The results page: the list, the table, one report, or one analysis over time."""

from __future__ import annotations

import reflex as rx

from portal.clinician.restricted.view import refused_view, something_restricted
from portal.clinician.results.list_view import list_view
from portal.clinician.results.report_view import report_view
from portal.clinician.results.reporting import REPORT, TABLE, TREND
from portal.clinician.results.state import NO_PATIENT, seen
from portal.clinician.results.table_view import table_view
from portal.clinician.results.trend_view import trend_view
from portal.frame.layout import PATIENTS
from portal.frame.states import empty_view, loading_view
from portal.ui import aksel
from portal.ui.text import text


def results_view() -> rx.Component:
    """The whole page, in each of its states."""
    return rx.el.div(
        rx.cond(
            seen.problem != "",
            _problem(),
            rx.cond(
                seen.loading,
                rx.fragment(_heading(), loading_view(8)),
                rx.fragment(
                    rx.cond(seen.restricted, something_restricted()),
                    _chosen(),
                ),
            ),
        ),
        class_name="results",
    )


def _chosen() -> rx.Component:
    return rx.match(
        seen.showing,
        (REPORT, report_view()),
        (TREND, trend_view()),
        (TABLE, table_view(_heading())),
        list_view(_heading()),
    )


def _heading() -> rx.Component:
    return rx.el.h1(text("results.heading"), id="results-heading", tab_index=-1, class_name="results-h1")


def _problem() -> rx.Component:
    return rx.fragment(
        _heading(),
        rx.cond(
            seen.problem_code == NO_PATIENT,
            rx.el.div(
                empty_view(text("results.no_patient"), text("results.no_patient_body")),
                rx.el.a(text("results.find_patient"), href=PATIENTS, class_name="results-link"),
            ),
            refused_view(
                seen.problem,
                seen.problem_code,
                aksel.button(text("results.reload"), size="small", variant="secondary", on_click=seen.load),
            ),
        ),
    )
