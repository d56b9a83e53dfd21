"""The table where it is narrow: each analysis with its newest value, the one before, and a little course."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.results.values_view import analysis_name, value_view
from portal.ui.text import text, text_by


def newest_view(groups: Any) -> rx.Component:
    """Shown instead of the table on a phone, and never printed."""
    return rx.el.div(
        rx.foreach(groups, _group),
        class_name="newest",
        custom_attrs={"data-testid": "newest"},
    )


def _group(group: Any) -> rx.Component:
    return rx.el.section(
        rx.el.h2(
            text_by("table.area", group.area, "other", otherwise=group.area),
            rx.cond(group.name != "", rx.el.span(" · ", group.name)),
            class_name="newest-group",
        ),
        rx.el.ul(rx.foreach(group.lines, _line), class_name="newest-lines"),
    )


def _line(one: Any) -> rx.Component:
    line = one.line
    return rx.el.li(
        rx.el.div(_name(line), class_name="newest-name"),
        rx.el.div(
            rx.foreach(one.now, lambda value: value_view(value, line.unit)),
            class_name="newest-now",
        ),
        rx.el.div(
            rx.el.span(
                one.day,
                rx.cond(one.sampled, rx.fragment(), rx.el.span(" ", text("results.not_sampling_date"))),
            ),
            rx.foreach(one.references, lambda stated: rx.el.span(text("table.reference", text=stated))),
            rx.cond(one.before != "", rx.el.div(_before(one))),
            class_name="newest-facts",
        ),
        rx.cond(one.course != "", _course(one)),
        class_name="newest-line",
        custom_attrs={"data-testid": "newest-line"},
    )


def _name(line: Any) -> rx.Component:
    return rx.fragment(
        analysis_name(line, "newest-trend"),
        rx.cond(line.code != "", rx.el.span(" ", line.code, class_name="cumulative-reference")),
        rx.foreach(
            line.joined,
            lambda other: rx.el.span(" ", text("table.with", code=other), class_name="cumulative-reference"),
        ),
    )


def _before(one: Any) -> Any:
    """What it was before, in words; an arrow adds."""
    said = {"value": one.before, "day": one.before_day}
    return rx.match(
        one.change,
        ("up", rx.el.span(rx.el.span("↑ ", aria_hidden="true"), text("table.change.up", **said))),
        ("down", rx.el.span(rx.el.span("↓ ", aria_hidden="true"), text("table.change.down", **said))),
        ("same", rx.el.span(rx.el.span("→ ", aria_hidden="true"), text("table.change.same", **said))),
        rx.el.span(text("table.change.before", **said)),
    )


def _course(one: Any) -> rx.Component:
    """A picture of what the course says in full, one press away."""
    return rx.el.svg(
        rx.el.svg.polyline(points=one.course, class_name="results-line", fill="none"),
        rx.el.svg.circle(cx=one.end_x.to(str), cy=one.end_y.to(str), r=3, class_name="newest-end"),
        view_box="0 0 96 24",
        aria_hidden="true",
        class_name="newest-course",
    )
