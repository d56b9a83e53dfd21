"""The list of a patient's reports: filters, what the list covers, and a row for each."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.results.filters_view import covered, filters
from portal.clinician.results.marks import hidden, news_mark, status_tags
from portal.clinician.results.reporting import LIST, TABLE
from portal.clinician.results.state import seen
from portal.frame.states import empty_view, problem_view
from portal.ui import aksel
from portal.ui.text import text, text_by


def list_view(heading: rx.Component) -> rx.Component:
    """The list, or why it is empty."""
    return rx.fragment(
        heading,
        rx.cond(
            seen.total > 0,
            rx.fragment(
                view_choice(),
                _problem(),
                _waiting(),
                filters(),
                covered(),
                rx.cond(seen.passed > 0, _table(), _none_match()),
                _pages(),
            ),
            empty_view(text("results.empty_title"), text("results.empty_body")),
        ),
    )


def view_choice() -> rx.Component:
    """List of reports or table of analyses."""
    return rx.el.div(
        aksel.toggle_group(
            *[
                aksel.toggle_group_item(value=view, label=text(f"table.view.{view}"))
                for view in (LIST, TABLE)
            ],
            value=seen.showing,
            on_change=seen.choose_view,
            label=rx.el.span(text("table.view.label"), class_name="akson-hidden"),
            size="small",
            variant="neutral",
        ),
        class_name="results-view-choice results-noprint",
        custom_attrs={"data-testid": "view-choice"},
    )


def _problem() -> rx.Component:
    return rx.cond(
        seen.report_problem != "",
        problem_view(seen.report_problem, seen.report_problem_code),
    )


def _waiting() -> rx.Component:
    """Ordered and not answered: in sight, so that tests are not taken again."""
    return rx.cond(
        seen.waiting.length() > 0,
        rx.el.details(
            rx.el.summary(text("results.waiting.heading"), " (", seen.waiting.length(), ")"),
            rx.el.p(text("results.waiting.help"), class_name="results-subtle"),
            rx.el.ul(rx.foreach(seen.waiting, _waits), class_name="results-plain-list"),
            class_name="results-waiting",
            custom_attrs={"data-testid": "waiting"},
        ),
    )


def _waits(waiting: Any) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.cond(waiting.name != "", waiting.name, text("results.kind_unknown")),
            type="button",
            on_click=seen.open_report(waiting.report_id),
            class_name="results-link",
        ),
        rx.el.span(" ", waiting.sampled, " · ", waiting.laboratory, class_name="results-subtle"),
    )


def _none_match() -> rx.Component:
    return rx.el.div(
        empty_view(
            text("results.none_match"),
            text(
                "results.none_match_body",
                total=seen.total,
                **{"from": seen.first_day},
                to=seen.last_day,
            ),
        ),
        aksel.button(
            text("results.filter.reset"),
            size="small",
            variant="secondary",
            on_click=seen.reset_filters,
        ),
        class_name="results-stack",
    )


def _table() -> rx.Component:
    columns = ("sampled", "kind", "abnormal", "status", "laboratory")
    sortable = ("sampled", "kind", "abnormal", "laboratory")
    return aksel.table(
        rx.el.caption(text("results.list_caption"), class_name="akson-hidden"),
        aksel.table_header(
            aksel.table_row(
                *[
                    aksel.table_column_header(
                        text(f"results.column.{column}"),
                        scope="col",
                        sortable=column in sortable,
                        sort_key=column,
                        class_name=f"results-col-{column}",
                    )
                    for column in columns
                ]
            )
        ),
        aksel.table_body(rx.foreach(seen.rows, _row)),
        sort={
            "orderBy": seen.sort_key,
            "direction": rx.cond(seen.descending, "descending", "ascending"),
        },
        on_sort_change=seen.sort_by,
        size="small",
        class_name="results-list",
        custom_attrs={"data-testid": "reports"},
    )


def _row(row: Any) -> rx.Component:
    return aksel.table_row(
        aksel.table_data_cell(
            row.sampled,
            rx.cond(
                row.sampling_known,
                rx.fragment(),
                rx.el.div(text("results.not_sampling_date"), class_name="results-subtle"),
            ),
            class_name="results-col-sampled",
        ),
        aksel.table_header_cell(
            rx.el.button(
                rx.cond(row.kind != "", row.kind, text("results.kind_unknown")),
                hidden(" ", row.sampled),
                type="button",
                on_click=seen.open_report(row.id),
                aria_busy=seen.opening == row.id,
                class_name="results-link",
                custom_attrs={"data-testid": "open-report"},
            ),
            rx.cond(row.news != "", rx.el.span(" ", news_mark(row.news))),
            rx.el.div(
                row.content,
                rx.cond(row.content_more > 0, rx.el.span(" ", text("results.more", count=row.content_more))),
                class_name="results-content",
            ),
            rx.el.div(
                _marks(row),
                status_tags(row.status, row.preliminary, row.test),
                class_name="results-narrow",
            ),
            rx.el.div(_from(row), class_name="results-subtle results-narrow"),
            scope="row",
            class_name="results-col-kind",
        ),
        aksel.table_data_cell(_marks(row), class_name="results-col-abnormal"),
        aksel.table_data_cell(
            status_tags(row.status, row.preliminary, row.test),
            rx.cond(row.earlier, rx.el.div(text("results.earlier_mark"), class_name="results-subtle")),
            class_name="results-col-status",
        ),
        aksel.table_data_cell(_from(row), class_name="results-col-laboratory"),
        custom_attrs={"data-testid": "report-row"},
    )


def _from(row: Any) -> rx.Component:
    """Laboratory, and who asked."""
    return rx.fragment(
        rx.cond(row.laboratory != "", row.laboratory, text("results.not_stated")),
        rx.el.div(
            text("results.requester"),
            ": ",
            rx.cond(row.requester != "", row.requester, text("results.not_stated")),
            class_name="results-subtle",
        ),
    )


def _marks(row: Any) -> rx.Component:
    """What makes the report worth opening first, in words and numbers."""
    return rx.el.span(
        rx.foreach(
            row.prominent,
            lambda code: rx.el.span(
                text_by("results.prominent", code, "VA"),
                class_name="results-flag",
                custom_attrs={"data-flag": "note"},
            ),
        ),
        rx.cond(row.notices > 0, _counted(text("results.read_notice"), "note", "!")),
        rx.cond(row.abnormal > 0, _counted(text("results.abnormal", count=row.abnormal), "high", "◆")),
        rx.cond(row.outside > 0, _counted(text("results.outside", count=row.outside), "ours", "◇")),
        rx.cond(
            row.resistant > 0, _counted(text("results.resistant", count=row.resistant), "resistant", "R")
        ),
        rx.cond(
            row.unanswered > 0, _counted(text("results.waiting_count", count=row.unanswered), "waiting", "…")
        ),
        rx.cond(row.commented, _counted(text("results.commented"), "comment", "✎")),
        class_name="results-tags",
    )


def _counted(words: Any, kind: str, shape: str) -> rx.Component:
    return rx.el.span(
        rx.el.span(shape, aria_hidden="true", class_name="results-shape"),
        words,
        class_name="results-flag",
        custom_attrs={"data-flag": kind},
    )


def _pages() -> rx.Component:
    return rx.cond(
        seen.pages > 1,
        rx.el.nav(
            aksel.pagination(
                page=seen.page,
                count=seen.pages,
                size="small",
                on_page_change=seen.turn_page,
            ),
            aria_label=text("results.pages"),
            class_name="results-pages",
        ),
    )
