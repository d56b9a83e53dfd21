"""Senders gone quiet as a table; volumes as bars, and the same numbers as tables."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.frame.states import empty_view, loading_view, problem_view
from portal.operations.senders.state import DAYS, Senders
from portal.ui import aksel
from portal.ui.text import text, text_by

seen: Any = Senders  # Reflex turns a state's attributes into Vars, which types do not tell


def senders_view() -> rx.Component:
    """The whole page."""
    return aksel.vstack(
        aksel.heading(text("operations.senders.heading"), level="1", size="large"),
        rx.cond(
            seen.problem != "",
            problem_view(
                seen.problem,
                seen.problem_code,
                aksel.button(text("operations.again"), size="small", variant="secondary", on_click=seen.load),
            ),
        ),
        rx.cond(
            seen.loaded,
            aksel.vstack(_quiet(), _volumes(), gap="space-32"),
            rx.cond(seen.problem == "", loading_view(8)),
        ),
        gap="space-24",
    )


def _quiet() -> rx.Component:
    return rx.el.section(
        aksel.heading(text("operations.quiet.heading"), level="2", size="medium", spacing=True),
        aksel.body_long(text("operations.quiet.help"), spacing=True, class_name="own-lead"),
        rx.cond(
            seen.quiet.length() > 0,
            _scrolling(
                text("operations.quiet.heading"),
                _table(
                    "quiet", ("sender", "state", "silent", "last", "usual"), rx.foreach(seen.quiet, _silence)
                ),
            ),
            empty_view(text("operations.quiet.none"), text("operations.quiet.none_help")),
        ),
    )


def _silence(one: Any) -> rx.Component:
    return aksel.table_row(
        aksel.table_header_cell(one.sender, scope="row"),
        aksel.table_data_cell(
            rx.cond(
                (one.state == "quiet") | (one.state == "gone"),
                aksel.tag(
                    text_by("operations.quiet.state", one.state, "quiet"),
                    size="small",
                    variant="warning-moderate",
                ),
                text_by("operations.quiet.state", one.state, "unknown"),
            )
        ),
        aksel.table_data_cell(
            rx.cond(one.state == "gone", "> ", ""), _amount(one.silent, one.silent_unit), align="right"
        ),
        aksel.table_data_cell(rx.cond(one.last != "", one.last, "–")),
        aksel.table_data_cell(rx.cond(one.usual < 0, "–", _amount(one.usual, one.usual_unit)), align="right"),
    )


def _amount(count: Any, unit: Any) -> Any:
    return rx.match(
        unit,
        ("days", text("operations.amount.days", count=count)),
        ("hours", text("operations.amount.hours", count=count)),
        text("operations.amount.minutes", count=count),
    )


def _volumes() -> rx.Component:
    return rx.el.section(
        aksel.heading(text("operations.volumes.heading", days=DAYS), level="2", size="medium", spacing=True),
        aksel.hstack(
            _choice("sender", seen.sender, seen.choose_sender, rx.foreach(seen.senders, _sender)),
            _choice("kind", seen.kind, seen.choose_kind, rx.foreach(seen.kinds, _kind)),
            gap="space-16",
            wrap=True,
        ),
        aksel.body_short(
            text("operations.volumes.caption", count=seen.messages, days=DAYS, most=seen.most),
            aria_live="polite",
            class_name="ops-caption",
        ),
        _scrolling(
            text("operations.volumes.by_day"),
            _table("volumes", ("day", "bar", "messages", "waiting", "rejected"), rx.foreach(seen.bars, _day)),
        ),
        aksel.heading(
            text("operations.volumes.totals"), level="3", size="small", spacing=True, class_name="ops-caption"
        ),
        _scrolling(
            text("operations.volumes.totals"),
            _table(
                "totals",
                ("sender", "kind", "messages", "waiting", "rejected"),
                rx.foreach(seen.totals, _total),
            ),
        ),
    )


def _choice(name: str, value: Any, handler: Any, options: Any) -> rx.Component:
    return aksel.select(
        rx.el.option(text(f"operations.volumes.all_{name}"), value=""),
        options,
        label=text(f"operations.volumes.column.{name}"),
        value=value,
        on_change=handler,
        size="small",
        custom_attrs={"data-testid": f"choose-{name}"},
    )


def _sender(name: Any) -> rx.Component:
    return rx.el.option(name, value=name)


def _kind(code: Any) -> rx.Component:
    return rx.el.option(text_by("operations.kind", code, "other"), value=code)


def _day(bar: Any) -> rx.Component:
    """A bar beside its numbers: whoever does not see the one has the other."""
    return aksel.table_row(
        aksel.table_header_cell(bar.day, scope="row"),
        aksel.table_data_cell(
            rx.el.div(class_name="ops-bar", style={"width": bar.width}, aria_hidden=True),
            class_name="ops-bars",
        ),
        *_numbers(bar),
    )


def _total(line: Any) -> rx.Component:
    return aksel.table_row(
        aksel.table_header_cell(line.sender, scope="row"),
        aksel.table_data_cell(text_by("operations.kind", line.kind, "other")),
        *_numbers(line),
    )


def _numbers(one: Any) -> list[rx.Component]:
    return [
        aksel.table_data_cell(value, align="right") for value in (one.messages, one.waiting, one.rejected)
    ]


def _table(name: str, columns: tuple[str, ...], body: Any) -> rx.Component:
    prefix = "operations.quiet.column" if name == "quiet" else "operations.volumes.column"
    numbers = ("messages", "waiting", "rejected", "usual", "silent")
    return aksel.table(
        aksel.table_header(
            aksel.table_row(
                *[
                    aksel.table_column_header(
                        text(f"{prefix}.{c}"), scope="col", align="right" if c in numbers else "left"
                    )
                    for c in columns
                ]
            )
        ),
        aksel.table_body(body),
        size="small",
        zebra_stripes=True,
        custom_attrs={"data-testid": name},
    )


def _scrolling(name: Any, content: rx.Component) -> rx.Component:
    """Wide tables scroll by themselves on narrow screens, by keyboard too."""
    return rx.el.div(content, class_name="ops-scroll", tab_index=0, role="region", aria_label=name)
