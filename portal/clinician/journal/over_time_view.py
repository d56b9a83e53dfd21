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
from portal.ui.text import text, text_by

measured: Any = OverTime
_NOTES = ("no_reference", "no_sex", "uncorrected", "unavailable")


def over_time_view() -> rx.Component:
    """The courses, while they are asked for."""
    return rx.cond(
        (measured.of != "") & (measured.of == seen.shown),
        rx.el.section(
            rx.el.h2(text("journal.over_time.heading"), id=HEADING, tab_index=-1, class_name="journal-h2"),
            rx.cond(measured.note != "", _note()),
            rx.cond(
                measured.series.length() > 0,
                rx.el.div(rx.foreach(measured.series, _series), class_name="journal-courses"),
                rx.el.p(text("journal.over_time.none"), class_name="results-subtle"),
            ),
            rx.cond(measured.more, _older()),
            aksel.button(
                text("journal.over_time.hide"), size="small", variant="secondary", on_click=measured.hide
            ),
        ),
    )


def _older() -> rx.Component:
    """What is shown is not all; the graphs begin later than the course."""
    return rx.el.div(
        aksel.alert(
            text("journal.over_time.more", count=measured.shown), variant="info", size="small", role="status"
        ),
        aksel.button(
            text("journal.over_time.older"),
            size="small",
            variant="secondary",
            on_click=measured.older,
            custom_attrs={"data-testid": "older-values"},
        ),
        class_name="journal-group",
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
        rx.cond(
            one.source != "",
            rx.el.p(text("journal.growth.source", source=one.source), class_name="results-subtle"),
        ),
        rx.el.div(
            rx.el.table(
                rx.el.caption(label, class_name="akson-hidden"),
                rx.el.thead(
                    rx.el.tr(
                        _head("journal.over_time.when"),
                        _head("journal.over_time.value"),
                        rx.cond(
                            one.source != "",
                            rx.fragment(_head("journal.growth.sds"), _head("journal.growth.percentile")),
                        ),
                        _head("journal.over_time.who"),
                        rx.el.th(rx.el.span(text("moving.begin"), class_name="akson-hidden"), scope="col"),
                    )
                ),
                rx.el.tbody(rx.foreach(one.rows, lambda row: _row(row, one))),
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


def _note() -> rx.Component:
    """What is to be known of the percentiles, or why there are none: one line."""
    return rx.el.p(
        rx.match(
            measured.note,
            *[(name, text(f"journal.growth.note.{name}")) for name in _NOTES],
            ("corrected", text("journal.growth.note.corrected", weeks=measured.weeks)),
            "",
        ),
        role="note",
        class_name="results-subtle",
        custom_attrs={"data-testid": "growth-note"},
    )


def _head(words: str) -> rx.Component:
    return rx.el.th(text(words), scope="col")


def _row(row: Any, one: Any) -> rx.Component:
    place = row.place
    age = rx.el.div(
        place.age.to_string(),
        " ",
        text_by("start.age", place.age_in, "years"),
        class_name="results-subtle",
    )
    return rx.el.tr(
        rx.el.th(row.when, rx.cond(place.age >= 0, age), scope="row"),
        rx.el.td(row.value, " ", one.unit, " ", row.beside),
        rx.cond(
            one.source != "",
            rx.fragment(rx.el.td(_or_dash(place.z)), rx.el.td(_or_dash(place.percentile))),
        ),
        rx.el.td(rx.cond(row.who != "", row.who, text("journal.growth.derived"))),
        rx.el.td(
            rx.cond(row.who != "", move_button(row.key, row.unit == seen.unit, row.when)),
            class_name="results-noprint",
        ),
    )


def _or_dash(shown: Any) -> rx.Component:
    """Where the reference says nothing, a dash, which is said as that."""
    nothing = rx.fragment("–", rx.el.span(text("journal.growth.none"), class_name="akson-hidden"))
    return rx.cond(shown != "", shown, nothing)
