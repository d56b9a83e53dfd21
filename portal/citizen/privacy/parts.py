"""What the parts of the page share: a card that says how things stand, rows, searching, messages."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.ui import aksel
from portal.ui.text import text, text_by


def part(key: str, state: Any, *content: rx.Component) -> rx.Component:
    """One topic: what it is, how it stands now (`state`), and inside what one can do."""
    return aksel.expansion_card(
        aksel.expansion_card_header(
            aksel.expansion_card_title(text(f"privacy.{key}.heading"), as_="h2", size="small"),
            aksel.expansion_card_description(state),
        ),
        aksel.expansion_card_content(aksel.vstack(*content, gap="space-16")),
        aria_label=text(f"privacy.{key}.heading"),
        size="small",
        custom_attrs={"data-testid": f"part-{key}"},
    )


def meaning(key: str) -> rx.Component:
    """What it means, in plain words."""
    return aksel.body_long(text(f"privacy.{key}.meaning"), class_name="privacy-text")


def wrong(code: Any, here: Any = True) -> rx.Component:
    """What was not done and why; announced."""
    return rx.el.div(
        rx.cond(
            (code != "") & here,
            aksel.alert(text_by("privacy.wrong", code, "other"), variant="error", size="small"),
        ),
        role="alert",
        custom_attrs={"data-testid": "wrong"},
    )


def rows(found: Any, row: Any, label: Any) -> rx.Component:
    """A list, when there is anything in it."""
    return rx.cond(
        found.length() > 0,
        rx.el.ul(rx.foreach(found, row), class_name="privacy-rows", aria_label=label),
    )


def row(words: list[Any], button: rx.Component | None = None) -> rx.Component:
    """An entry: a strong line, quieter lines below, and what one can do with it."""
    first, *rest = words
    return rx.el.li(
        rx.el.div(rx.el.strong(first), *[rx.el.div(one, class_name="privacy-quiet") for one in rest]),
        *([button] if button is not None else []),
    )


def small_button(key: str, on_click: Any, *about: Any) -> rx.Component:
    """A button of an entry; `about` tells a screen reader which entry."""
    return aksel.button(
        text(key),
        rx.el.span(" ", *about, class_name="akson-hidden"),
        size="small",
        variant="secondary",
        on_click=on_click,
    )


def search_for(
    state: Any, label: Any, choose: Any, chosen: Any, choose_key: str, **props: Any
) -> rx.Component:
    """Find someone or some place by name, and choose one of those found."""

    def one(found: Any) -> rx.Component:
        return rx.el.li(
            rx.el.div(
                rx.el.strong(found.name),
                rx.cond(found.where != "", rx.el.div(found.where, class_name="privacy-quiet")),
            ),
            aksel.button(
                rx.cond(chosen == found.id, text("privacy.chosen"), text(choose_key)),
                rx.el.span(" ", found.name, class_name="akson-hidden"),
                size="small",
                variant=rx.cond(chosen == found.id, "primary", "secondary"),
                on_click=choose(found.id),
            ),
        )

    return aksel.vstack(
        rx.el.form(
            aksel.text_field(
                label=label, value=state.words, on_change=state.write_words, size="small", **props
            ),
            aksel.button(text("privacy.search"), type="submit", size="small", variant="secondary"),
            on_submit=lambda _: state.search(),
            class_name="privacy-search",
            role="search",
        ),
        rx.el.div(
            rx.cond(
                state.searched & (state.found.length() == 0),
                aksel.body_short(text("privacy.nobody_found")),
            ),
            role="status",
        ),
        rows(state.found, one, label),
        gap="space-12",
    )
