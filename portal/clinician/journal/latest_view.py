"""The newest reports in a few lines, leading to the page of results."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.journal.state import seen
from portal.frame.layout import RESULTS
from portal.session.guard import Login
from portal.ui import aksel
from portal.ui.text import text, text_by


def latest_view() -> rx.Component:
    """The section, for those with an authorisation, whom results are open to."""
    return rx.cond(Login.from_lists, rx.fragment(), _section())


def _section() -> rx.Component:
    """The newest; without an answer from the results it says so."""
    found = seen.results
    return rx.el.section(
        rx.el.h2(text("journal.results.heading"), class_name="journal-h2"),
        rx.cond(
            found.known,
            rx.fragment(
                rx.cond(
                    found.since != "",
                    rx.el.p(
                        rx.cond(
                            found.fresh > 0,
                            rx.el.strong(text("journal.results.new", count=found.fresh, since=found.since)),
                            text("journal.results.nothing_new", since=found.since),
                        ),
                        class_name="results-subtle",
                    ),
                ),
                rx.cond(
                    found.withheld, rx.el.p(text("journal.results.withheld"), class_name="results-subtle")
                ),
                rx.cond(
                    found.reports.length() > 0,
                    rx.el.ul(rx.foreach(found.reports, _report), class_name="journal-plain"),
                    rx.el.p(text("journal.results.none"), class_name="results-subtle"),
                ),
                rx.el.a(
                    text("journal.results.all", count=found.total), href=RESULTS, class_name="results-link"
                ),
            ),
            rx.fragment(
                rx.el.p(text("journal.results.unknown"), class_name="results-subtle"),
                rx.el.a(text("journal.to_results"), href=RESULTS, class_name="results-link"),
            ),
        ),
        class_name="journal-group",
        custom_attrs={"data-testid": "journal-results"},
    )


def _report(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(one.when, " ", rx.el.strong(one.kind)),
        rx.cond(
            one.news != "",
            aksel.tag(
                text_by("journal.results.news", one.news, "changed"), size="xsmall", variant="info-moderate"
            ),
        ),
        rx.cond(
            one.marked > 0,
            aksel.tag(
                "▲ ",
                text("journal.results.marked", count=one.marked),
                size="xsmall",
                variant="error-moderate",
            ),
        ),
        rx.cond(
            one.preliminary,
            aksel.tag(text("journal.results.preliminary"), size="xsmall", variant="neutral-moderate"),
        ),
        rx.el.span(one.laboratory, class_name="journal-detail journal-one-line"),
    )
