"""Personnel of one's own organisation: a search and a list."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.administration.personnel.state import Personnel
from portal.frame.states import empty_view, loading_view, problem_view
from portal.ui import aksel
from portal.ui.text import text, text_by

seen: Any = Personnel  # Reflex turns a state's attributes into Vars, which types do not tell


def personnel_view() -> rx.Component:
    """The whole page."""
    return aksel.vstack(
        aksel.heading(text("administration.personnel.heading"), level="1", size="large"),
        aksel.body_long(text("administration.personnel.lead"), class_name="own-lead"),
        aksel.search(
            label=text("administration.personnel.search"),
            hide_label=False,
            variant="simple",
            value=seen.words,
            on_change=seen.search,
        ),
        rx.cond(seen.problem != "", problem_view(seen.problem, seen.problem_code)),
        rx.cond(
            seen.loaded,
            rx.cond(seen.workers.length() > 0, _table(), _none()),
            rx.cond(seen.problem == "", loading_view(6)),
        ),
        gap="space-20",
    )


def _table() -> rx.Component:
    columns = ("name", "authorisation", "links")
    return rx.el.div(
        aksel.table(
            aksel.table_header(
                aksel.table_row(
                    *[
                        aksel.table_column_header(text(f"administration.personnel.column.{c}"), scope="col")
                        for c in columns
                    ]
                )
            ),
            aksel.table_body(rx.foreach(seen.workers, _row)),
            size="small",
            zebra_stripes=True,
            custom_attrs={"data-testid": "personnel"},
        ),
        class_name="ops-scroll ops-list",
        tab_index=0,
        role="region",
        aria_label=text("administration.personnel.heading"),
    )


def _row(one: Any) -> rx.Component:
    return aksel.table_row(
        aksel.table_header_cell(one.name, scope="row"),
        aksel.table_data_cell(text_by("administration.role", one.code, "none")),
        aksel.table_data_cell(rx.foreach(one.links, _link)),
    )


def _link(one: Any) -> rx.Component:
    return rx.el.div(
        text_by("administration.role", one.role, "other"),
        ", ",
        one.organisation,
        ", ",
        one.since,
        "–",
        one.until,
    )


def _none() -> rx.Component:
    return empty_view(text("administration.personnel.none"), text("administration.personnel.none_help"))
