"""The lists beside the open result; on a phone one above the other. Everything works by keyboard."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.patients.state import BASES, REASONS
from portal.clinician.restricted.view import refused_view
from portal.clinician.results_list.opened_view import opened_view
from portal.clinician.results_list.state import LIST_HEADING, ROWS, result_list
from portal.clinician.results_list.transform import LISTS
from portal.frame.states import empty_view, loading_view, problem_view
from portal.ui import aksel
from portal.ui.text import text, text_by

_SHAPES = (("critical", "▲▲"), ("abnormal", "▲"), ("undecided", "?"))


def result_list_view() -> rx.Component:
    """The whole page, in each of its states."""
    return rx.el.div(
        rx.el.h1(text("follow_up.heading"), id=LIST_HEADING, tab_index=-1, class_name="results-h1"),
        rx.el.div(
            rx.cond(
                result_list.done != "",
                aksel.alert(
                    text_by("follow_up.done", result_list.done, "assess"), variant="success", size="small"
                ),
            ),
            role="status",
        ),
        rx.cond(
            result_list.problem != "",
            problem_view(result_list.problem, result_list.code, _again()),
            rx.cond(result_list.loading, loading_view(8), _both()),
        ),
        class_name="results follow",
    )


def _again() -> rx.Component:
    return aksel.button(
        text("follow_up.again"), size="small", variant="tertiary", on_click=result_list.again, type="button"
    )


def _both() -> rx.Component:
    return rx.el.div(
        rx.el.div(_choice(), _list(), class_name="follow-lists"),
        rx.el.div(_detail(), class_name="follow-open"),
        class_name=rx.cond(
            result_list.asks != "",
            "follow-columns follow-has-open follow-asks",
            rx.cond(
                (result_list.shown.report != "") | (result_list.open_problem != ""),
                "follow-columns follow-has-open",
                "follow-columns",
            ),
        ),
    )


def _choice() -> rx.Component:
    return rx.el.div(
        rx.el.ul(
            *[rx.el.li(_tab(name)) for name in LISTS],
            class_name="follow-tabs",
            aria_label=text("follow_up.lists"),
        ),
        _again(),
        class_name="follow-top",
    )


def _tab(name: str) -> rx.Component:
    return rx.el.button(
        text(f"follow_up.list.{name}"),
        " ",
        rx.el.span(result_list.counts[name], class_name="follow-count"),
        type="button",
        aria_pressed=result_list.chosen == name,
        on_click=result_list.choose(name),
        class_name="follow-tab",
        custom_attrs={"data-testid": f"list-{name}"},
    )


def _list() -> rx.Component:
    return rx.cond(
        result_list.rows.length() > 0,
        rx.el.ol(rx.foreach(result_list.rows, _row), id=ROWS, tab_index=-1, class_name="follow-rows"),
        empty_view(
            text_by("follow_up.none", result_list.chosen, "mine"),
            text_by("follow_up.none_body", result_list.chosen, "mine"),
        ),
    )


def _row(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.span(row.name, class_name="follow-name"),
            rx.el.span(row.born, class_name="follow-born"),
            rx.el.span(
                mark(row.mark),
                rx.cond(
                    row.state != "opened",
                    aksel.tag(
                        text_by("follow_up.state", row.state, "unseen"),
                        size="xsmall",
                        variant=rx.match(
                            row.state,
                            ("changed", "alt1"),
                            ("told", "alt1"),
                            ("gone", "alt1"),
                            ("late", "error"),
                            ("prepared", "success"),
                            "info",
                        ),
                    ),
                ),
                rx.match(
                    row.urgency,
                    ("acute", aksel.tag(text("start.urgency.acute"), size="xsmall", variant="error")),
                    ("urgent", aksel.tag(text("start.urgency.urgent"), size="xsmall", variant="warning")),
                    rx.fragment(),
                ),
                rx.cond(row.overdue, aksel.tag(text("follow_up.overdue"), size="xsmall", variant="warning")),
                rx.cond(
                    row.field != "",
                    rx.el.span(text_by("orders.field", row.field, "laboratory"), class_name="follow-came"),
                ),
                rx.el.span(
                    rx.cond(
                        row.field != "",
                        text("follow_up.ordered", at=row.came),
                        text("follow_up.came", at=row.came),
                    ),
                    class_name="follow-came",
                ),
                rx.cond(
                    row.due != "", rx.el.span(text("follow_up.due", day=row.due), class_name="follow-came")
                ),
                rx.cond(row.whose != "", rx.el.span(row.whose, class_name="follow-came")),
                class_name="follow-bits",
            ),
            type="button",
            disabled=result_list.opening != "",
            aria_current=rx.cond(row.key == result_list.open_key, "true", "false"),
            on_click=result_list.open(row.key),
            class_name=rx.match(row.state, ("unseen", "follow-row follow-unseen"), "follow-row"),
        ),
        custom_attrs={"data-testid": "result-row", "data-mark": row.mark, "data-state": row.state},
    )


def mark(kind: Any) -> rx.Component:
    """How grave a result looks: a word and a shape, never colour alone; nothing where all is inside."""
    return rx.cond(
        kind != "none",
        rx.el.span(
            rx.el.span(rx.match(kind, *_SHAPES, ""), aria_hidden="true", class_name="results-shape"),
            text_by("follow_up.mark", kind, "undecided"),
            class_name="follow-mark",
            custom_attrs={"data-mark": kind},
        ),
    )


def _detail() -> rx.Component:
    return rx.cond(
        result_list.asks != "",
        _basis(),
        rx.cond(
            result_list.open_problem != "",
            refused_view(result_list.open_problem, result_list.open_code, _close()),
            rx.cond(
                result_list.opening != "",
                loading_view(8),
                rx.cond(
                    result_list.shown.report != "",
                    opened_view(mark(result_list.shown.mark), _close()),
                    rx.el.p(text("follow_up.choose"), class_name="results-subtle follow-choose"),
                ),
            ),
        ),
    )


def _close() -> rx.Component:
    return aksel.button(
        text("follow_up.close"),
        size="small",
        variant="tertiary",
        on_click=result_list.close,
        type="button",
        custom_attrs={"data-testid": "close-result"},
    )


def _basis() -> rx.Component:
    """One is not the person's listed GP: on what ground is the result read?"""
    return aksel.box(
        aksel.vstack(
            aksel.heading(
                text("follow_up.basis.heading", name=result_list.asks),
                level="2",
                size="small",
                id="result-basis",
                tab_index=-1,
            ),
            aksel.select(
                *[rx.el.option(text(f"patients.basis.{one}"), value=one) for one in BASES],
                label=text("follow_up.basis.label"),
                size="small",
                value=result_list.basis,
                on_change=result_list.choose_basis,
            ),
            rx.cond(
                result_list.asks_reason,
                aksel.select(
                    rx.el.option(text("follow_up.basis.choose"), value=""),
                    *[rx.el.option(text(f"patients.reason.{one}"), value=one) for one in REASONS],
                    label=text("follow_up.basis.reason"),
                    size="small",
                    value=result_list.reason,
                    on_change=result_list.choose_reason,
                ),
            ),
            aksel.hstack(
                aksel.button(
                    text("follow_up.basis.open"),
                    size="small",
                    loading=result_list.opening != "",
                    on_click=result_list.open_on_basis,
                    type="button",
                    custom_attrs={"data-testid": "open-on-basis"},
                ),
                _close(),
                gap="space-8",
            ),
            gap="space-12",
        ),
        padding="space-16",
        background="neutral-soft",
        border_radius="8",
    )
