"""The table of laboratory results, and the table of drugs against microbes."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.results.marks import (
    flag_mark,
    flag_sign,
    hidden,
    history_mark,
    notes,
    ours_mark,
    paragraphs,
    state_mark,
)
from portal.clinician.results.state import seen
from portal.ui import aksel
from portal.ui.text import text, text_by

_COLUMNS = ("analysis", "value", "unit", "flag", "reference", "previous", "trend")


def results_table() -> rx.Component:
    """Each result with its unit, flag, reference text and previous value; comments on a line below."""
    return rx.fragment(
        rx.el.div(
            rx.cond(seen.rows_can_hide, _abnormal_only()),
            rx.el.p(
                rx.cond(
                    seen.rows_hidden > 0,
                    text("results.rows_hidden", count=seen.rows_hidden),
                    "",
                ),
                role="status",
                class_name="results-subtle",
            ),
            class_name="results-bar results-noprint",
        ),
        rx.el.table(
            rx.el.caption(text("results.results"), class_name="akson-hidden"),
            rx.el.thead(
                rx.el.tr(
                    *[
                        rx.el.th(text(f"results.column.{c}"), scope="col", class_name=f"results-c-{c}")
                        for c in _COLUMNS
                    ]
                )
            ),
            rx.foreach(seen.result_rows, _row),
            class_name="results-table",
            custom_attrs={"data-testid": "results"},
        ),
    )


def _abnormal_only() -> rx.Component:
    made: rx.Component = aksel.checkbox(
        text("results.abnormal_only"),
        size="small",
        checked=seen.rows_abnormal_only,
        on_change=seen.choose_abnormal_rows,
        custom_attrs={"data-testid": "abnormal-rows"},
    )
    return made


def _row(row: Any) -> rx.Component:
    more = row.texts.length() + row.notes.length() + row.codes.length()
    return rx.el.tbody(
        rx.el.tr(
            rx.el.th(_name(row), scope="row", class_name="results-c-analysis"),
            rx.el.td(
                _value(row),
                class_name="results-c-value",
                custom_attrs={"data-numeric": rx.cond((row.value != "") & ~row.numeric, "no", "yes")},
            ),
            rx.el.td(row.unit, class_name="results-c-unit"),
            rx.el.td(flag_mark(row.flag, row.flag_text), ours_mark(row.ours), class_name="results-c-flag"),
            rx.el.td(row.reference, class_name="results-c-reference"),
            rx.el.td(_previous(row), class_name="results-c-previous"),
            rx.el.td(_over_time(row), class_name="results-c-trend"),
        ),
        rx.cond(
            more > 0,
            rx.el.tr(
                rx.el.td(
                    paragraphs(row.texts),
                    rx.foreach(row.codes, lambda code: rx.el.p(code, class_name="results-text")),
                    notes(row.notes),
                    col_span=len(_COLUMNS),
                    class_name="results-more",
                ),
            ),
        ),
        class_name=f"results-level-{row.level}",
        custom_attrs={"data-testid": "result", "data-state": row.state},
    )


def _name(row: Any) -> rx.Component:
    return rx.fragment(
        rx.el.span(rx.cond(row.name != "", row.name, row.code), class_name="results-name"),
        rx.foreach(
            row.details, lambda detail: rx.el.span(detail, class_name="results-subtle results-detail")
        ),
        rx.cond(
            row.reference != "",
            rx.el.div(
                text("results.column.reference"),
                ": ",
                row.reference,
                class_name="results-subtle results-narrow",
            ),
        ),
        rx.cond(
            row.previous != "",
            rx.el.div(
                text("results.column.previous"),
                ": ",
                _previous(row),
                class_name="results-subtle results-narrow",
            ),
        ),
        rx.el.div(_over_time(row), class_name="results-narrow"),
    )


def _value(row: Any) -> rx.Component:
    return rx.fragment(
        rx.el.span(row.value, class_name="results-value"),
        rx.el.span(" ", row.unit, class_name="results-narrow-inline"),
        rx.el.div(state_mark(row.state), history_mark(row.history)),
        rx.el.div(flag_mark(row.flag, row.flag_text), ours_mark(row.ours), class_name="results-narrow"),
    )


def _previous(row: Any) -> rx.Component:
    return rx.cond(
        row.previous != "",
        rx.el.span(
            row.previous,
            flag_sign(row.previous_flag),
            rx.el.span(" (", row.previous_date, ")", class_name="results-subtle"),
        ),
    )


def _over_time(row: Any) -> rx.Component:
    return rx.cond(
        row.analysis != "",
        rx.el.button(
            text("results.trend"),
            hidden(" ", row.name),
            type="button",
            on_click=seen.open_trend(row.analysis),
            class_name="results-link results-noprint",
            custom_attrs={"data-testid": "trend"},
        ),
    )


def resistance_table() -> rx.Component:
    """Drugs down, microbes across; letters with their meaning below."""
    table = seen.report.resistance
    return rx.el.section(
        rx.el.h2(text("results.resistance.heading"), class_name="results-h2"),
        rx.el.div(
            rx.el.table(
                rx.el.caption(text("results.resistance.heading"), class_name="akson-hidden"),
                rx.el.thead(
                    rx.el.tr(
                        rx.el.th(text("results.column.drug"), scope="col"),
                        rx.foreach(table.microbes, _microbe),
                    )
                ),
                rx.el.tbody(rx.foreach(table.drugs, _drug)),
                class_name="results-table results-resistance",
                custom_attrs={"data-testid": "resistance"},
            ),
            class_name="akson-scroll",
            tab_index=0,
            role="region",
            aria_label=text("results.resistance.heading"),
        ),
        rx.el.dl(
            rx.foreach(
                table.used,
                lambda answer: rx.el.div(
                    rx.el.dt(answer), rx.el.dd(text_by("results.resistance", answer, "other"))
                ),
            ),
            class_name="results-legend",
        ),
        rx.el.p(text("results.resistance.mic"), class_name="results-subtle"),
    )


def _microbe(name: Any) -> rx.Component:
    return rx.el.th(
        rx.cond(name != "", rx.el.em(name), text("results.resistance.microbe_missing")), scope="col"
    )


def _drug(drug: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(drug.name, notes(drug.notes), scope="row"),
        rx.foreach(drug.cells, _cell),
    )


def _cell(cell: Any) -> rx.Component:
    meaning = text_by("results.resistance", cell.answer, "other")
    return rx.el.td(
        rx.cond(
            cell.answer != "",
            rx.el.span(
                rx.el.span(
                    cell.answer,
                    title=meaning,
                    class_name="results-sirk",
                    custom_attrs={"data-answer": cell.answer},
                ),
                hidden(" ", meaning),
                rx.cond(cell.mic != "", rx.el.span(" (", cell.mic, ")")),
            ),
        ),
        rx.el.div(state_mark(cell.state)),
    )
