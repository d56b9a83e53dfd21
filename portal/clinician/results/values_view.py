"""One result of the table of analyses, in a cell and in a line of newest values."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.results.marks import converted_line, flag_sign, hidden, ours_sign, state_mark
from portal.clinician.results.state import seen
from portal.ui.text import text, text_by


def value_view(value: Any, unit: Any) -> rx.Component:
    """A result: its number, its marks, and the way to what a cell cannot say."""
    shown = rx.fragment(
        rx.cond(value.value != "", value.value, text_by("table.opens", value.opens, "none")),
        rx.cond(value.unit != "", rx.el.span(" ", value.unit, class_name="cumulative-own-unit")),
    )
    return rx.el.div(
        rx.cond(
            value.opens != "",
            rx.el.button(
                shown,
                rx.cond(value.opens == "comment", rx.el.span(" ✎", aria_hidden="true")),
                hidden(" ", text_by("table.opens", value.opens, "text")),
                type="button",
                on_click=seen.open_report(value.report_id),
                class_name="results-link cumulative-value",
                custom_attrs={"data-testid": "cell-report"},
            ),
            rx.el.span(shown, class_name="cumulative-value"),
        ),
        flag_sign(value.flag),
        ours_sign(value.ours),
        rx.cond(value.state != "", rx.el.div(state_mark(value.state))),
        rx.cond(value.history, rx.el.div(text("results.history"), class_name="cumulative-time")),
        converted_line(value.converted, unit),
        rx.cond(value.code != "", rx.el.div(value.code, class_name="cumulative-time")),
        class_name="cumulative-cell",
        custom_attrs={
            "data-numeric": rx.cond(value.numeric, "yes", "no"),
            "data-flag": rx.cond(value.flag != "", value.flag, rx.cond(value.ours != "", "ours", "")),
        },
    )


def analysis_name(line: Any, testid: str) -> rx.Component:
    """An analysis by its name, which leads to its course where it has one."""
    return rx.cond(
        line.analysis != "",
        rx.el.button(
            line.name,
            hidden(" ", text("results.trend")),
            type="button",
            on_click=seen.open_trend(line.analysis),
            class_name="results-link",
            custom_attrs={"data-testid": testid},
        ),
        rx.el.span(line.name, class_name="results-name"),
    )
