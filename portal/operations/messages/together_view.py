"""One message among colleagues: who has taken it, what is written about it, and the letter to its sender."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.operations.messages.letter_view import asking_select, letter_text
from portal.operations.messages.reasons import ASK_REASONS
from portal.operations.messages.state import WorkList
from portal.operations.messages.together import Together
from portal.ui import aksel
from portal.ui.text import text, text_by

work: Any = WorkList
together: Any = Together


def among(row: Any) -> rx.Component:
    """In the list: who has it, what its sender is asked, how often it was tried again, and how many notes."""
    return rx.el.div(
        rx.cond(
            row.taken_by != "",
            aksel.tag(
                rx.cond(row.mine, text("team.yours"), text("team.taken_by", name=row.taken_by)),
                size="xsmall",
                variant="neutral-moderate",
            ),
        ),
        rx.cond(
            row.asked != "",
            aksel.tag(text_by("team.asked", row.asked, "other"), size="xsmall", variant="info-moderate"),
        ),
        rx.cond(
            row.replays > 0,
            aksel.tag(text("team.replays", count=row.replays), size="xsmall", variant="warning-moderate"),
        ),
        rx.cond(
            row.notes > 0,
            aksel.tag(text("team.notes", count=row.notes), size="xsmall", variant="neutral-moderate"),
        ),
        class_name="ops-among",
    )


def holder() -> rx.Component:
    """Who works on the message; taking it, giving it back, and putting it back on the list."""
    message = work.message
    return aksel.hstack(
        rx.cond(
            message.taken_by == "",
            _button("take", text("team.take")),
            rx.cond(
                message.mine,
                rx.fragment(
                    aksel.body_short(text("team.have", at=message.taken)),
                    _button("leave", text("team.leave")),
                ),
                rx.fragment(
                    aksel.body_short(text("team.has", name=message.taken_by, at=message.taken)),
                    _button("take_over", text("team.take_over")),
                ),
            ),
        ),
        rx.cond(
            (message.status == "needs-attention") & ((message.resolved != "") | (message.asked != "")),
            rx.fragment(
                aksel.body_short(
                    rx.cond(
                        message.resolved != "",
                        text_by("operations.reason", message.resolved, "other"),
                        text_by("team.asked", message.asked, "other"),
                    ),
                    weight="semibold",
                ),
                _button("reopen", text("team.reopen")),
            ),
        ),
        gap="space-12",
        align="center",
        wrap=True,
        role="status",
        custom_attrs={"data-testid": "holder"},
    )


def _button(action: str, label: Any) -> rx.Component:
    return aksel.button(
        label,
        size="small",
        variant="secondary",
        on_click=getattr(together, action),
        custom_attrs={"data-testid": action.replace("_", "-")},
    )


def to_others() -> rx.Component:
    """Words to colleagues and a letter to the sender; both only of an opened message."""
    return rx.cond(
        work.is_opened & (work.message.status == "needs-attention"),
        aksel.hgrid(_letter(), _note(), columns={"xs": 1, "md": 2}, gap="space-24"),
    )


def _note() -> rx.Component:
    return rx.el.form(
        aksel.vstack(
            aksel.heading(text("team.note.title"), level="2", size="small"),
            aksel.textarea(
                label=text("team.note.label"),
                description=text("team.note.help"),
                name="note",
                max_length=500,
                size="small",
                key=together.notes_written,
            ),
            aksel.button(
                text("team.note.do"),
                type="submit",
                size="small",
                variant="secondary",
                custom_attrs={"data-testid": "note"},
            ),
            gap="space-12",
            align="start",
        ),
        on_submit=together.note,
    )


def _letter() -> rx.Component:
    """Plain text to send as the sender's agreed way is; without the person."""
    message, found = work.message, work.opened
    fault = message.faults[0]
    letter = text(
        "team.letter.text",
        sender=message.sender,
        received=message.received,
        message_id=found.message_id,
        report=found.report,
        generated=found.generated,
        requisitions=rx.cond(found.requisitions != "", found.requisitions, "–"),
        wrong=text_by("operations.code", fault.code, "other", otherwise=fault.message),
        codes=message.codes,
        ask=text_by("team.letter.ask", together.asking, ASK_REASONS[0]),
        id=message.id,
    )
    return aksel.vstack(
        aksel.heading(text("team.letter.title"), level="2", size="small"),
        aksel.body_long(text("team.letter.help")),
        asking_select(together, "asking"),
        letter_text(
            letter,
            aksel.button(
                text("team.letter.do"),
                size="small",
                on_click=together.ask,
                custom_attrs={"data-testid": "ask"},
            ),
            "letter",
        ),
        gap="space-12",
        align="stretch",
    )
