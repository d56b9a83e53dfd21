"""Measured values over time: asked for beside what happened, and shown above it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.journal.moving_view import move_button
from portal.clinician.journal.over_time import HEADING, OverTime
from portal.clinician.journal.state import seen
from portal.clinician.results.trend_view import graph
from portal.ui import aksel
from portal.ui.forms import wrong_view
from portal.ui.language import Language
from portal.ui.text import text

measured: Any = OverTime


def over_time_view() -> rx.Component:
    """The courses, while they are asked for."""
    return rx.cond(
        (measured.of != "") & (measured.of == seen.shown),
        rx.el.section(
            rx.el.h2(text("journal.over_time.heading"), id=HEADING, tab_index=-1, class_name="journal-h2"),
            rx.cond(
                measured.series.length() > 0,
                rx.el.div(rx.foreach(measured.series, _series), class_name="journal-courses"),
                rx.el.p(text("journal.over_time.none"), class_name="results-subtle"),
            ),
            aksel.button(
                text("journal.over_time.hide"), size="small", variant="secondary", on_click=measured.hide
            ),
        ),
    )


def over_time_offer() -> rx.Component:
    """The button that fetches them."""
    return rx.el.section(
        rx.el.h2(text("journal.over_time.heading"), class_name="journal-h2"),
        aksel.button(
            text("journal.over_time.show"),
            size="small",
            variant="secondary",
            on_click=measured.show,
            custom_attrs={"data-testid": "over-time"},
        ),
        wrong_view("journal.wrong", measured.wrong),
        class_name="journal-group",
    )


def _series(one: Any) -> rx.Component:
    label = one.label[Language.lang]
    return rx.el.section(
        rx.el.h3(label, " (", one.unit, ")", class_name="journal-h3"),
        rx.cond(
            one.drawn,
            rx.el.figure(
                graph(one.wide, label, "results-graph-wide"),
                graph(one.narrow, label, "results-graph-narrow"),
                class_name="results-figure",
            ),
        ),
        rx.el.div(
            rx.el.table(
                rx.el.caption(label, class_name="akson-hidden"),
                rx.el.thead(
                    rx.el.tr(
                        *[
                            rx.el.th(text(f"journal.over_time.{name}"), scope="col")
                            for name in ("when", "value", "who")
                        ],
                        rx.el.th(rx.el.span(text("moving.begin"), class_name="akson-hidden"), scope="col"),
                    )
                ),
                rx.el.tbody(
                    rx.foreach(
                        one.rows,
                        lambda row: rx.el.tr(
                            rx.el.th(row.when, scope="row"),
                            rx.el.td(row.value, " ", one.unit),
                            rx.el.td(row.who),
                            rx.el.td(
                                move_button(row.key, row.unit == seen.unit, row.when),
                                class_name="results-noprint",
                            ),
                        ),
                    )
                ),
                class_name="results-table",
            ),
            class_name="akson-scroll",
            role="region",
            tab_index=0,
            aria_label=label,
        ),
        class_name="journal-course",
        custom_attrs={"data-testid": "course"},
    )
