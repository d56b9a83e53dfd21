"""What forms share: the buttons that send one and put it away, what is wrong with it, and that it is done."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.ui import aksel
from portal.ui.text import text_by


def form_buttons(
    send: Any, leave: Any, on_leave: Any, name: str, *, leaves: str = "tertiary", **sends: Any
) -> rx.Component:
    """Send the form (`name` for tests, `sends` more props), or leave it (in the variant `leaves`) unsent."""
    return aksel.hstack(
        aksel.button(send, type="submit", size="small", custom_attrs={"data-testid": name}, **sends),
        aksel.button(leave, type="button", size="small", variant=leaves, on_click=on_leave),
        gap="space-8",
        wrap=True,
    )


def wrong_view(prefix: str, code: Any, name: str = "") -> rx.Component:
    """The text `prefix.<code>` (else `prefix.other`) while there is a `code` (a Var), said aloud."""
    return rx.el.div(
        rx.cond(code != "", aksel.alert(text_by(prefix, code, "other"), variant="error", size="small")),
        role="alert",
        custom_attrs={"data-testid": name} if name else {},
    )


def done_view(done: Any, words: Any, name: str = "") -> rx.Component:
    """That it is done, said aloud when `done` (a Var) becomes true."""
    return rx.el.div(
        rx.cond(done, aksel.alert(words, variant="success", size="small")),
        role="status",
        custom_attrs={"data-testid": name} if name else {},
    )
