"""The form for a note. Its fields keep their own text: nothing that is written depends on the connection."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.journal.writing import HEADING, NoteWriter
from portal.ui import aksel
from portal.ui.language import Language
from portal.ui.text import text, text_by

writer: Any = NoteWriter


def writing_view() -> rx.Component:
    """Choose what to write, or the form of what is being written."""
    return rx.el.section(
        rx.cond(writer.writing, _form(), _choose()),
        class_name="journal-writing results-noprint",
        custom_attrs={"data-testid": "journal-writing"},
    )


def _choose() -> rx.Component:
    return aksel.select(
        rx.el.option(text("journal.write.choose"), value=""),
        rx.foreach(writer.choices, lambda one: rx.el.option(one.title[Language.lang], value=one.id)),
        label=text("journal.write.new"),
        size="small",
        value="",
        on_change=writer.begin,
        custom_attrs={"data-testid": "template"},
    )


def _form() -> rx.Component:
    return rx.el.form(
        rx.el.h2(
            rx.cond(writer.correcting, text("journal.write.correcting"), text("journal.write.writing")),
            ": ",
            writer.form.title[Language.lang],
            id=HEADING,
            tab_index=-1,
            class_name="journal-h2",
        ),
        rx.foreach(writer.form.fields, _field),
        rx.cond(
            writer.correcting,
            aksel.text_field(
                label=text("journal.write.why"),
                description=text("journal.write.why_help"),
                name="why",
                size="small",
                auto_complete="off",
                custom_attrs={"data-testid": "why"},
            ),
        ),
        _stands(),
        rx.el.div(
            aksel.button(
                rx.cond(
                    writer.correcting,
                    text("journal.write.correct"),
                    rx.cond(writer.signs, text("journal.write.sign"), text("journal.write.save")),
                ),
                type="submit",
                size="small",
                custom_attrs={"data-testid": "sign"},
            ),
            aksel.button(
                rx.cond(writer.correcting, text("journal.write.leave"), text("journal.write.discard")),
                type="button",
                size="small",
                variant="tertiary",
                on_click=writer.discard,
                custom_attrs={"data-testid": "discard"},
            ),
            class_name="journal-actions",
        ),
        on_submit=writer.send,
        key=writer.form.template,
        custom_attrs={"data-testid": "note-form"},
    )


def _field(one: Any) -> rx.Component:
    common: dict[str, Any] = {"name": one.name, "default_value": one.value, "size": "small"}
    label = rx.cond(one.unit != "", f"{one.label[Language.lang]} ({one.unit})", one.label[Language.lang])
    return rx.cond(
        one.kind == "text",
        aksel.textarea(
            label=rx.cond(one.required, text("journal.write.required", label=label), label),
            min_rows=2,
            on_change=writer.write(one.name).debounce(900),
            **common,
        ),
        aksel.text_field(
            label=label,
            description=rx.cond(one.kind == "code", text("journal.write.code_help"), ""),
            auto_complete="off",
            on_change=writer.write(one.name).debounce(900),
            **common,
        ),
    )


def _stands() -> rx.Component:
    """What of the text is safe, in words; and what went wrong."""
    return rx.fragment(
        rx.el.p(
            rx.match(
                writer.status,
                ("saved", text("journal.write.saved", at=writer.at)),
                ("unsaved", text("journal.write.unsaved")),
                ("kept", text("journal.write.kept")),
                rx.cond(writer.correcting, text("journal.write.as_signed"), text("journal.write.nothing")),
            ),
            role="status",
            class_name="results-subtle",
            custom_attrs={"data-testid": "draft-status"},
        ),
        rx.el.div(
            rx.cond(
                writer.wrong != "",
                aksel.alert(text_by("journal.wrong", writer.wrong, "other"), variant="error", size="small"),
            ),
            role="alert",
            custom_attrs={"data-testid": "writing-wrong"},
        ),
    )
