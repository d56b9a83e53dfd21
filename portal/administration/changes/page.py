"""Who changed what in the registers of one's own organisation."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.administration.changes.state import PAGE, Changes
from portal.administration.history import changes_table
from portal.administration.shared import paging
from portal.frame.states import empty_view, loading_view, problem_view
from portal.ui import aksel
from portal.ui.text import text

load = Changes.load
seen: Any = Changes  # Reflex turns a state's attributes into Vars, which types do not tell


def changes_page() -> rx.Component:
    """The page's content, within the frame."""
    return aksel.vstack(
        aksel.heading(text("administration.changes.heading"), level="1", size="large"),
        aksel.body_long(text("administration.changes.lead"), class_name="own-lead"),
        rx.cond(
            seen.problem != "",
            problem_view(
                seen.problem,
                seen.problem_code,
                aksel.button(
                    text("administration.again"), size="small", variant="secondary", on_click=seen.load
                ),
            ),
        ),
        rx.cond(
            seen.loaded,
            rx.cond(
                seen.found.length() > 0,
                rx.fragment(changes_table(seen.found), paging(seen, seen.found.length(), PAGE)),
                empty_view(text("administration.changes.none"), text("administration.changes.none_help")),
            ),
            rx.cond(seen.problem == "", loading_view(6)),
        ),
        gap="space-20",
    )
