"""One of one's own analyses over time, as a table that says everything in words."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.citizen.results.over_time import HEADING, OwnOverTime
from portal.frame.acting import acting
from portal.frame.states import problem_view
from portal.ui import aksel
from portal.ui.text import text, text_by

seen: Any = OwnOverTime


def over_time_view() -> rx.Component:
    """The offer, or what was asked for."""
    of_them = seen.of == acting.handle
    return rx.fragment(
        rx.cond(of_them & (seen.problem != ""), problem_view(seen.problem, seen.code)),
        rx.cond(of_them & seen.asked, _asked(), _offer()),
    )


def _offer() -> rx.Component:
    return aksel.button(
        text("own.over_time.show"),
        size="small",
        variant="secondary",
        on_click=seen.show,
        class_name="own-more",
        custom_attrs={"data-testid": "own-over-time"},
    )


def _asked() -> rx.Component:
    return rx.el.section(
        rx.el.h2(text("own.over_time.heading"), id=HEADING, tab_index=-1, class_name="ops-h2"),
        aksel.vstack(
            rx.cond(
                seen.courses.length() > 0,
                aksel.select(
                    rx.el.option(text("own.over_time.choose"), value=""),
                    rx.foreach(seen.courses, _option),
                    label=text("own.over_time.which"),
                    value=seen.chosen.key,
                    on_change=seen.choose,
                    size="small",
                    custom_attrs={"data-testid": "own-course"},
                ),
                aksel.body_long(text("own.over_time.none")),
            ),
            rx.cond(seen.chosen.key != "", _course()),
            aksel.button(
                text("own.over_time.hide"),
                size="small",
                variant="tertiary",
                on_click=seen.hide,
                class_name="own-more",
            ),
            gap="space-12",
            align="stretch",
        ),
    )


def _option(course: Any) -> rx.Component:
    return rx.el.option(
        course.name,
        rx.cond(course.unit != "", rx.fragment(", ", course.unit)),
        " (",
        course.number,
        ")",
        value=course.key,
    )


def _course() -> rx.Component:
    course = seen.chosen
    return rx.fragment(
        aksel.body_long(text("own.over_time.help"), class_name="own-lead"),
        rx.el.div(
            aksel.table(
                aksel.table_header(
                    aksel.table_row(
                        *[
                            aksel.table_column_header(text(f"own.over_time.{name}"), scope="col")
                            for name in ("sampled", "value", "reference", "laboratory")
                        ]
                    )
                ),
                aksel.table_body(rx.foreach(course.results, _value)),
                size="small",
                custom_attrs={"data-testid": "own-values"},
            ),
            class_name="ops-scroll ops-list",
            tab_index=0,
            role="region",
            aria_label=course.name,
        ),
    )


def _value(value: Any) -> rx.Component:
    return aksel.table_row(
        aksel.table_header_cell(
            value.day,
            rx.cond(value.answered, rx.el.div(text("own.over_time.answered"), class_name="ops-subtle")),
            scope="row",
        ),
        aksel.table_data_cell(
            rx.el.span(
                rx.cond(value.withdrawn, text("own.line_cancelled"), value.shown), class_name="own-value"
            ),
            rx.cond(
                value.ours != "",
                rx.el.div(
                    text("own.over_time.ours", number=value.ours, unit=seen.chosen.unit, by=value.by),
                    class_name="ops-subtle",
                ),
            ),
            rx.cond(value.commented, rx.el.div(text("own.over_time.commented"), class_name="ops-subtle")),
            rx.cond(value.cut, rx.el.div(text("own.over_time.cut"), class_name="ops-subtle")),
            rx.el.div(
                rx.cond(
                    value.mark != "",
                    aksel.tag(
                        text_by("own.mark", value.mark, "outside", otherwise=value.mark_text),
                        size="xsmall",
                        variant="moderate",
                        data_color="warning",
                    ),
                ),
                rx.cond(
                    value.preliminary,
                    aksel.tag(text("own.status.preliminary"), size="xsmall", variant="outline"),
                ),
                class_name="ops-among",
            ),
        ),
        aksel.table_data_cell(
            rx.cond(
                value.reference != "",
                rx.fragment(rx.el.span(text("own.reference"), " ", class_name="ops-narrow"), value.reference),
            )
        ),
        aksel.table_data_cell(value.laboratory),
    )
