"""What an operator judges of a held message, and a corrected message in its place; both only once opened."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.operations.messages.reasons import CORRECTION_REASONS
from portal.operations.messages.state import WorkList
from portal.ui import aksel
from portal.ui.text import text, text_by

work: Any = WorkList


def judging() -> rx.Component:
    """The two forms, side by side where there is room."""
    return rx.cond(
        work.message.status == "needs-attention",
        rx.cond(
            work.is_opened,
            aksel.hgrid(
                rx.cond(work.message.judgement != "", _judge()),
                _correct(),
                columns={"xs": 1, "md": 2},
                gap="space-24",
            ),
            rx.cond(
                work.message.judgement != "",
                rx.el.section(
                    aksel.heading(text("judging.judge.title"), level="2", size="small", spacing=True),
                    aksel.body_long(text("judging.judge.first")),
                ),
            ),
        ),
    )


def notes() -> rx.Component:
    """What operators wrote about an opened message."""
    return rx.cond(
        work.opened.notes.length() > 0,
        rx.el.div(
            rx.el.strong(text("judging.notes")),
            rx.el.ul(rx.foreach(work.opened.notes, rx.el.li), class_name="ops-faults"),
        ),
    )


def _judge() -> rx.Component:
    return rx.el.form(
        aksel.vstack(
            aksel.heading(text("judging.judge.title"), level="2", size="small"),
            aksel.body_long(text_by("judging.does", work.message.judgement, "other")),
            _note(),
            _sure(),
            _submit(text("judging.judge.do"), "judge"),
            gap="space-12",
            align="stretch",
        ),
        on_submit=work.judge,
    )


def _correct() -> rx.Component:
    return rx.el.form(
        aksel.vstack(
            aksel.heading(text("judging.correct.title"), level="2", size="small"),
            aksel.body_long(text("judging.correct.help")),
            aksel.textarea(
                label=text("judging.correct.message"),
                name="message",
                min_rows=4,
                size="small",
                custom_attrs={"maxRows": 12},
            ),
            aksel.select(
                *[rx.el.option(text(f"judging.reason.{code}"), value=code) for code in CORRECTION_REASONS],
                label=text("judging.reason.label"),
                name="reason",
                size="small",
            ),
            _note(),
            _sure(),
            _submit(text("judging.correct.do"), "correct"),
            gap="space-12",
            align="stretch",
        ),
        on_submit=work.correct,
    )


def _note() -> rx.Component:
    return aksel.textarea(
        label=text("judging.judge.note"),
        description=text("judging.judge.note_help"),
        name="note",
        max_length=500,
        size="small",
    )


def _sure() -> rx.Component:
    """The browser does not send the form before this is ticked."""
    return aksel.checkbox(text("judging.judge.sure"), size="small", custom_attrs={"required": True})


def _submit(label: Any, testid: str) -> rx.Component:
    return aksel.button(
        label,
        type="submit",
        size="small",
        loading=work.busy,
        class_name="own-more",
        custom_attrs={"data-testid": testid},
    )
