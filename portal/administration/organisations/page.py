"""Organisations and places of treatment as a tree."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.administration.organisations.state import PAGE, Organisations
from portal.administration.shared import columns, paging, scrolling
from portal.frame.states import empty_view, loading_view, problem_view
from portal.ui import aksel
from portal.ui.text import text, text_by

load = Organisations.load
seen: Any = Organisations  # Reflex turns a state's attributes into Vars, which types do not tell


def organisations_page() -> rx.Component:
    """The page's content, within the frame."""
    return aksel.vstack(
        aksel.heading(text("administration.organisations.heading"), level="1", size="large"),
        aksel.body_long(text("administration.organisations.lead"), class_name="own-lead"),
        _choices(),
        rx.cond(
            seen.problem != "",
            problem_view(
                seen.problem,
                seen.problem_code,
                aksel.button(
                    text("administration.again"), size="small", variant="secondary", on_click=seen.load
                ),
            ),
        ),
        rx.cond(
            seen.loaded,
            rx.cond(seen.found.length() > 0, _table(), _none()),
            rx.cond(seen.problem == "", loading_view(6)),
        ),
        gap="space-20",
    )


def _choices() -> rx.Component:
    return aksel.hstack(
        rx.el.div(
            aksel.search(
                label=text("administration.organisations.search"),
                hide_label=False,
                variant="simple",
                size="small",
                on_change=seen.search.debounce(200),
                custom_attrs={"data-testid": "search"},
            ),
            class_name="adm-search",
        ),
        aksel.select(
            rx.el.option(text("administration.organisations.own"), value="own"),
            rx.el.option(text("administration.organisations.all"), value="all"),
            label=text("administration.organisations.which"),
            value=seen.which,
            on_change=seen.choose,
            size="small",
            custom_attrs={"data-testid": "which"},
        ),
        gap="space-16",
        align="end",
        wrap=True,
    )


def _table() -> rx.Component:
    return rx.fragment(
        scrolling(
            text("administration.organisations.heading"),
            aksel.table(
                columns("administration.organisations.column", ("name", "kind", "number", "her")),
                aksel.table_body(rx.foreach(seen.found, _row)),
                size="small",
                zebra_stripes=True,
                custom_attrs={"data-testid": "organisations"},
            ),
        ),
        paging(seen, seen.found.length(), PAGE),
    )


def _row(one: Any) -> rx.Component:
    return aksel.table_row(
        aksel.table_header_cell(
            rx.el.div(
                one.name,
                rx.el.span(
                    " ",
                    text("administration.organisations.level", level=one.level),
                    class_name="akson-hidden",
                ),
                rx.cond(
                    one.own,
                    rx.fragment(
                        " ",
                        aksel.tag(text("administration.organisations.yours"), size="xsmall", variant="info"),
                    ),
                ),
                rx.cond(
                    one.ended != "",
                    rx.el.div(
                        text("administration.organisations.ended", day=one.ended), class_name="ops-subtle"
                    ),
                ),
                style={"padding-left": one.indent},
            ),
            scope="row",
        ),
        aksel.table_data_cell(text_by("administration.kind", one.kind, "other")),
        aksel.table_data_cell(_label("number"), one.org_number),
        aksel.table_data_cell(rx.cond(one.her_id != "", rx.fragment(_label("her"), one.her_id))),
    )


def _label(column: str) -> rx.Component:
    """The column's name, where the table has become a list."""
    return rx.el.span(text(f"administration.organisations.column.{column}"), " ", class_name="adm-narrow")


def _none() -> rx.Component:
    return empty_view(
        text("administration.organisations.none"), text("administration.organisations.none_help")
    )
