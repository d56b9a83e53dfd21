"""The work list: what is wrong in words, whose message it is and how long it has waited; never the person."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.frame.states import empty_view, loading_view, problem_view
from portal.operations.messages.message_view import faults, message_view, reasons
from portal.operations.messages.state import LISTS, PAGE, REPLAY_REASONS, WorkList
from portal.ui import aksel
from portal.ui.text import text, text_by

work: Any = WorkList  # Reflex turns a state's attributes into Vars, which types do not tell


def messages_view() -> rx.Component:
    """The whole page: the list, or one message of it."""
    return rx.cond(work.message.id != "", message_view(), _list_view())


def _list_view() -> rx.Component:
    return aksel.vstack(
        rx.el.h1(text("operations.heading"), id="list-heading", tab_index=-1, class_name="ops-h1"),
        aksel.body_long(text("operations.lead"), class_name="own-lead"),
        rx.cond(work.problem != "", problem_view(work.problem, work.problem_code, _again())),
        _choices(),
        _many(),
        rx.cond(
            work.loaded,
            rx.cond(work.rows.length() > 0, _table(), _none()),
            rx.cond(work.problem == "", loading_view(6)),
        ),
        gap="space-20",
    )


def _again() -> rx.Component:
    return aksel.button(text("operations.again"), size="small", variant="secondary", on_click=work.load)


def _choices() -> rx.Component:
    return aksel.hstack(
        aksel.select(
            *[rx.el.option(text(f"operations.list.{one}"), value=one) for one in LISTS],
            label=text("operations.list.label"),
            value=work.which,
            on_change=work.choose_list,
            size="small",
            custom_attrs={"data-testid": "which-list"},
        ),
        aksel.select(
            rx.el.option(text("operations.all_codes"), value=""),
            rx.foreach(
                work.codes,
                lambda one: rx.el.option(
                    text_by("operations.code", one.code, "other", otherwise=one.code),
                    " (",
                    one.count,
                    ")",
                    value=one.code,
                ),
            ),
            label=text("operations.by_code"),
            value=work.code,
            on_change=work.choose_code,
            size="small",
            custom_attrs={"data-testid": "by-code"},
        ),
        gap="space-16",
        wrap=True,
    )


def _many() -> rx.Component:
    """After a fix: all that have one code, at once."""
    return rx.fragment(
        rx.el.div(
            rx.cond(
                work.replayed >= 0,
                aksel.alert(
                    text("operations.replayed", count=work.replayed, left=work.left),
                    variant="info",
                    size="small",
                ),
            ),
            rx.cond(
                work.conflict != "",
                aksel.alert(text_by("operations.conflict", work.conflict, "other"), variant="warning"),
            ),
            role="status",
        ),
        rx.cond(
            (work.code != "") & (work.which != "resolved"),
            rx.el.form(
                aksel.hstack(
                    reasons("operations.replay_reason", REPLAY_REASONS),
                    aksel.button(
                        text("operations.replay_all", count=work.total),
                        type="submit",
                        size="small",
                        loading=work.busy,
                        custom_attrs={"data-testid": "replay-all"},
                    ),
                    gap="space-16",
                    align="end",
                    wrap=True,
                ),
                on_submit=work.replay_all,
            ),
        ),
    )


def _table() -> rx.Component:
    columns = ("received", "sender", "kind", "wrong")
    return rx.fragment(
        rx.el.div(
            aksel.table(
                aksel.table_header(
                    aksel.table_row(
                        *[
                            aksel.table_column_header(text(f"operations.column.{c}"), scope="col")
                            for c in columns
                        ],
                        aksel.table_column_header(text("operations.column.open"), scope="col", align="right"),
                    )
                ),
                aksel.table_body(rx.foreach(work.rows, _row)),
                size="small",
                zebra_stripes=True,
                custom_attrs={"data-testid": "work-list"},
            ),
            class_name="ops-scroll ops-list",
            tab_index=0,
            role="region",
            aria_label=text("operations.heading"),
        ),
        _paging(),
    )


def _row(row: Any) -> rx.Component:
    return aksel.table_row(
        aksel.table_header_cell(row.received, rx.el.div(age(row), class_name="ops-subtle"), scope="row"),
        aksel.table_data_cell(row.sender, rx.cond(row.via != "", _via(row))),
        aksel.table_data_cell(text_by("operations.kind", row.kind, "other")),
        aksel.table_data_cell(faults(row)),
        aksel.table_data_cell(
            aksel.button(
                text("operations.show"),
                rx.el.span(" ", row.sender, " ", row.received, class_name="akson-hidden"),
                size="xsmall",
                variant="secondary",
                on_click=work.choose(row.id),
            ),
            align="right",
        ),
    )


def age(row: Any) -> Any:
    """How long a message has waited."""
    units = ("days", "day", "hours", "hour", "minutes", "minute")
    cases = [(unit, text(f"operations.age.{unit}", count=row.age)) for unit in units]
    return rx.match(row.age_unit, *cases, text("operations.age.now"))


def _via(row: Any) -> rx.Component:
    return rx.el.div(text("operations.via", name=row.via), class_name="ops-subtle")


def _paging() -> rx.Component:
    more = work.skip + PAGE < work.total
    return rx.cond(
        work.total > PAGE,
        aksel.hstack(
            aksel.button(
                text("operations.earlier"),
                size="small",
                variant="secondary",
                disabled=work.skip == 0,
                on_click=work.turn(-1),
            ),
            aksel.detail(
                text("operations.shown", first=work.skip + 1, count=work.rows.length(), total=work.total)
            ),
            aksel.button(
                text("operations.later"),
                size="small",
                variant="secondary",
                disabled=rx.cond(more, False, True),
                on_click=work.turn(1),
            ),
            gap="space-12",
            align="center",
            wrap=True,
        ),
    )


def _none() -> rx.Component:
    return empty_view(text_by("operations.none", work.which, "open"), text("operations.none_help"))
