"""Beginning a contact, choosing a template, and the form of a note. Its fields keep their own text."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.journal.contacting import FORMS, SERVICES, URGENCIES, Contacting
from portal.clinician.journal.contacting import HEADING as CONTACT
from portal.clinician.journal.editing import ListEditor
from portal.clinician.journal.keeper import FORM, HEADING, draft_keeper
from portal.clinician.journal.state import seen
from portal.clinician.journal.writing import NoteWriter
from portal.ui import aksel
from portal.ui.forms import form_buttons, wrong_view
from portal.ui.language import Language
from portal.ui.text import text, text_by

writer: Any = NoteWriter
contacting: Any = Contacting
codes: Any = ListEditor
_UNSENT: Any = rx.Var("(typeof window !== 'undefined' && Boolean(window.aksonUnsent))").to(bool)
"""Something is written that is not saved: its form stays as it is, whatever is loaded."""


def writing_view() -> rx.Component:
    """Choose what to write, or the form of what is being written. It stays while the page is read anew."""
    return rx.el.section(
        rx.cond(
            ~seen.loading | _UNSENT,
            rx.cond(writer.note != "", _form(), rx.cond(contacting.is_open, _contact(), _choose())),
        ),
        draft_keeper(writer.note, writer.answered, seen.again, writer.overtaken),
        rx.cond(writer.note == "", wrong_view("journal.wrong", writer.wrong, "writing-refused")),
        class_name="journal-writing results-noprint",
        custom_attrs={"data-testid": "journal-writing"},
    )


def _choose() -> rx.Component:
    return rx.el.div(
        aksel.select(
            rx.el.option(text("journal.write.choose"), value=""),
            rx.foreach(
                writer.offers,
                lambda one: rx.el.option(
                    one.title[Language.lang],
                    " – ",
                    text_by("journal.option", one.service, "other"),
                    rx.cond(one.signs, "", text("journal.write.others_sign")),
                    value=one.id,
                ),
            ),
            label=text("journal.write.new"),
            size="small",
            value="",
            on_change=writer.begin,
            custom_attrs={"data-testid": "template"},
        ),
        aksel.button(
            text("journal.contact.new"),
            size="small",
            variant="secondary",
            on_click=contacting.open,
            custom_attrs={"data-testid": "new-contact"},
        ),
        class_name="journal-choose",
    )


def _contact() -> rx.Component:
    def choice(name: str, options: tuple[str, ...], prefix: str, default: Any) -> rx.Component:
        return aksel.select(
            *[rx.el.option(text(f"{prefix}.{one}"), value=one) for one in options],
            label=text(f"journal.contact.{name}"),
            name=name,
            size="small",
            default_value=default,
        )

    return rx.el.form(
        rx.el.h2(text("journal.contact.new"), id=CONTACT, tab_index=-1, class_name="journal-h2"),
        rx.el.input(type="hidden", name="patient", value=contacting.patient, read_only=True),
        rx.el.div(
            choice("form", FORMS, "journal.form", FORMS[0]),
            choice(
                "service",
                SERVICES,
                "journal.option",
                rx.cond(contacting.service != "", contacting.service, "gp"),
            ),
            choice("urgency", URGENCIES, "journal.option", URGENCIES[0]),
            aksel.text_field(
                label=text("journal.contact.reason"), name="reason", size="small", auto_complete="off"
            ),
            class_name="journal-inputs",
        ),
        wrong_view("journal.wrong", contacting.wrong, "contact-wrong"),
        form_buttons(text("journal.contact.begin"), text("journal.edit.leave"), contacting.close, "begin"),
        on_submit=contacting.begin,
        class_name="journal-form",
    )


def _form() -> rx.Component:
    return rx.el.form(
        rx.el.h2(
            rx.cond(writer.corrects != "", text("journal.write.correcting"), text("journal.write.writing")),
            ": ",
            writer.form.title[Language.lang],
            id=HEADING,
            tab_index=-1,
            class_name="journal-h2",
        ),
        *[
            # hidden text, not type=hidden: what the keeper puts in stays when the form is drawn anew
            rx.el.input(type="text", hidden=True, name=name, default_value=value.to(str))
            for name, value in (
                ("note", writer.note),
                ("version", writer.version),
                ("patient", writer.patient),
                ("begun", writer.begun),
                ("template", writer.form.template),
                ("conflict_of", writer.conflict_of),
                ("corrects", writer.corrects),
            )
        ],
        rx.el.input(type="text", hidden=True, name="seen", value=writer.seen.to(str), read_only=True),
        rx.cond(writer.contacts.length() > 0, _within()),
        rx.el.div(
            rx.foreach(
                writer.form.fields,
                lambda one: rx.el.div(
                    _field(one), class_name=rx.cond(one.kind == "number", "", "journal-wide")
                ),
            ),
            class_name="journal-fields",
        ),
        rx.cond(
            writer.corrects != "",
            aksel.text_field(
                label=text("journal.write.why"),
                description=text("journal.write.why_help"),
                name="why",
                default_value=writer.why,
                size="small",
                auto_complete="off",
                custom_attrs={"data-testid": "why"},
            ),
        ),
        wrong_view("journal.wrong", writer.wrong, "writing-wrong"),
        _buttons(),
        on_submit=writer.send,
        key=writer.note,
        id=FORM,
        class_name="journal-form",
        custom_attrs={
            "data-testid": "note-form",
            "data-keeps": "",
            "data-corrects": rx.cond(writer.corrects != "", "true", "false"),
        },
    )


def _within() -> rx.Component:
    return aksel.select(
        rx.el.option(text("journal.write.no_contact"), value=""),
        rx.foreach(
            writer.contacts,
            lambda one: rx.el.option(
                text_by("journal.form", one.form, "consultation"), " ", one.when, value=one.key
            ),
        ),
        label=text("journal.write.contact"),
        name="contact",
        default_value=writer.contact,
        size="small",
    )


def _buttons() -> rx.Component:
    return rx.el.div(
        aksel.button(
            rx.cond(
                writer.corrects != "",
                text("journal.write.correct"),
                rx.cond(writer.signs, text("journal.write.sign"), text("journal.write.save")),
            ),
            type="submit",
            size="small",
            custom_attrs={"data-testid": "sign"},
        ),
        aksel.button(
            text("journal.write.later"),
            type="button",
            size="small",
            variant="secondary",
            on_click=writer.leave,
            custom_attrs={"data-testid": "later"},
        ),
        aksel.button(
            rx.cond(writer.corrects != "", text("journal.write.leave"), text("journal.write.discard")),
            type="button",
            size="small",
            variant="tertiary",
            on_click=writer.discard(
                rx.Var(f"document.getElementById('{FORM}').elements.namedItem('version').value")
            ),
            custom_attrs={"data-testid": "discard", "data-drops-writing": "true"},
        ),
        class_name="journal-actions",
    )


def _field(one: Any) -> rx.Component:
    common: dict[str, Any] = {"name": one.name, "default_value": one.value, "size": "small"}
    label = rx.cond(one.unit != "", f"{one.label[Language.lang]} ({one.unit})", one.label[Language.lang])
    return rx.match(
        one.kind,
        (
            "text",
            aksel.textarea(
                label=rx.cond(one.required, text("journal.write.required", label=label), label),
                min_rows=2,
                **common,
            ),
        ),
        (
            "code",
            rx.el.div(
                aksel.text_field(
                    label=label,
                    description=text("journal.write.codes_help"),
                    auto_complete="off",
                    custom_attrs={"list": f"codes-{one.name}"},
                    on_change=lambda value: codes.suggest_for(one.name, value).debounce(250),
                    **common,
                ),
                rx.el.datalist(
                    rx.foreach(codes.suggested, lambda code: rx.el.option(value=code)), id=f"codes-{one.name}"
                ),
            ),
        ),
        aksel.text_field(
            label=label, auto_complete="off", input_mode="decimal", class_name="journal-number", **common
        ),
    )
