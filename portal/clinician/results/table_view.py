"""The cumulative table on the page: analyses down, sampling times across, the newest first."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.results.list_view import view_choice
from portal.clinician.results.marks import hidden
from portal.clinician.results.newest_view import newest_view
from portal.clinician.results.state import seen
from portal.clinician.results.transform.table import COLUMNS
from portal.clinician.results.values_view import analysis_name, value_view
from portal.frame.states import empty_view, loading_view, problem_view
from portal.ui import aksel
from portal.ui.text import text, text_by

_TABLE: Any = seen.table


def table_view(heading: rx.Component) -> rx.Component:
    """The table, or why it is not there."""
    return rx.fragment(
        heading,
        view_choice(),
        rx.cond(
            seen.table_problem != "",
            problem_view(seen.table_problem, seen.table_problem_code),
            rx.cond(
                seen.table_loading,
                loading_view(8),
                rx.fragment(
                    _filters(),
                    _covered(),
                    rx.cond(
                        _TABLE.rows > 0,
                        rx.fragment(_window(), _table(), newest_view(_TABLE.newest), _legend()),
                        empty_view(text("table.none"), text("table.none_body", count=_TABLE.left_out)),
                    ),
                ),
            ),
        ),
    )


def _filters() -> rx.Component:
    return rx.el.div(
        aksel.search(
            label=text("table.filter.text"),
            hide_label=False,
            variant="simple",
            size="small",
            auto_complete="off",
            key=seen.table_round.to_string(),
            default_value=seen.table_text,
            on_change=seen.search_table.debounce(40),
            custom_attrs={"data-testid": "table-text"},
        ),
        aksel.select(
            rx.el.option(text("results.filter.all"), value=""),
            rx.foreach(
                _TABLE.areas,
                lambda code: rx.el.option(text_by("table.area", code, "other", otherwise=code), value=code),
            ),
            label=text("results.filter.discipline"),
            size="small",
            value=seen.table_area,
            on_change=seen.choose_area,
        ),
        aksel.checkbox(
            text("results.filter.abnormal"),
            size="small",
            checked=seen.table_abnormal,
            on_change=seen.choose_abnormal_lines,
            custom_attrs={"data-testid": "abnormal-lines"},
        ),
        aksel.checkbox(
            text("table.filter.everything"),
            size="small",
            checked=seen.table_everything,
            on_change=seen.choose_all_lines,
            class_name="cumulative-wide",
            custom_attrs={"data-testid": "all-lines"},
        ),
        role="group",
        aria_label=text("table.filter.label"),
        class_name="results-filters results-table-filters",
    )


def _covered() -> rx.Component:
    """What is in sight and how much is not, announced when it changes."""
    return rx.el.div(
        rx.el.p(text("table.covered", rows=_TABLE.rows, times=_TABLE.total), class_name="cumulative-wide"),
        rx.el.p(
            text("table.covered", rows=_TABLE.rows + _TABLE.elsewhere, times=_TABLE.total),
            class_name="newest",
        ),
        rx.cond(_TABLE.withheld, rx.el.p(rx.el.strong(text("table.withheld")))),
        rx.cond(
            _TABLE.elsewhere > 0,
            rx.el.p(
                rx.el.strong(text("table.elsewhere", count=_TABLE.elsewhere)),
                class_name="cumulative-wide",
                custom_attrs={"data-testid": "elsewhere"},
            ),
        ),
        rx.cond(
            _TABLE.left_out > 0,
            rx.el.p(
                rx.el.strong(text("table.left_out", count=_TABLE.left_out)),
                " ",
                aksel.button(
                    text("results.filter.reset"),
                    size="xsmall",
                    variant="secondary",
                    on_click=seen.reset_table,
                ),
                class_name="results-noprint",
                custom_attrs={"data-testid": "left-out"},
            ),
        ),
        role="status",
        class_name="results-covered",
    )


def _window() -> rx.Component:
    """Older and newer sampling times."""
    last = _TABLE.start + _TABLE.columns.length()
    return rx.cond(
        _TABLE.total > COLUMNS,
        rx.el.nav(
            _turn("table.newer", -1, _TABLE.start == 0, "newer"),
            rx.el.span(
                text("table.window", first=_TABLE.start + 1, last=last, total=_TABLE.total),
                class_name="results-subtle",
            ),
            _turn("table.older", 1, last >= _TABLE.total, "older"),
            aria_label=text("table.times"),
            class_name="results-bar results-noprint cumulative-wide",
        ),
    )


def _turn(key: str, steps: int, disabled: Any, name: str) -> rx.Component:
    made: rx.Component = aksel.button(
        text(key),
        size="small",
        variant="secondary",
        disabled=disabled,
        on_click=seen.turn_table(steps),
        custom_attrs={"data-testid": name},
    )
    return made


def _table() -> rx.Component:
    return rx.el.div(
        rx.el.table(
            rx.el.caption(text("table.caption"), class_name="akson-hidden"),
            rx.el.thead(
                rx.el.tr(
                    rx.el.th(text("results.column.analysis"), scope="col", class_name="cumulative-name"),
                    rx.foreach(_TABLE.columns, _column),
                )
            ),
            rx.foreach(_TABLE.groups, _group),
            class_name="cumulative",
            custom_attrs={"data-testid": "cumulative"},
        ),
        class_name="akson-scroll cumulative-scroll cumulative-wide",
        tab_index=0,
        role="region",
        aria_label=text("table.caption"),
    )


def _column(column: Any) -> rx.Component:
    """A sampling time, and the way to each of its reports."""
    return rx.el.th(
        rx.el.span(column.day, class_name="cumulative-day"),
        rx.el.span(column.time, class_name="cumulative-time"),
        rx.cond(
            column.sampled,
            rx.fragment(),
            rx.el.span(text("results.not_sampling_date"), class_name="cumulative-time"),
        ),
        rx.foreach(
            column.reports,
            lambda report: rx.el.button(
                text("table.open"),
                hidden(" ", report.kind, " ", column.day, " ", report.laboratory),
                type="button",
                title=report.laboratory,
                on_click=seen.open_report(report.id),
                class_name="results-link cumulative-open results-noprint",
                custom_attrs={"data-testid": "column-report"},
            ),
        ),
        scope="col",
    )


def _group(group: Any) -> rx.Component:
    return rx.el.tbody(
        rx.el.tr(
            rx.el.th(
                rx.el.span(
                    text_by("table.area", group.area, "other", otherwise=group.area),
                    rx.cond(group.name != "", rx.el.span(" · ", group.name)),
                    class_name="cumulative-group-name",
                ),
                col_span=COLUMNS + 1,
                scope="rowgroup",
                class_name="cumulative-group",
            )
        ),
        rx.foreach(group.lines, _line),
    )


def _line(line: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            analysis_name(line, "table-trend"),
            rx.el.span(line.unit, class_name="cumulative-unit"),
            rx.cond(line.code != "", rx.el.span(line.code, class_name="cumulative-reference")),
            rx.cond(
                line.reference != "",
                rx.el.span(text("table.reference", text=line.reference), class_name="cumulative-reference"),
            ),
            rx.foreach(
                line.joined,
                lambda other: rx.el.span(text("table.with", code=other), class_name="cumulative-reference"),
            ),
            scope="row",
            class_name="cumulative-name",
        ),
        rx.foreach(line.cells, lambda cell: rx.el.td(rx.foreach(cell, lambda v: value_view(v, line.unit)))),
        custom_attrs={"data-testid": "table-line"},
    )


def _legend() -> rx.Component:
    signs = (("▲", "high"), ("▼", "low"), ("◆", "outside"), ("●", "other"))
    return rx.el.p(
        *[rx.el.span(f"{sign} ", text(f"results.flag_long.{flag}")) for sign, flag in signs],
        rx.el.span("△▽ ", text("table.ours")),
        rx.el.span("✎ ", text("results.commented")),
        class_name="results-subtle results-caption",
    )
