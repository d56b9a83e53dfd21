"""The work list: what is wrong in words, whose message it is and how long it has waited; never the person."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.frame.states import empty_view, loading_view, problem_view
from portal.operations.messages.many_view import age, causes_view, many_view
from portal.operations.messages.message_view import faults, message_view
from portal.operations.messages.reasons import LISTS, WHOSE
from portal.operations.messages.state import PAGE, WorkList
from portal.operations.messages.together_view import among
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
        rx.el.div(
            rx.cond(
                work.conflict != "",
                aksel.alert(text_by("operations.conflict", work.conflict, "other"), variant="warning"),
            ),
            role="status",
        ),
        rx.cond(work.sought != "", _sought()),
        many_view(),
        rx.cond((work.code == "") & (work.causes.length() > 0), causes_view()),
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
            rx.el.option(text("team.whose.all"), value=""),
            *[rx.el.option(text(f"team.whose.{one}"), value=one) for one in WHOSE],
            label=text("team.whose.label"),
            value=work.whose,
            on_change=work.choose_whose,
            size="small",
            custom_attrs={"data-testid": "whose"},
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
        _find(),
        aksel.button(
            text("team.refresh"),
            size="small",
            variant="tertiary",
            on_click=work.refresh,
            custom_attrs={"data-testid": "refresh"},
        ),
        gap="space-16",
        align="end",
        wrap=True,
    )


def _find() -> rx.Component:
    return rx.el.form(
        aksel.hstack(
            aksel.text_field(
                label=text("team.find.label"),
                name="id",
                size="small",
                max_length=100,
                auto_complete="off",
                custom_attrs={"data-testid": "find-id"},
            ),
            aksel.button(
                text("team.find.do"),
                type="submit",
                size="small",
                variant="secondary",
                custom_attrs={"data-testid": "find"},
            ),
            gap="space-8",
            align="end",
        ),
        on_submit=work.find,
    )


def _sought() -> rx.Component:
    return aksel.hstack(
        aksel.body_short(text("team.find.found", count=work.total, id=work.sought), role="status"),
        aksel.button(
            text("team.find.all"),
            size="xsmall",
            variant="secondary",
            on_click=work.all_causes,
            custom_attrs={"data-testid": "show-all"},
        ),
        gap="space-12",
        align="center",
        wrap=True,
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
        aksel.table_data_cell(faults(row), among(row)),
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


def _via(row: Any) -> rx.Component:
    return rx.el.div(text("operations.via", name=row.via), class_name="ops-subtle")


def _paging() -> rx.Component:
    more = work.skip + PAGE < work.total
    return rx.cond(
        (work.total > PAGE) & (work.sought == ""),
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
    return rx.cond(
        work.sought != "",
        empty_view(text("team.find.none"), text("team.find.none_help")),
        rx.cond(
            (work.whose != "") | (work.code != ""),
            empty_view(text("team.none"), text("team.none_help")),
            empty_view(text_by("operations.none", work.which, "open"), text("operations.none_help")),
        ),
    )
