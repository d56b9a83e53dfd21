"""The list of unusual access, and one entry opened."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.administration.shared import choice, codes, columns, paging, scrolling
from portal.administration.unusual.state import PAGE, Unusual
from portal.administration.unusual.transform import Row
from portal.frame.states import empty_view, loading_view, problem_view
from portal.ui import aksel
from portal.ui.text import text, text_by

OUTCOMES = ("in-order", "explained", "followed-up", "breach")
REASONS = ("care-confirmed", "explanation-given", "own-mistake", "talked-with", "no-need-found")
seen: Any = Unusual  # Reflex turns a state's attributes into Vars, which types do not tell


def unusual_view() -> rx.Component:
    """The whole page."""
    again = aksel.button(text("administration.again"), size="small", variant="secondary", on_click=seen.load)
    return aksel.vstack(
        rx.el.h1(text("unusual.heading"), tab_index=-1, class_name="ops-h1"),
        aksel.body_long(text("unusual.lead"), class_name="own-lead"),
        rx.cond(seen.problem != "", problem_view(seen.problem, seen.problem_code, again)),
        rx.el.div(
            rx.cond(
                seen.done != "",
                aksel.alert(text("unusual.reviewed"), variant="success", size="small"),
            ),
            role="status",
        ),
        rx.cond(
            seen.opened.entry.id != "",
            _opened(),
            rx.cond(seen.loaded, _list(), rx.cond(seen.problem == "", loading_view(6))),
        ),
        gap="space-20",
    )


def _list() -> rx.Component:
    return rx.fragment(
        aksel.hstack(
            aksel.select(
                rx.el.option(text("unusual.all"), value=""),
                rx.foreach(
                    seen.reasons,
                    lambda one: rx.el.option(
                        text_by("unusual.why", one.code, "other"), " (", one.number, ")", value=one.code
                    ),
                ),
                label=text("unusual.reason"),
                size="small",
                value=seen.reason,
                on_change=seen.choose_reason,
            ),
            aksel.switch(
                text("unusual.show_reviewed"),
                checked=seen.reviewed,
                on_change=seen.show_reviewed,
                size="small",
            ),
            gap="space-20",
            align="end",
            wrap=True,
        ),
        rx.cond(
            seen.found.length() > 0,
            rx.fragment(_table(), paging(seen, seen.found.length(), PAGE)),
            empty_view(text("unusual.none"), text("unusual.none_help")),
        ),
    )


def _table() -> rx.Component:
    return scrolling(
        text("unusual.heading"),
        aksel.table(
            columns("unusual.column", ("who", "at", "why", "do"), right=("do",)),
            aksel.table_body(rx.foreach(seen.found, _entry)),
            size="small",
            zebra_stripes=True,
            custom_attrs={"data-testid": "unusual"},
        ),
    )


def _entry(one: Any) -> rx.Component:
    return aksel.table_row(
        aksel.table_header_cell(rx.cond(one.who != "", one.who, text("unusual.unknown")), scope="row"),
        aksel.table_data_cell(one.at),
        aksel.table_data_cell(
            _why(one),
            rx.cond(
                one.outcome != "",
                rx.el.div(
                    text_by("unusual.outcome", one.outcome, "other"),
                    ": ",
                    text_by("unusual.review_reason", one.review_reason, "other"),
                    class_name="ops-subtle",
                ),
            ),
        ),
        aksel.table_data_cell(
            aksel.button(
                text("unusual.open"),
                rx.el.span(" ", one.who, " ", one.at, class_name="akson-hidden"),
                size="xsmall",
                variant="secondary",
                on_click=seen.open(one.id),
            ),
            align="right",
        ),
    )


def _why(one: Any) -> rx.Component:
    return rx.el.div(
        rx.foreach(
            one.reasons.to(list[str]),
            lambda code: aksel.tag(
                text_by("unusual.why", code, "other"), size="small", variant="moderate", data_color="warning"
            ),
        ),
        class_name="notice-what",
    )


def _opened() -> rx.Component:
    one = seen.opened
    return aksel.vstack(
        aksel.button(
            text("administration.back"),
            size="small",
            variant="tertiary",
            on_click=seen.close,
            class_name="own-more",
        ),
        aksel.heading(text("unusual.looked", who=one.entry.who, person=one.person), level="2", size="small"),
        rx.cond(one.born != "", aksel.body_long(text("unusual.born", year=one.born))),
        _why(one.entry),
        rx.el.ol(
            rx.foreach(one.rows.to(list[Row]), _row),
            class_name="log-rows",
            custom_attrs={"data-testid": "unusual-rows"},
        ),
        rx.el.form(
            aksel.vstack(
                choice(seen, "outcome", text("unusual.what_came"), codes("unusual.outcome", OUTCOMES)),
                choice(
                    seen, "reason", text("administration.reason"), codes("unusual.review_reason", REASONS)
                ),
                aksel.button(text("unusual.save"), type="submit", size="small"),
                gap="space-16",
                align="start",
            ),
            on_submit=seen.review,
        ),
        gap="space-16",
        custom_attrs={"data-testid": "unusual-opened"},
    )


def _row(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(rx.el.strong(row.day), rx.el.span(text("log.at", time=row.time)), class_name="log-when"),
        rx.el.div(
            rx.cond(row.place != "", rx.el.div(row.place)),
            rx.el.div(
                text_by("unusual.basis", row.basis, "other"),
                rx.cond(row.reason != "", rx.el.span(": ", text_by("unusual.declared", row.reason, "other"))),
                class_name="log-why",
            ),
            rx.foreach(
                row.kinds.to(list[str]),
                lambda kind: rx.el.span(text_by("log.kind", kind, "other"), class_name="log-kind"),
            ),
        ),
    )
