"""The page for finding a patient: one field for name or number, one's own patients below."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.patients.state import BASES, LOGIN_ANEW, ON_MY_LIST, REASONS, PatientSearch
from portal.frame.states import empty_view, loading_view, problem_view
from portal.session.guard import Login
from portal.ui import aksel
from portal.ui.html import plain_link
from portal.ui.text import text, text_by

search: Any = PatientSearch  # Reflex turns a state's attributes into Vars, which types do not tell


def patients_view(day: rx.Component, has_lists: Any) -> rx.Component:
    """The page; `day` are the lists of one's place, `has_lists` (a Var) whether it has some."""
    return aksel.vstack(
        aksel.heading(
            rx.cond(Login.from_lists, text("patients.heading_lists"), text("patients.heading")),
            level="1",
            size="large",
        ),
        rx.cond(Login.from_lists, _from_lists(has_lists), _search()),
        rx.cond(search.problem != "", problem_view(search.problem, search.code)),
        rx.cond(
            search.code == LOGIN_ANEW,
            plain_link(
                text("logins.anew"),
                href="/auth/helseid/login?fresh=1",
                custom_attrs={"data-testid": "log-in-anew"},
            ),
        ),
        rx.cond(
            search.by_number,
            _declaration(),
            rx.fragment(
                rx.cond(_searching(), _own_patients(has_lists)),
                day,  # stays mounted: forms of visits stand in it
                rx.cond(Login.from_lists | _searching(), rx.fragment(), _own_patients(has_lists)),
            ),
        ),
        gap="space-24",
    )


def _from_lists(has_lists: Any) -> rx.Component:
    """Why there is no search: without an authorisation the registers answer none."""
    return rx.el.p(
        rx.cond(has_lists, text("patients.from_lists"), text("patients.from_no_lists")),
        class_name="results-subtle",
        custom_attrs={"data-testid": "from-lists"},
    )


def _search() -> rx.Component:
    return rx.el.form(
        aksel.search(
            label=text("patients.search"),
            description=text("patients.search_help"),
            hide_label=False,
            variant="primary",
            auto_complete="off",
            name="query",
            on_change=search.type.debounce(150),
            error=rx.cond(
                search.number_error != "",
                text_by("patients.number_error", search.number_error, "national-id-format"),
                "",
            ),
            custom_attrs={"data-testid": "patient-search"},
        ),
        role="search",
        on_submit=search.find,
        class_name="patients-search",
    )


def _declaration() -> rx.Component:
    """Basis and reason for a number: both are written to the log that the patient reads."""
    return rx.el.form(
        aksel.vstack(
            aksel.heading(text("patients.declare.heading"), level="2", size="small"),
            aksel.body_short(text("patients.declare.help")),
            aksel.select(
                rx.el.option(text("patients.declare.choose"), value=""),
                rx.el.option(text("patients.reason.listed"), value=ON_MY_LIST),
                *[rx.el.option(text(f"patients.reason.{code}"), value=code) for code in REASONS],
                label=text("patients.declare.reason"),
                value=search.reason,
                on_change=search.choose_reason,
                error=rx.cond(search.reason_missing, text("patients.declare.reason_missing"), ""),
                custom_attrs={"data-testid": "reason"},
            ),
            aksel.select(
                *[rx.el.option(text(f"patients.basis.{code}"), value=code) for code in BASES],
                label=text("patients.declare.basis"),
                value=search.basis,
                on_change=search.choose_basis,
                custom_attrs={"data-testid": "basis"},
            ),
            aksel.button(
                text("patients.declare.open"),
                type="submit",
                loading=search.opening,
                custom_attrs={"data-testid": "open-number"},
            ),
            gap="space-16",
            align="start",
        ),
        on_submit=search.open_number,
        class_name="patients-declare",
    )


def _searching() -> Any:
    """Whether something is sought: what is found stands by the field then, above the day's lists."""
    return search.query != ""


def _own_patients(has_lists: Any) -> rx.Component:
    """Who works by the place's lists alone is not told each day of having no patients besides."""
    return rx.cond(
        has_lists & search.loaded & (search.total == 0) & (search.query == ""), rx.fragment(), _of_own()
    )


def _of_own() -> rx.Component:
    return rx.el.section(
        aksel.heading(text("patients.own"), level="2", size="small", spacing=True),
        rx.cond(
            search.loaded,
            rx.cond(search.total > 0, _table(), _none()),
            rx.cond(search.problem == "", loading_view(6)),
        ),
        aria_live="polite",
    )


def _table() -> rx.Component:
    columns = ("name", "born")
    return rx.fragment(
        aksel.table(
            aksel.table_header(
                aksel.table_row(
                    *[aksel.table_column_header(text(f"patients.column.{c}"), scope="col") for c in columns],
                    aksel.table_column_header(text("patients.column.open"), scope="col", align="right"),
                )
            ),
            aksel.table_body(rx.foreach(search.rows, _row)),
            size="small",
            zebra_stripes=True,
            custom_attrs={"data-testid": "own-patients"},
        ),
        rx.cond(
            search.total > search.rows.length(),
            aksel.detail(text("patients.more", shown=search.rows.length(), total=search.total)),
        ),
    )


def _row(row: Any) -> rx.Component:
    return aksel.table_row(
        aksel.table_header_cell(row.name, scope="row"),
        aksel.table_data_cell(row.born),
        aksel.table_data_cell(
            aksel.button(
                text("patients.open"),
                rx.el.span(" ", row.name, class_name="akson-hidden"),
                size="xsmall",
                variant="secondary",
                disabled=search.opening,
                on_click=search.open_listed(row.key),
            ),
            align="right",
        ),
    )


def _none() -> rx.Component:
    return rx.cond(
        search.query != "",
        empty_view(text("patients.none_match"), text("patients.none_match_help")),
        empty_view(text("patients.none"), text("patients.none_help")),
    )
