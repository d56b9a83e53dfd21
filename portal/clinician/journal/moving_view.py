"""The form for moving a note, under the note; and what was moved, below what happened."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.journal.moving import REASONS, Mover
from portal.ui import aksel
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
        _fault(),
        rx.el.div(
            aksel.button(
                text("moving.do"), type="submit", size="small", custom_attrs={"data-testid": "move-send"}
            ),
            aksel.button(
                text("moving.leave"), type="button", size="small", variant="tertiary", on_click=mover.leave
            ),
            class_name="journal-actions",
        ),
        on_submit=mover.send,
        class_name="journal-form results-noprint",
        custom_attrs={"data-testid": "move-form"},
    )


def moved_view() -> rx.Component:
    """What was moved: asked for, since it is seldom needed."""
    return rx.el.section(
        rx.el.div(
            rx.cond(
                mover.done,
                aksel.alert(text("moving.done"), variant="success", size="small"),
            ),
            role="status",
            custom_attrs={"data-testid": "move-done"},
        ),
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
        rx.cond(mover.note == "", _fault()),
        class_name="results-noprint",
    )


def _fault() -> rx.Component:
    return rx.cond(
        mover.fault != "",
        aksel.alert(
            text_by("moving.fault", mover.fault, "other"), variant="warning", size="small", role="alert"
        ),
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
