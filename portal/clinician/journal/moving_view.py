"""The form for moving an entry, where it stands; and what was moved, below what happened."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.journal.moving import REASONS, Mover
from portal.ui import aksel
from portal.ui.forms import done_view, form_buttons, wrong_view
from portal.ui.text import text, text_by

mover: Any = Mover


def move_button(key: Any, own: Any, name: Any = "") -> rx.Component:
    """The way to the form, for what one's own unit wrote; `name` (a Var): of what, for screen readers."""
    return rx.cond(
        own,
        aksel.button(
            text("moving.begin"),
            rx.el.span(" ", name, class_name="akson-hidden"),
            type="button",
            size="xsmall",
            variant="tertiary",
            on_click=mover.begin(key),
            custom_attrs={"data-testid": "move", "data-drops-writing": "true"},
        ),
    )


def move_top() -> rx.Component:
    """The form for what stands on a list, and that something was moved."""
    return rx.fragment(
        done_view(mover.done, text("moving.done"), "move-done"),
        rx.cond((mover.entry != "") & (mover.at == ""), move_form()),
    )


def move_form() -> rx.Component:
    """Whose it is, why it is moved, and why one has to do with that person; before it what goes along."""
    return rx.el.form(
        rx.el.h4(
            text("moving.heading", what=text_by("moving.what", mover.kind, "other")),
            rx.cond(mover.name != "", rx.fragment(": ", mover.name)),
            id="move-heading",
            tab_index=-1,
            class_name="journal-h3",
        ),
        rx.cond(mover.refused != "", _refused(), _asked()),
        on_submit=mover.send,
        key=mover.entry,
        class_name="journal-form results-noprint",
        custom_attrs={"data-testid": "move-form"},
    )


def _refused() -> rx.Component:
    return rx.fragment(
        wrong_view("moving.fault", mover.refused, "move-refused"),
        rx.el.div(
            aksel.button(text("moving.close"), type="button", size="small", on_click=mover.leave),
            class_name="journal-actions",
        ),
    )


def _asked() -> rx.Component:
    return rx.fragment(
        _along(),
        aksel.text_field(
            label=text("moving.to"),
            name="to",
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
        wrong_view("moving.fault", mover.fault, "move-fault"),
        form_buttons(text("moving.do"), text("moving.leave"), mover.leave, "move-send"),
    )


def _along() -> rx.Component:
    """What goes along, what an allergy means there, and the whole contact in place of its note."""
    return rx.el.div(
        rx.cond(
            mover.along.length() > 0,
            rx.el.p(
                text("moving.along"),
                rx.foreach(
                    mover.along,
                    lambda one: rx.el.span(
                        " ", text_by("moving.several", one.kind, "other"), " ", one.number
                    ),
                ),
                class_name="moving-along",
                custom_attrs={"data-testid": "move-along"},
            ),
            rx.el.p(text("moving.alone"), custom_attrs={"data-testid": "move-along"}),
        ),
        rx.match(
            mover.kind,
            ("MedicationStatement", rx.el.p(text("moving.medication"))),
            ("AllergyIntolerance", rx.el.p(text("moving.allergy"))),
            rx.fragment(),
        ),
        rx.el.p(text("moving.help"), class_name="journal-by"),
        rx.cond(
            mover.contact != "",
            aksel.button(
                text("moving.whole"),
                type="button",
                size="xsmall",
                variant="secondary",
                on_click=mover.whole,
                custom_attrs={"data-testid": "move-whole"},
            ),
        ),
    )


def moved_view() -> rx.Component:
    """What was moved: asked for, since it is seldom needed."""
    return rx.el.section(
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
        rx.cond(mover.entry == "", wrong_view("moving.fault", mover.fault)),
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
