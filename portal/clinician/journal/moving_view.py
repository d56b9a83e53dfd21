"""The form for moving a note, under the note; and what was moved, below what happened."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.journal.moving import REASONS, Mover
from portal.ui import aksel
from portal.ui.forms import done_view, form_buttons, wrong_view
from portal.ui.text import text, text_by

mover: Any = Mover


def move_form() -> rx.Component:
    """Whose it is, why it is moved, and why one has to do with that person."""
    return rx.el.form(
        rx.el.h4(text("moving.heading"), class_name="journal-h3"),
        rx.el.p(text("moving.help"), class_name="journal-by"),
        aksel.text_field(
            label=text("moving.to"),
            name="to",
            id="move-to",
            size="small",
            auto_complete="off",
            custom_attrs={"inputMode": "numeric", "data-testid": "move-to"},
        ),
        aksel.select(
            rx.el.option(text("moving.known"), value=""),
            *[rx.el.option(text(f"patients.reason.{code}"), value=code) for code in REASONS],
            label=text("moving.reason"),
            name="reason",
            size="small",
        ),
        aksel.text_field(
            label=text("moving.why"),
            name="why",
            size="small",
            auto_complete="off",
            custom_attrs={"data-testid": "move-why"},
        ),
        wrong_view("moving.fault", mover.fault),
        form_buttons(text("moving.do"), text("moving.leave"), mover.leave, "move-send"),
        on_submit=mover.send,
        class_name="journal-form results-noprint",
        custom_attrs={"data-testid": "move-form"},
    )


def moved_view() -> rx.Component:
    """What was moved: asked for, since it is seldom needed."""
    return rx.el.section(
        done_view(mover.done, text("moving.done"), "move-done"),
        rx.cond(
            mover.asked,
            rx.el.div(
                rx.el.h2(text("moving.moved"), class_name="journal-h2"),
                rx.cond(
                    mover.found.length() > 0,
                    rx.el.ul(
                        rx.foreach(mover.found, _moved),
                        class_name="journal-plain",
                        custom_attrs={"data-testid": "moved"},
                    ),
                    rx.el.p(text("moving.none"), class_name="results-subtle"),
                ),
            ),
            aksel.button(
                text("moving.show"),
                size="xsmall",
                variant="tertiary",
                on_click=mover.show,
                custom_attrs={"data-testid": "show-moved"},
            ),
        ),
        rx.cond(mover.note == "", wrong_view("moving.fault", mover.fault)),
        class_name="results-noprint",
    )


def _moved(one: Any) -> rx.Component:
    return rx.el.li(
        rx.cond(
            one.direction == "away",
            text("moving.away", by=one.by, at=one.at),
            text("moving.here", by=one.by, at=one.at),
        ),
        " ",
        text_by("moving.kind", one.kind, "other"),
        " ",
        one.written,
        rx.cond(one.why != "", rx.el.span(" · ", one.why)),
    )
