"""The journal page: critical information above all, lists beside what happened, and the form for a note."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.journal.events_view import events_view
from portal.clinician.journal.state import seen
from portal.clinician.journal.writing_view import writing_view
from portal.frame.layout import PATIENTS, RESULTS
from portal.frame.states import empty_view, loading_view, problem_view
from portal.session.journal import NO_PATIENT
from portal.ui import aksel
from portal.ui.text import text, text_by


def journal_view() -> rx.Component:
    """The whole page, in each of its states."""
    return rx.el.div(
        rx.el.h1(text("journal.heading"), id="journal-heading", tab_index=-1, class_name="results-h1"),
        rx.cond(
            seen.problem != "",
            _problem(),
            rx.cond(seen.loading, loading_view(8), _journal()),
        ),
        class_name="journal",
    )


def _problem() -> rx.Component:
    return rx.cond(
        seen.code == NO_PATIENT,
        rx.el.div(
            empty_view(text("journal.no_patient"), text("journal.no_patient_body")),
            rx.el.a(text("journal.find_patient"), href=PATIENTS, class_name="results-link"),
        ),
        problem_view(
            seen.problem,
            seen.code,
            aksel.button(text("journal.reload"), size="small", variant="secondary", on_click=seen.load),
        ),
    )


def _journal() -> rx.Component:
    return rx.fragment(
        _critical(),
        rx.el.div(
            rx.el.div(writing_view(), events_view(), class_name="journal-main"),
            rx.el.aside(
                rx.foreach(seen.groups, _group),
                rx.el.a(text("journal.to_results"), href=RESULTS, class_name="results-link"),
                aria_label=text("journal.overview"),
                class_name="journal-lists",
                custom_attrs={"data-testid": "journal-lists"},
            ),
            class_name="journal-columns",
        ),
    )


def _critical() -> rx.Component:
    """What must be known before anything is done; that nothing is recorded is said too."""
    return rx.el.section(
        rx.el.h2(text("journal.critical.heading"), class_name="journal-h2"),
        rx.cond(
            seen.critical.length() > 0,
            rx.el.ul(rx.foreach(seen.critical, _warning), class_name="journal-plain"),
            rx.el.p(text("journal.critical.none"), class_name="results-subtle"),
        ),
        class_name=rx.cond(
            seen.critical.length() > 0, "journal-critical journal-critical-some", "journal-critical"
        ),
        custom_attrs={"data-testid": "critical"},
    )


def _warning(line: Any) -> rx.Component:
    return rx.el.li(
        rx.cond(line.high, aksel.tag(text("journal.critical.high"), size="xsmall", variant="error-moderate")),
        rx.cond(
            line.uncertain,
            aksel.tag(text("journal.critical.suspected"), size="xsmall", variant="neutral-moderate"),
        ),
        rx.el.strong(line.head),
        rx.cond(line.detail != "", rx.el.span(line.detail)),
        class_name="journal-warning",
    )


def _group(group: Any) -> rx.Component:
    return rx.el.section(
        rx.el.h2(text_by("journal.list", group.kind, "Condition"), class_name="journal-h2"),
        rx.cond(
            group.lines.length() > 0,
            rx.el.ul(rx.foreach(group.lines, _line), class_name="journal-plain"),
            rx.el.p(text("journal.none"), class_name="results-subtle"),
        ),
        class_name="journal-group",
    )


def _line(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(line.head, class_name="journal-head"),
        rx.cond(
            line.state != "",
            aksel.tag(
                text_by("journal.state", line.state, "planned"), size="xsmall", variant="neutral-moderate"
            ),
        ),
        rx.cond(line.detail != "", rx.el.span(line.detail, class_name="journal-detail")),
    )
