"""Personnel of one's own organisation: the list, finding by number, the form for new personnel."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.administration.personnel.state import PAGE, Personnel
from portal.administration.personnel.transform import Link
from portal.administration.personnel.worker_view import link_fields, worker_view
from portal.administration.shared import (
    OWN_ROLES,
    columns,
    error_of,
    outcome,
    paging,
    period,
    role_of,
    scrolling,
)
from portal.frame.states import empty_view, loading_view, problem_view
from portal.ui import aksel
from portal.ui.text import text, text_by

seen: Any = Personnel  # Reflex turns a state's attributes into Vars, which types do not tell


def personnel_view() -> rx.Component:
    """The whole page."""
    return rx.match(
        seen.mode,
        ("worker", worker_view()),
        ("register", _form_page("register", _register())),
        ("find", _form_page("find", _find())),
        _list_view(),
    )


def _list_view() -> rx.Component:
    return aksel.vstack(
        _heading(text("administration.personnel.heading")),
        aksel.body_long(text("administration.personnel.lead"), class_name="own-lead"),
        aksel.hstack(
            _go("register", "primary"),
            _go("find", "secondary"),
            gap="space-12",
            wrap=True,
        ),
        _choices(),
        rx.cond(seen.problem != "", problem_view(seen.problem, seen.problem_code, _again())),
        rx.cond(
            seen.loaded,
            rx.cond(seen.workers.length() > 0, _table(), _none()),
            rx.cond(seen.problem == "", loading_view(6)),
        ),
        gap="space-20",
    )


def _heading(words: Any) -> rx.Component:
    return rx.el.h1(words, id="personnel-heading", tab_index=-1, class_name="ops-h1")


def _go(mode: str, variant: str) -> rx.Component:
    return aksel.button(
        text(f"administration.personnel.{mode}"),
        size="small",
        variant=variant,
        on_click=seen.go(mode),
        custom_attrs={"data-testid": f"go-{mode}"},
    )


def _again() -> rx.Component:
    return aksel.button(text("administration.again"), size="small", variant="secondary", on_click=seen.load)


def _choices() -> rx.Component:
    return aksel.hstack(
        rx.el.div(
            aksel.search(
                label=text("administration.personnel.search"),
                hide_label=False,
                variant="simple",
                size="small",
                auto_complete="off",
                on_change=seen.search.debounce(200),
                custom_attrs={"data-testid": "search"},
            ),
            class_name="adm-search",
        ),
        aksel.select(
            rx.el.option(text("administration.personnel.all_places"), value=""),
            rx.foreach(seen.places, lambda one: rx.el.option(one.name, value=one.org_number)),
            label=text("administration.personnel.place"),
            value=seen.place,
            on_change=seen.choose_place,
            size="small",
            custom_attrs={"data-testid": "place"},
        ),
        aksel.checkbox(
            text("administration.personnel.past"),
            checked=seen.past,
            on_change=seen.show_past,
            size="small",
        ),
        gap="space-16",
        align="end",
        wrap=True,
    )


def _table() -> rx.Component:
    names = ("name", "authorisation", "links", "show")
    return rx.fragment(
        scrolling(
            text("administration.personnel.heading"),
            aksel.table(
                columns("administration.personnel.column", names, right=("show",)),
                aksel.table_body(rx.foreach(seen.workers, _row)),
                size="small",
                zebra_stripes=True,
                custom_attrs={"data-testid": "personnel"},
            ),
        ),
        paging(seen, seen.workers.length(), PAGE),
    )


def _row(one: Any) -> rx.Component:
    return aksel.table_row(
        aksel.table_header_cell(one.name, scope="row"),
        aksel.table_data_cell(
            rx.cond(one.code != "", role_of(one.code), text("administration.role.none")),
            rx.cond(
                one.hpr_number != "",
                rx.el.div(text("administration.hpr", number=one.hpr_number), class_name="ops-subtle"),
            ),
        ),
        aksel.table_data_cell(rx.foreach(one.links.to(list[Link]), _link)),
        aksel.table_data_cell(
            aksel.button(
                text("administration.show"),
                rx.el.span(" ", one.name, class_name="akson-hidden"),
                size="xsmall",
                variant="secondary",
                on_click=seen.choose(one.id),
            ),
            align="right",
        ),
    )


def _link(one: Any) -> rx.Component:
    return rx.el.div(
        one.organisation,
        rx.el.div(role_of(one.role), ", ", period(one), class_name="ops-subtle"),
    )


def _none() -> rx.Component:
    return empty_view(text("administration.personnel.none"), text("administration.personnel.none_help"))


def _form_page(mode: str, form: rx.Component) -> rx.Component:
    return aksel.vstack(
        rx.el.div(
            aksel.button(
                text("administration.back"), size="small", variant="tertiary", on_click=seen.go("list")
            )
        ),
        _heading(text(f"administration.{'register.heading' if mode == 'register' else 'personnel.find'}")),
        rx.cond(seen.problem != "", problem_view(seen.problem, seen.problem_code)),
        outcome(seen),
        form,
        gap="space-20",
    )


def _number_field() -> rx.Component:
    return aksel.text_field(
        label=text("administration.number"),
        description=text("administration.number_help"),
        name="number",
        input_mode="numeric",
        auto_complete="off",
        max_length=14,
        size="small",
        error=error_of(seen, "number"),
        custom_attrs={"data-testid": "number"},
    )


def _find() -> rx.Component:
    return rx.el.form(
        aksel.vstack(
            _number_field(),
            aksel.body_short(text("administration.logged"), text_color="subtle"),
            rx.el.div(
                rx.cond(
                    seen.nobody,
                    aksel.alert(text("administration.personnel.nobody"), variant="info", size="small"),
                ),
                role="status",
                custom_attrs={"data-testid": "nobody"},
            ),
            aksel.button(
                text("administration.register.search"), type="submit", size="small", loading=seen.busy
            ),
            gap="space-16",
            align="start",
        ),
        on_submit=seen.find,
        class_name="patients-declare",
    )


def _register() -> rx.Component:
    roles = rx.fragment(
        *[rx.el.option(text_by("administration.role", code, "other"), value=code) for code in OWN_ROLES]
    )
    return rx.el.form(
        aksel.vstack(
            aksel.body_long(text("administration.register.lead"), class_name="own-lead"),
            _number_field(),
            _name("given_name", "given"),
            _name("family_name", "family"),
            *link_fields(roles),
            aksel.button(
                text("administration.register.submit"),
                type="submit",
                size="small",
                loading=seen.busy,
                custom_attrs={"data-testid": "submit-register"},
            ),
            gap="space-16",
            align="start",
        ),
        on_submit=seen.register,
        class_name="patients-declare",
    )


def _name(field: str, label: str) -> rx.Component:
    return aksel.text_field(
        label=text(f"administration.register.{label}"),
        name=field,
        auto_complete="off",
        max_length=100,
        size="small",
        error=error_of(seen, field),
        custom_attrs={"data-testid": field},
    )
