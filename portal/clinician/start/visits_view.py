"""What can be done with a visit from the list: one tap, or a short form under the line."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from portal.clinician.start.state import start
from portal.clinician.start.visits import NOT_DONE, work
from portal.frame.critical import critical_line
from portal.ui import aksel
from portal.ui.text import text, text_by


def visit_acts(row: Any) -> rx.Component:
    """Below a line that is a visit: what is left to do with it, and what came of it."""
    return rx.fragment(
        rx.cond(row.done, rx.fragment(), rx.fragment(_before(row), _buttons(row))),
        rx.cond(work.key == row.key, _form(row)),
        rx.el.div(
            rx.cond(
                (work.wrong != "") & (work.wrong_key == row.key),
                aksel.alert(text_by("start.wrong", work.wrong, "other"), variant="error", size="small"),
            ),
            role="alert",
        ),
        rx.el.p(
            rx.cond(
                (work.said != "") & (work.said_key == row.key), text_by("start.said", work.said, "done"), ""
            ),
            role="status",
            class_name="start-said",
        ),
    )


def _before(row: Any) -> rx.Component:
    """What one needs to know before the door, where it was asked for; said when it comes."""
    return rx.el.div(
        rx.match(
            row.told,
            ("told", _told(row)),
            ("refused", aksel.alert(text("start.before.refused"), variant="warning", size="small")),
            ("failed", aksel.alert(text("start.before.failed"), variant="error", size="small")),
            rx.fragment(),
        ),
        role="status",
    )


def _told(row: Any) -> rx.Component:
    return rx.el.dl(
        rx.cond(
            row.critical == "none",
            rx.fragment(),
            rx.el.div(
                rx.el.dt("⚠ ", text("start.before.critical")),
                rx.el.dd(
                    rx.cond(
                        row.critical == "some",
                        rx.el.ul(rx.foreach(row.know, critical_line), class_name="start-know"),
                        text("start.before.closed"),
                    )
                ),
                class_name="start-warns",
            ),
        ),
        _fact("task", row.task),
        _fact("address", row.address),
        rx.cond(row.entry != "", _fact("entry", row.entry)),
        rx.cond(
            row.critical == "none",
            rx.el.div(rx.el.dt(text("start.before.critical")), rx.el.dd(text("frame.critical.none_short"))),
        ),
        _fact("read", row.told_at),
        class_name="start-before",
        custom_attrs={"data-testid": "before"},
    )


def _fact(name: str, said: Any) -> rx.Component:
    return rx.el.div(
        rx.el.dt(text(f"start.before.{name}")),
        rx.el.dd(rx.cond(said != "", said, rx.el.span(text("start.before.unsaid"), class_name="start-none"))),
    )


def _buttons(row: Any) -> rx.Component:
    name = rx.el.span(" ", row.name, " ", row.time, class_name="akson-hidden")
    return rx.el.div(
        aksel.button(
            text("start.visit.done"),
            name,
            size="small",
            type="button",
            on_click=work.done(row.key),
            custom_attrs={"data-testid": "visit-done"},
        ),
        aksel.button(
            rx.cond(work.key == row.key, text("start.visit.close"), text("start.visit.write")),
            name,
            size="small",
            type="button",
            variant="secondary",
            on_click=work.begin(row.key),
            aria_expanded=work.key == row.key,
            custom_attrs={"data-testid": "visit-write"},
        ),
        aksel.button(
            rx.cond(row.told == "told", text("start.before.hide"), text("start.before.ask")),
            name,
            size="small",
            type="button",
            variant="tertiary",
            loading=start.preparing == row.key,
            on_click=start.prepare(row.key),
            aria_expanded=row.told == "told",
            custom_attrs={"data-testid": "before-ask"},
        ),
        rx.cond(
            row.free,
            _whose(name, "take", work.take(row.key)),
            rx.cond(row.mine, _whose(name, "give_back", work.give_back(row.key))),
        ),
        class_name="start-acts",
    )


def _whose(name: Any, act: str, on_click: Any) -> rx.Component:
    """Take a visit that nobody has, or give one's own back."""
    return aksel.button(
        text(f"start.visit.{act}"),
        name,
        size="small",
        type="button",
        variant="tertiary",
        on_click=on_click,
        custom_attrs={"data-testid": f"visit-{act}"},
    )


def _form(row: Any) -> rx.Component:
    return rx.el.form(
        rx.el.input(type="hidden", name="visit", value=row.key),
        aksel.select(
            rx.el.option(text("start.visit.was_made"), value=""),
            *[rx.el.option(text(f"start.state.{code}"), value=code) for code in NOT_DONE[:-1]],
            rx.el.option(text("start.visit.other"), value="other"),
            label=text("start.visit.came_of_it"),
            size="small",
            value=work.reason,
            on_change=work.choose_reason,
            custom_attrs={"data-testid": "visit-reason"},
        ),
        aksel.textarea(
            label=rx.cond(work.reason == "", text("start.visit.what"), text("start.visit.why")),
            name="done",
            size="small",
            min_rows=2,
        ),
        rx.cond(
            work.reason == "",
            aksel.textarea(label=text("start.visit.observed"), name="observed", size="small", min_rows=2),
        ),
        rx.cond(has_connection_errors, rx.el.p(text("start.visit.offline"), class_name="start-none")),
        rx.el.div(
            aksel.button(
                rx.cond(work.reason == "", text("start.visit.save"), text("start.visit.save_not_done")),
                type="submit",
                size="small",
                custom_attrs={"data-testid": "visit-save"},
            ),
            class_name="start-acts",
        ),
        on_submit=work.send,
        key=row.key,
        class_name="start-form",
        custom_attrs={"data-testid": "visit-form"},
    )
