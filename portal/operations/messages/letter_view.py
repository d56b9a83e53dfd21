"""A letter to a sender: what it asks, its text to copy, and the button that notes it as sent."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.operations.messages.reasons import ASK_REASONS
from portal.ui import aksel
from portal.ui.text import text


def asking_select(state: Any, test_id: str) -> rx.Component:
    """What the letter asks for; `state` has `asking` and `choose_asking`."""
    return aksel.select(
        *[rx.el.option(text(f"team.asks.{code}"), value=code) for code in ASK_REASONS],
        label=text("team.asks.label"),
        value=state.asking,
        on_change=state.choose_asking,
        size="small",
        custom_attrs={"data-testid": test_id},
    )


def letter_text(letter: Any, noted: rx.Component, test_id: str) -> rx.Component:
    """The text, a button that copies it, and `noted`: the button for when it is sent."""
    return rx.fragment(
        rx.el.pre(
            letter,
            class_name="ops-original ops-letter",
            tab_index=0,
            role="region",
            aria_label=text("team.letter.title"),
            custom_attrs={"data-testid": test_id},
        ),
        aksel.hstack(
            aksel.copy_button(
                copy_text=letter,
                text=text("team.letter.copy"),
                active_text=text("team.letter.copied"),
                size="small",
            ),
            noted,
            gap="space-12",
            wrap=True,
        ),
    )
