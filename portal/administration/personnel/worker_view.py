"""One of the personnel: places of work, a new one, another last day, and who changed what."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.administration.history import changes_table
from portal.administration.personnel.state import Personnel
from portal.administration.personnel.transform import Link
from portal.administration.shared import (
    LINK_REASONS,
    OWN_ROLES,
    choice,
    codes,
    columns,
    date_field,
    outcome,
    role_of,
    scrolling,
)
from portal.frame.states import problem_view
from portal.ui import aksel
from portal.ui.forms import form_buttons
from portal.ui.text import text, text_by

seen: Any = Personnel  # Reflex turns a state's attributes into Vars, which types do not tell


def worker_view() -> rx.Component:
    """The whole page."""
    return aksel.vstack(
        rx.el.div(
            aksel.button(
                text("administration.back"), size="small", variant="tertiary", on_click=seen.go("list")
            )
        ),
        rx.el.h1(seen.worker.name, id="personnel-heading", tab_index=-1, class_name="ops-h1"),
        aksel.body_short(
            rx.cond(
                seen.worker.hpr_number != "",
                rx.el.span(
                    rx.foreach(seen.worker.codes.to(list[str]), lambda code: rx.el.span(role_of(code), ". ")),
                    text("administration.hpr", number=seen.worker.hpr_number),
                ),
                text("administration.no_hpr"),
            )
        ),
        rx.cond(seen.problem != "", problem_view(seen.problem, seen.problem_code)),
        outcome(seen),
        rx.el.section(
            aksel.heading(text("administration.link.heading"), level="2", size="medium", spacing=True),
            rx.cond(
                seen.worker.links.to(list[Link]).length() > 0,
                _links(),
                aksel.body_short(text("administration.link.none"), text_color="subtle"),
            ),
        ),
        rx.cond(seen.changing.org_number != "", _change(), _add()),
        rx.el.section(
            aksel.heading(text("administration.changes.of"), level="2", size="medium", spacing=True),
            changes_table(seen.history),
        ),
        gap="space-24",
    )


def _links() -> rx.Component:
    names = ("place", "role", "from", "to", "state", "do")
    return scrolling(
        text("administration.link.heading"),
        aksel.table(
            columns("administration.link", names, right=("do",)),
            aksel.table_body(rx.foreach(seen.worker.links.to(list[Link]), _row)),
            size="small",
            zebra_stripes=True,
            custom_attrs={"data-testid": "links"},
        ),
    )


def _row(one: Any) -> rx.Component:
    return aksel.table_row(
        aksel.table_header_cell(one.organisation, scope="row"),
        aksel.table_data_cell(role_of(one.role)),
        aksel.table_data_cell(_label("from"), one.since),
        aksel.table_data_cell(
            _label("to"), rx.cond(one.until != "", one.until, text("administration.link.open_end"))
        ),
        aksel.table_data_cell(
            aksel.tag(
                text_by("administration.state", one.state, "now"),
                size="small",
                variant=rx.match(one.state, ("now", "success"), ("coming", "info"), "neutral"),
            )
        ),
        aksel.table_data_cell(
            aksel.button(
                text("administration.link.change"),
                rx.el.span(" ", one.organisation, " ", role_of(one.role), class_name="akson-hidden"),
                size="xsmall",
                variant="secondary",
                on_click=seen.change(one.org_number, one.role, one.valid_from),
            ),
            align="right",
        ),
    )


def _label(column: str) -> rx.Component:
    """The column's name, where the table has become a list."""
    return rx.el.span(text(f"administration.link.{column}"), " ", class_name="adm-narrow")


def link_fields(roles: rx.Component) -> list[rx.Component]:
    """Place, role, days and reason of a new link."""
    return [
        choice(
            seen,
            "org_number",
            text("administration.link.place"),
            rx.foreach(seen.places, lambda one: rx.el.option(one.name, value=one.org_number)),
        ),
        choice(seen, "role", text("administration.link.role"), roles),
        aksel.hstack(
            date_field(seen, "valid_from", text("administration.link.from")),
            date_field(seen, "valid_to", text("administration.link.to_open")),
            gap="space-16",
            wrap=True,
        ),
        _reason(),
    ]


def _reason() -> rx.Component:
    return choice(
        seen, "reason", text("administration.reason"), codes("administration.link_reason", LINK_REASONS)
    )


def _add() -> rx.Component:
    roles = rx.fragment(
        rx.foreach(seen.worker.codes.to(list[str]), lambda code: rx.el.option(role_of(code), value=code)),
        codes("administration.role", OWN_ROLES),
    )
    return rx.el.section(
        aksel.heading(text("administration.link.add"), level="2", size="medium", spacing=True),
        rx.el.form(
            aksel.vstack(
                *link_fields(roles),
                aksel.button(
                    text("administration.link.add"),
                    type="submit",
                    size="small",
                    loading=seen.busy,
                    custom_attrs={"data-testid": "submit-link"},
                ),
                gap="space-16",
                align="start",
            ),
            on_submit=seen.link,
            class_name="patients-declare",
        ),
    )


def _change() -> rx.Component:
    return rx.el.section(
        rx.el.h2(
            text(
                "administration.link.changing",
                role=role_of(seen.changing.role),
                place=seen.changing.organisation,
            ),
            id="change-heading",
            tab_index=-1,
            class_name="adm-h2",
        ),
        rx.el.form(
            aksel.vstack(
                date_field(seen, "valid_to", text("administration.link.to_open"), seen.changing.valid_to),
                _reason(),
                form_buttons(
                    text("administration.link.save"),
                    text("administration.cancel"),
                    seen.choose_again,
                    "submit-end",
                    leaves="secondary",
                    loading=seen.busy,
                ),
                gap="space-16",
                align="start",
            ),
            on_submit=seen.end,
            key=seen.changing.valid_from,
            class_name="patients-declare",
        ),
    )
