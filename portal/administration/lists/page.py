"""GP lists with substitutes."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.administration.lists.state import GpLists, Substitute
from portal.administration.shared import (
    SUBSTITUTE_REASONS,
    choice,
    codes,
    columns,
    date_field,
    error_of,
    outcome,
    period,
    scrolling,
)
from portal.frame.states import empty_view, loading_view, problem_view
from portal.ui import aksel
from portal.ui.forms import form_buttons
from portal.ui.text import text

load = GpLists.load
seen: Any = GpLists  # Reflex turns a state's attributes into Vars, which types do not tell


def gp_lists_page() -> rx.Component:
    """The page's content, within the frame."""
    return aksel.vstack(
        rx.el.h1(text("administration.lists.heading"), id="lists-heading", tab_index=-1, class_name="ops-h1"),
        aksel.body_long(text("administration.lists.lead"), class_name="own-lead"),
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
        outcome(seen),
        rx.cond(seen.chosen.hpr_number != "", _form(), _lists()),
        gap="space-20",
    )


def _lists() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            aksel.search(
                label=text("administration.lists.search"),
                hide_label=False,
                variant="simple",
                size="small",
                default_value=seen.words,
                on_change=seen.search.debounce(200),
                custom_attrs={"data-testid": "search"},
            ),
            class_name="adm-search",
        ),
        rx.cond(
            seen.loaded,
            rx.cond(seen.found.length() > 0, _table(), _none()),
            rx.cond(seen.problem == "", loading_view(6)),
        ),
    )


def _table() -> rx.Component:
    names = ("gp", "office", "patients", "substitutes", "do")
    return scrolling(
        text("administration.lists.heading"),
        aksel.table(
            columns("administration.lists.column", names, right=("patients", "do")),
            aksel.table_body(rx.foreach(seen.found, _row)),
            size="small",
            zebra_stripes=True,
            custom_attrs={"data-testid": "gp-lists"},
        ),
    )


def _row(one: Any) -> rx.Component:
    return aksel.table_row(
        aksel.table_header_cell(
            one.name,
            rx.el.div(text("administration.hpr", number=one.hpr_number), class_name="ops-subtle"),
            scope="row",
        ),
        aksel.table_data_cell(one.office),
        aksel.table_data_cell(one.patients, align="right"),
        aksel.table_data_cell(
            rx.cond(
                one.substitutes.to(list[Substitute]).length() > 0,
                rx.foreach(one.substitutes.to(list[Substitute]), lambda each: _substitute(one, each)),
                rx.el.span(text("administration.lists.no_substitute"), class_name="ops-subtle"),
            )
        ),
        aksel.table_data_cell(
            aksel.button(
                text("administration.lists.appoint"),
                rx.el.span(" ", one.name, class_name="akson-hidden"),
                size="xsmall",
                variant="secondary",
                on_click=seen.choose(one.org_number, one.hpr_number),
            ),
            align="right",
        ),
    )


def _substitute(one: Any, each: Any) -> rx.Component:
    return rx.el.div(
        each.name,
        rx.el.div(period(each), class_name="ops-subtle"),
        aksel.button(
            text("administration.link.change"),
            rx.el.span(" ", each.name, " ", each.since, class_name="akson-hidden"),
            size="xsmall",
            variant="tertiary",
            on_click=seen.change(one.org_number, one.hpr_number, each.hpr_number, each.valid_from),
        ),
        class_name="adm-entry",
    )


def _none() -> rx.Component:
    return empty_view(text("administration.lists.none"), text("administration.lists.none_help"))


def _form() -> rx.Component:
    return rx.el.section(
        rx.el.h2(
            text("administration.lists.for", name=seen.chosen.name, office=seen.chosen.office),
            id="substitute-heading",
            tab_index=-1,
            class_name="adm-h2",
        ),
        rx.cond(seen.changing.hpr_number != "", _end(), _appoint()),
    )


def _appoint() -> rx.Component:
    return rx.el.form(
        aksel.vstack(
            aksel.text_field(
                label=text("administration.lists.substitute"),
                name="substitute_hpr",
                input_mode="numeric",
                auto_complete="off",
                max_length=12,
                size="small",
                error=error_of(seen, "substitute_hpr"),
                custom_attrs={"data-testid": "substitute_hpr"},
            ),
            aksel.hstack(
                date_field(seen, "valid_from", text("administration.link.from")),
                date_field(seen, "valid_to", text("administration.link.to")),
                gap="space-16",
                wrap=True,
            ),
            _reason(),
            _buttons("administration.lists.submit"),
            gap="space-16",
            align="start",
        ),
        on_submit=seen.appoint,
        class_name="patients-declare",
    )


def _end() -> rx.Component:
    return rx.el.form(
        aksel.vstack(
            aksel.body_short(seen.changing.name, ", ", period(seen.changing), weight="semibold"),
            date_field(seen, "valid_to", text("administration.link.to"), seen.changing.valid_to),
            _reason(),
            _buttons("administration.link.save"),
            gap="space-16",
            align="start",
        ),
        on_submit=seen.end,
        class_name="patients-declare",
    )


def _reason() -> rx.Component:
    options = codes("administration.substitute_reason", SUBSTITUTE_REASONS)
    return choice(seen, "reason", text("administration.reason"), options)


def _buttons(save: str) -> rx.Component:
    return form_buttons(
        text(save),
        text("administration.cancel"),
        seen.leave,
        "submit-substitute",
        leaves="secondary",
        loading=seen.busy,
    )
