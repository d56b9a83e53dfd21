"""What is waited for first; folded what is answered, with where the answer comes, and what ended without."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.citizen.results.orders import own_orders
from portal.frame.acting import acting
from portal.ui import aksel
from portal.ui.text import text


def orders_part() -> rx.Component:
    """The part of the page; nothing where nothing is ordered, or until they are of whom the page names."""
    return rx.cond(
        own_orders.of == acting.handle,
        rx.fragment(
            rx.cond(own_orders.failed, _failed()),
            rx.cond(
                (own_orders.waiting.length() + own_orders.answered.length() + own_orders.ended.length()) > 0,
                _part(),
            ),
        ),
    )


def _failed() -> rx.Component:
    return rx.el.p(
        text("own.orders.failed"),
        " ",
        aksel.button(
            text("own.again"),
            rx.el.span(" ", text("own.orders.heading"), class_name="akson-hidden"),
            size="xsmall",
            variant="secondary",
            on_click=own_orders.load,
        ),
        role="status",
    )


def _part() -> rx.Component:
    return rx.el.details(
        rx.el.summary(
            rx.el.h2(
                text("own.orders.heading_of", number=own_orders.waiting.length()), class_name="own-folded-h2"
            )
        ),
        rx.cond(
            own_orders.waiting.length() > 0,
            rx.el.ul(rx.foreach(own_orders.waiting, _line), class_name="own-orders-rows"),
        ),
        _done("answered", own_orders.answered),
        _done("ended", own_orders.ended),
        rx.el.p(text("own.orders.which"), class_name="privacy-quiet"),
        class_name="own-orders own-folded",
        custom_attrs={"data-testid": "own-orders"},
    )


def _done(key: str, orders: Any) -> rx.Component:
    return rx.cond(
        orders.length() > 0,
        rx.el.details(
            rx.el.summary(text(f"own.orders.{key}_ones", number=orders.length())),
            rx.el.p(text(f"own.orders.{key}_help"), class_name="privacy-quiet"),
            rx.el.ul(rx.foreach(orders, _line), class_name="own-orders-rows"),
            custom_attrs={"data-testid": f"own-orders-{key}"},
        ),
    )


def _line(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.p(
            text("own.orders.ordered", day=line.when, by=line.by),
            rx.cond(
                line.sampled != "",
                rx.fragment(" ", text("own.orders.sampled", day=line.sampled)),
                rx.fragment(),
            ),
            class_name="privacy-quiet",
        ),
        _part_of("own.orders.waits", line.waiting),
        _part_of("own.orders.is_answered", line.answered),
        _part_of("own.orders.is_closed", line.closed),
        _part_of("own.orders.not_done", line.not_done),
        key=line.key,
        custom_attrs={"data-testid": "own-order"},
    )


def _part_of(key: str, names: Any) -> rx.Component:
    return rx.cond(names != "", rx.el.p(rx.el.strong(text(key)), " ", names))
