"""Powers of attorney: to whom one has given one, whose one holds, and giving one."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.citizen.privacy.giving import Giving
from portal.citizen.privacy.parts import meaning, part, row, rows, small_button, wrong
from portal.ui import aksel
from portal.ui.text import text, text_by

giving: Any = Giving


def powers_of_attorney() -> rx.Component:
    """The part of the page about fullmakt."""
    return part(
        "fullmakt",
        rx.cond(
            giving.given.length() > 0,
            text("privacy.fullmakt.some", count=giving.given.length()),
            text("privacy.fullmakt.none"),
        ),
        meaning("fullmakt"),
        rx.el.div(
            rx.cond(
                giving.said != "",
                aksel.alert(
                    text_by("privacy.fullmakt.said", giving.said, "given"), variant="success", size="small"
                ),
            ),
            role="status",
        ),
        rows(giving.given, _given, text("privacy.fullmakt.given")),
        rx.cond(
            giving.held.length() > 0,
            rx.fragment(
                aksel.heading(text("privacy.fullmakt.held"), level="3", size="xsmall"),
                rows(giving.held, _held, text("privacy.fullmakt.held")),
            ),
        ),
        _form(),
        rx.cond(
            giving.ended.length() > 0,
            aksel.read_more(
                rows(giving.ended, _ended, text("privacy.fullmakt.ended")),
                header=text("privacy.fullmakt.ended"),
                size="small",
            ),
        ),
    )


def _form() -> rx.Component:
    return rx.el.form(
        aksel.heading(text("privacy.fullmakt.new"), level="3", size="xsmall"),
        aksel.text_field(
            label=text("privacy.fullmakt.number"),
            description=text("privacy.fullmakt.number_help"),
            value=giving.number,
            on_change=lambda value: giving.write("number", value),
            input_mode="numeric",
            auto_complete="off",
            size="small",
        ),
        aksel.text_field(
            label=text("privacy.fullmakt.family"),
            value=giving.family,
            on_change=lambda value: giving.write("family", value),
            auto_complete="off",
            size="small",
        ),
        rx.el.fieldset(
            rx.el.legend(text("privacy.fullmakt.powers"), class_name="aksel-label"),
            _power("results", giving.results),
            _power("journal", giving.journal),
            _power("access-log", giving.access_log),
            _power("settings", giving.settings),
            class_name="privacy-fieldset",
        ),
        aksel.text_field(
            label=text("privacy.fullmakt.until"),
            description=text("privacy.fullmakt.until_help"),
            value=giving.until,
            on_change=lambda value: giving.write("until", value),
            auto_complete="off",
            size="small",
        ),
        wrong(giving.wrong),
        aksel.button(text("privacy.fullmakt.give"), type="submit", size="small", class_name="own-more"),
        on_submit=lambda _: giving.give(),
        class_name="privacy-form",
        custom_attrs={"data-testid": "fullmakt-form"},
    )


def _power(name: str, ticked: Any) -> rx.Component:
    return aksel.checkbox(
        text(f"privacy.power.{name}"),
        checked=ticked,
        on_change=lambda wanted: giving.tick(name, wanted),
        size="small",
    )


def _powers(one: Any) -> rx.Component:
    return rx.el.span(
        rx.foreach(
            one.powers,
            lambda power: rx.el.span(text_by("privacy.power", power, "results"), class_name="log-kind"),
        )
    )


def _period(one: Any) -> Any:
    return rx.cond(
        one.until != "",
        text("privacy.since_until", since=one.since, until=one.until),
        text("privacy.since", since=one.since),
    )


def _given(one: Any) -> rx.Component:
    end = small_button("privacy.withdraw", giving.end(one.id), one.name)
    return row([one.name, _powers(one), _period(one)], end)


def _held(one: Any) -> rx.Component:
    down = small_button("privacy.fullmakt.lay_down", giving.lay_down(one.id), one.name)
    return row([one.name, _powers(one), _period(one)], down)


def _ended(one: Any) -> rx.Component:
    by = text_by("privacy.fullmakt.by", one.ended_by, "giver")
    line = rx.fragment(text("privacy.past.line", since=one.since, ended=one.ended), " ", by)
    return row([one.name, _powers(one), rx.cond(one.ended != "", line, _period(one))])
