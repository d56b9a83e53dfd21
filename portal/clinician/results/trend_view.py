"""One analysis over time: a graph for each code and unit, and every value in a table."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.results.back_view import back_home
from portal.clinician.results.marks import (
    converted_line,
    flag_mark,
    hidden,
    history_mark,
    ours_mark,
    state_mark,
)
from portal.clinician.results.state import seen
from portal.ui import aksel
from portal.ui.text import text

_COLUMNS = (
    *((column, f"results.column.{column}") for column in ("sampled", "value", "unit", "flag", "reference")),
    ("laboratory", "results.laboratory"),
)


def trend_view() -> rx.Component:
    """The asked-for analysis."""
    return rx.el.article(
        rx.el.div(
            aksel.button(
                "← ",
                rx.cond(seen.report.id != "", text("results.back_report"), back_home()),
                size="small",
                variant="tertiary",
                on_click=seen.close_trend,
                custom_attrs={"data-testid": "back"},
            ),
            class_name="results-noprint",
        ),
        rx.el.h1(
            seen.trend.name,
            rx.el.span(" – ", text("results.trend_view.heading"), class_name="results-h1-more"),
            id="trend-heading",
            tab_index=-1,
            class_name="results-h1",
        ),
        rx.cond(
            seen.trend.series.length() > 0,
            rx.fragment(
                rx.cond(seen.trend.unjoined, rx.el.p(text("table.unjoined"), class_name="results-subtle")),
                rx.cond(
                    seen.trend.series.length() > 1,
                    rx.el.p(text("results.trend_view.separate"), class_name="results-subtle"),
                ),
                rx.foreach(seen.trend.series, _series),
            ),
            rx.el.p(text("results.trend_view.none")),
        ),
        class_name="results-report",
        custom_attrs={"data-testid": "trend-view"},
    )


def _series(series: Any) -> rx.Component:
    return rx.el.section(
        rx.el.h2(
            series.name,
            rx.el.span(
                " ",
                series.code,
                ", ",
                rx.cond(series.unit != "", series.unit, text("results.trend_view.no_unit")),
                class_name="results-subtle",
            ),
            class_name="results-h2",
        ),
        rx.foreach(series.joined, lambda join: _joined(join, series.unit)),
        rx.cond(series.other, rx.el.p(text("results.trend_view.other"), class_name="results-subtle")),
        rx.cond(
            series.drawn,
            rx.el.figure(
                graph(series.wide, series.name, "results-graph-wide"),
                graph(series.narrow, series.name, "results-graph-narrow"),
                rx.el.figcaption(
                    rx.cond(series.banded, rx.el.span("▭ ", text("results.trend_view.legend_band"))),
                    rx.cond(series.limited, rx.el.span("▽ ", text("results.trend_view.legend_limit"))),
                    rx.cond(series.converted, rx.el.span("□ ", text("table.legend_converted"))),
                    rx.cond(series.flagged, rx.el.span("◆ ", text("results.trend_view.legend_flag"))),
                    class_name="results-subtle results-caption",
                ),
                class_name="results-figure",
            ),
        ),
        _table(series),
        rx.cond(
            series.left_out,
            aksel.button(
                text("results.trend_view.all", count=series.count),
                size="small",
                variant="tertiary",
                on_click=seen.show_whole_trend,
                class_name="results-noprint",
            ),
        ),
        class_name="results-section",
        custom_attrs={"data-testid": "series"},
    )


def _joined(join: Any, unit: Any) -> rx.Component:
    """By what results of another code or unit stand in the series, and by whom."""
    return rx.el.p(
        rx.cond(
            join.kind == "conversion",
            text("table.joined.conversion", code=join.code, unit=join.unit, to=unit, source=join.source),
            rx.cond(
                join.kind == "successor",
                text("table.joined.successor", code=join.code, source=join.source),
                text("table.joined.equivalent", code=join.code, source=join.source),
            ),
        ),
        class_name="results-joined",
        custom_attrs={"data-testid": "joined"},
    )


def graph(chart: Any, name: Any, kind: str) -> rx.Component:
    """A picture of the table below it, which says the same in words."""
    return rx.el.svg(
        rx.foreach(chart.bands, _band),
        rx.foreach(chart.y_ticks, lambda tick: _y_tick(tick, chart)),
        rx.foreach(chart.x_ticks, lambda tick: _x_tick(tick, chart)),
        rx.foreach(chart.curves, _curve),
        rx.foreach(
            chart.lines,
            lambda points: rx.el.svg.polyline(points=points, class_name="results-line", fill="none"),
        ),
        rx.foreach(chart.marks, _mark),
        view_box=f"0 0 {chart.width} {chart.height}",
        role="img",
        aria_label=text("results.trend_view.graph", name=name),
        class_name=f"results-graph {kind}",
    )


def _band(band: Any) -> rx.Component:
    return rx.el.svg.rect(
        x=band.x.to(int),
        y=band.y.to(int),
        width=band.width.to(int),
        height=band.height.to(int),
        class_name="results-band",
    )


def _curve(curve: Any) -> rx.Component:
    return rx.el.svg.g(
        rx.el.svg.polyline(
            points=curve.points,
            class_name=rx.cond(curve.middle, "results-curve results-curve-middle", "results-curve"),
            fill="none",
        ),
        rx.el.svg.text(
            curve.label, x=curve.x.to(int), y=curve.y.to(int), class_name="results-tick results-curve-label"
        ),
    )


def _y_tick(tick: Any, chart: Any) -> rx.Component:
    return rx.el.svg.g(
        rx.el.svg.line(
            x1=chart.left.to(int),
            x2=chart.right.to(int),
            y1=tick.at.to(int),
            y2=tick.at.to(int),
            class_name="results-grid",
        ),
        rx.el.svg.text(
            tick.label,
            x=(chart.left - 8).to(int),
            y=(tick.at + 4).to(int),
            class_name="results-tick results-tick-y",
        ),
    )


def _x_tick(tick: Any, chart: Any) -> rx.Component:
    return rx.el.svg.text(
        tick.label, x=tick.at.to(int), y=(chart.bottom + 22).to(int), class_name="results-tick results-tick-x"
    )


def _mark(mark: Any) -> rx.Component:
    return rx.el.svg.path(
        d=mark.path,
        class_name="results-mark",
        custom_attrs={"data-shape": mark.shape, "data-flag": rx.cond(mark.ours, "ours", mark.flag)},
    )


def _table(series: Any) -> rx.Component:
    return rx.el.table(
        rx.el.caption(text("results.trend_view.table"), ", ", series.name, class_name="akson-hidden"),
        rx.el.thead(
            rx.el.tr(
                *[
                    rx.el.th(text(key), scope="col", class_name=f"results-c-{column}")
                    for column, key in _COLUMNS
                ]
            )
        ),
        rx.el.tbody(rx.foreach(series.rows, lambda row: _row(row, series.unit))),
        class_name="results-table results-trend-table",
    )


def _row(row: Any, unit: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.el.button(
                row.sampled,
                hidden(" ", text("results.trend_view.report")),
                type="button",
                on_click=seen.open_report(row.report_id),
                class_name="results-link",
            ),
            rx.el.div(row.laboratory, class_name="results-subtle results-narrow"),
            rx.cond(
                row.reference != "",
                rx.el.div(
                    text("results.column.reference"),
                    ": ",
                    row.reference,
                    class_name="results-subtle results-narrow",
                ),
            ),
            scope="row",
            class_name="results-c-sampled",
        ),
        rx.el.td(
            rx.el.span(row.value, class_name="results-value"),
            rx.el.span(" ", row.unit, class_name="results-narrow-inline"),
            converted_line(row.converted, unit),
            rx.cond(row.code != "", rx.el.div(row.code, class_name="results-subtle")),
            rx.el.div(
                state_mark(row.state),
                history_mark(row.history),
                rx.cond(row.commented, rx.el.span(text("results.commented"), class_name="results-state")),
            ),
            rx.el.div(flag_mark(row.flag), ours_mark(row.ours), class_name="results-narrow"),
            class_name="results-c-value",
        ),
        rx.el.td(row.unit, class_name="results-c-unit"),
        rx.el.td(flag_mark(row.flag), ours_mark(row.ours), class_name="results-c-flag"),
        rx.el.td(row.reference, class_name="results-c-reference"),
        rx.el.td(row.laboratory, class_name="results-c-laboratory"),
    )
