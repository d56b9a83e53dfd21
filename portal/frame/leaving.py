"""Pages without a login: the way out of the app, and an address that does not exist."""

from __future__ import annotations

import reflex as rx

from portal.ui import aksel
from portal.ui.html import full_load
from portal.ui.language import in_language
from portal.ui.text import text

ENDED = "/auth/ended"


def leave_page() -> rx.Component:
    """Leaves by a full load: nothing of the session stays in the tab."""
    return in_language(
        full_load(ENDED),
        rx.el.main(
            aksel.heading(text("frame.leave.title"), level="1", size="large", spacing=True),
            aksel.body_long(text("frame.leave.body"), spacing=True),
            aksel.link(text("frame.leave.link"), href=ENDED),
            id="main",
            class_name="akson-main",
        ),
    )


def not_found_page() -> rx.Component:
    """404, without saying whether anything ever was there."""
    return in_language(
        rx.el.main(
            aksel.heading(text("frame.not_found.title"), level="1", size="large", spacing=True),
            aksel.body_long(text("frame.not_found.body"), spacing=True),
            aksel.link(text("frame.leave.link"), href="/"),
            id="main",
            class_name="akson-main",
        )
    )
