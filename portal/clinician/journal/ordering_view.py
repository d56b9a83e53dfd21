"""The form in which examinations are ordered: a few taps where a panel fits, words and codes otherwise."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.journal.ordering import FIELDS, HEADING, URGENCIES, WEEKS, ordering
from portal.ui import aksel
from portal.ui.forms import form_buttons, wrong_view
from portal.ui.language import Language
from portal.ui.text import text, text_by


def ordering_view() -> rx.Component:
    """The form, while it is open."""
    return rx.cond(
        ordering.is_open,
        rx.el.form(
            rx.el.h2(text("orders.begin"), id=HEADING, tab_index=-1, class_name="journal-h2"),
            rx.el.input(type="hidden", name="patient", value=ordering.patient, read_only=True),
            _group("orders.fields", *[_field(name) for name in FIELDS]),
            rx.cond(
                ordering.panels.length() > 0,
                _group("orders.panels", rx.foreach(ordering.panels, _panel)),
            ),
            _search(),
            _chosen(),
            aksel.textarea(
                label=text("orders.information"),
                description=text("orders.information_help"),
                name="information",
                max_length=4000,
                min_rows=2,
                size="small",
                custom_attrs={"data-testid": "order-information"},
            ),
            rx.el.div(
                _options("urgency", "orders.urgency", URGENCIES),
                aksel.select(
                    *[rx.el.option(text(f"orders.weeks.{one}"), value=str(one)) for one in WEEKS],
                    label=text("orders.when"),
                    name="weeks",
                    size="small",
                    custom_attrs={"data-testid": "order-when"},
                ),
                aksel.select(
                    rx.el.option(text("orders.receiver_none"), value=""),
                    rx.foreach(ordering.receivers, lambda one: rx.el.option(one.name, value=one.number)),
                    label=text("orders.receiver"),
                    name="receiver_unit",
                    size="small",
                ),
                class_name="journal-inputs",
            ),
            rx.cond(
                ordering.may_order,
                aksel.checkbox(text("orders.as_draft"), name="draft", value="draft", size="small"),
                rx.el.p(text("orders.draft_only"), class_name="results-subtle"),
            ),
            wrong_view("orders.wrong", ordering.wrong, "order-form-wrong"),
            form_buttons(
                rx.cond(ordering.may_order, text("orders.send"), text("orders.keep")),
                text("orders.leave"),
                ordering.close,
                "order-send",
            ),
            on_submit=ordering.send,
            class_name="journal-form results-noprint",
            custom_attrs={"data-testid": "order-form"},
        ),
    )


def _group(name: str, *children: Any) -> rx.Component:
    return rx.el.div(
        rx.el.span(text(name), class_name="orders-label", aria_hidden="true"),
        rx.el.div(*children, role="group", aria_label=text(name), class_name="follow-ways"),
    )


def _field(name: str) -> rx.Component:
    return rx.el.button(
        text(f"orders.field.{name}"),
        type="button",
        aria_pressed=ordering.field == name,
        on_click=ordering.choose_field(name),
        class_name="follow-tab",
        custom_attrs={"data-testid": f"order-field-{name}"},
    )


def _panel(panel: Any) -> rx.Component:
    return rx.el.button(
        rx.cond(panel.chosen, "✓ ", "+ "),
        panel.label[Language.lang],
        type="button",
        aria_pressed=panel.chosen,
        on_click=ordering.panel(panel.id),
        class_name="follow-tab",
        custom_attrs={"data-testid": "order-panel", "data-panel": panel.id},
    )


def _search() -> rx.Component:
    return rx.el.div(
        aksel.text_field(
            label=text("orders.search"),
            description=text("orders.search_help"),
            id="order-search",
            auto_complete="off",
            size="small",
            value=ordering.query,
            on_change=ordering.search,
            custom_attrs={"data-testid": "order-search"},
        ),
        rx.el.ul(
            rx.foreach(ordering.found, _found),
            rx.cond(
                ordering.query != "",
                rx.el.li(_adder("", text("orders.add_words", words=ordering.query))),
            ),
            class_name="orders-found",
            aria_label=text("orders.search"),
        ),
        rx.cond(
            ordering.search_failed,
            rx.el.p(
                text("orders.search_failed"), role="status", custom_attrs={"data-testid": "search-failed"}
            ),
        ),
    )


def _found(one: Any) -> rx.Component:
    return rx.el.li(
        _adder(one.key, rx.fragment(one.text, rx.el.span(" ", one.code, class_name="orders-code")))
    )


def _adder(key: Any, words: Any) -> rx.Component:
    return rx.el.button(
        "+ ",
        words,
        type="button",
        on_click=ordering.add(key),
        class_name="orders-add",
        custom_attrs={"data-testid": "order-add"},
    )


def _chosen() -> rx.Component:
    return rx.cond(
        ordering.chosen.length() > 0,
        rx.el.div(
            rx.el.span(text("orders.chosen", count=ordering.chosen.length()), class_name="orders-label"),
            rx.el.ul(
                rx.foreach(
                    ordering.chosen,
                    lambda one: rx.el.li(
                        rx.el.button(
                            one.text,
                            rx.el.span(" ✕", aria_hidden="true"),
                            rx.el.span(" ", text("orders.remove"), class_name="akson-hidden"),
                            type="button",
                            on_click=ordering.remove(one.key),
                            class_name="follow-tab",
                            custom_attrs={"data-testid": "order-chosen"},
                        )
                    ),
                ),
                class_name="follow-tabs",
            ),
        ),
        rx.el.p(text("orders.nothing"), class_name="results-subtle"),
    )


def _options(name: str, prefix: str, values: tuple[str, ...]) -> rx.Component:
    return aksel.select(
        *[rx.el.option(text_by(prefix, one, values[0]), value=one) for one in values],
        label=text(f"orders.{name}_label"),
        name=name,
        size="small",
        custom_attrs={"data-testid": f"order-{name}"},
    )
