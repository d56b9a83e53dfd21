"""The form in which one entry of a list is written; medication with what a prescriber looks at beside it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.journal.editing import HEADING, ListEditor
from portal.clinician.journal.moving_view import move_button
from portal.clinician.results.marks import flag_mark
from portal.frame.critical import critical
from portal.ui import aksel
from portal.ui.forms import form_buttons
from portal.ui.language import Language
from portal.ui.text import text, text_by

editor: Any = ListEditor
_SYSTEM: Any = rx.Var("document.querySelector('[data-testid=edit-form] [name=system]')?.value ?? ''")


def editing_view() -> rx.Component:
    """The form, while one is open; else what was done last, for screen readers."""
    return rx.fragment(
        rx.el.div(
            rx.cond(editor.told != "", text("journal.edit.done"), ""),
            role="status",
            class_name="akson-hidden",
        ),
        rx.cond(editor.kind != "", _form()),
    )


def _form() -> rx.Component:
    return rx.el.form(
        rx.el.h2(
            text_by("journal.list", editor.kind, "Condition"),
            ": ",
            rx.cond(editor.is_new, text("journal.edit.new"), text("journal.edit.change")),
            id=HEADING,
            tab_index=-1,
            class_name="journal-h2",
        ),
        rx.cond(editor.kind == "MedicationStatement", beside_view(editor.results_known, editor.beside)),
        rx.el.input(type="hidden", name="patient", value=editor.patient, read_only=True),
        rx.el.div(rx.foreach(editor.inputs, _input), class_name="journal-inputs"),
        rx.cond(~editor.is_new, _becomes()),
        rx.el.div(
            rx.cond(
                editor.wrong != "",
                aksel.alert(
                    rx.cond(
                        editor.wrong == "field",
                        text(
                            "journal.edit.field",
                            field=text_by("journal.field", editor.wrong_field, "text"),
                        ),
                        text_by("journal.wrong", editor.wrong, "other"),
                    ),
                    variant="error",
                    size="small",
                ),
            ),
            rx.cond(editor.theirs.length() > 0, _theirs()),
            rx.cond(editor.against.length() > 0, _against()),
            role="alert",
            custom_attrs={"data-testid": "edit-wrong"},
        ),
        rx.cond(
            editor.against.length() > 0,
            aksel.text_field(
                label=text("journal.stop.why"),
                description=text("journal.stop.why_help"),
                name="override",
                size="small",
                auto_complete="off",
                custom_attrs={"data-testid": "override"},
            ),
        ),
        rx.el.div(
            form_buttons(text("journal.edit.save"), text("journal.edit.leave"), editor.leave, "edit-save"),
            move_button(editor.entry, editor.movable),
            class_name="journal-group-head",
        ),
        key=editor.entry,
        on_submit=editor.send,
        class_name="journal-form results-noprint",
        custom_attrs={"data-testid": "edit-form"},
    )


def _theirs() -> rx.Component:
    """What stands in the list now; saving once more sets one's own in its place."""
    return rx.el.div(
        rx.el.p(text("journal.edit.theirs")),
        rx.el.dl(
            rx.foreach(
                editor.theirs,
                lambda one: rx.el.div(
                    rx.el.dt(text_by("journal.field", one.name, "text")),
                    rx.el.dd(rx.cond(one.value != "", one.value, "–")),
                ),
            ),
            class_name="journal-beside",
        ),
        class_name="journal-aside",
        custom_attrs={"data-testid": "theirs"},
    )


def _against() -> rx.Component:
    return rx.el.ul(
        rx.foreach(
            editor.against,
            lambda one: rx.el.li(
                rx.el.strong(one.substance),
                ": ",
                text_by("journal.stop.ground", one.ground, "same-group"),
                rx.cond(one.ground != "same-substance", rx.el.span(" (", one.said[Language.lang], ")")),
                ". ",
                text_by("journal.stop.degree", one.degree, "high"),
            ),
        ),
        class_name="journal-stop",
        custom_attrs={"data-testid": "against"},
    )


def _input(one: Any) -> rx.Component:
    named = text_by("journal.field", one.name, "text")
    label = rx.cond(one.required & (one.kind != "select"), text("journal.write.required", label=named), named)
    common: dict[str, Any] = {"label": label, "name": one.name, "default_value": one.value, "size": "small"}
    return rx.match(
        one.kind,
        ("long", aksel.textarea(min_rows=2, **common)),
        (
            "select",
            aksel.select(
                rx.foreach(
                    one.options,
                    lambda option: rx.el.option(text_by("journal.option", option, "other"), value=option),
                ),
                **common,
            ),
        ),
        ("check", rx.el.label(_checkbox(one), named, class_name="journal-check")),
        (
            "code",
            rx.el.div(
                aksel.text_field(
                    description=text("journal.write.code_help"),
                    auto_complete="off",
                    custom_attrs={"list": f"codes-{one.name}"},
                    on_change=lambda value: editor.suggest(one.system, _SYSTEM, value).debounce(250),
                    **common,
                ),
                rx.el.datalist(
                    rx.foreach(editor.suggested, lambda code: rx.el.option(value=code)),
                    id=f"codes-{one.name}",
                ),
            ),
        ),
        ("day", aksel.text_field(description=text("journal.edit.day_help"), auto_complete="off", **common)),
        aksel.text_field(auto_complete="off", **common),
    )


def _checkbox(one: Any) -> rx.Component:
    return rx.el.input(type="checkbox", name=one.name, default_checked=one.value != "")


def _becomes() -> rx.Component:
    return rx.el.div(
        aksel.select(
            rx.foreach(
                editor.states,
                lambda state: rx.el.option(text_by("journal.becomes", state, "active"), value=state),
            ),
            label=text("journal.edit.state"),
            name="state",
            default_value=editor.state_now,
            size="small",
            custom_attrs={"data-testid": "edit-state"},
        ),
        aksel.text_field(label=text("journal.edit.why"), name="why", size="small", auto_complete="off"),
        class_name="journal-inputs",
    )


def beside_view(known: Any, newest: Any) -> rx.Component:
    """What must be seen before medication is changed: allergies, kidney function, potassium, INR."""
    return rx.el.aside(
        rx.el.h3(text("journal.beside.heading"), class_name="journal-h3"),
        rx.cond(
            known,
            rx.el.dl(
                rx.foreach(
                    newest,
                    lambda one: rx.el.div(
                        rx.el.dt(text_by("journal.beside.name", one.name, "egfr")),
                        rx.el.dd(
                            rx.cond(
                                one.shown != "",
                                rx.fragment(
                                    rx.el.strong(one.shown),
                                    " ",
                                    flag_mark(one.flag),
                                    " ",
                                    rx.el.span(one.when),
                                ),
                                text("journal.beside.none"),
                            )
                        ),
                    ),
                ),
                class_name="journal-beside",
            ),
            rx.el.p(text("journal.beside.unknown")),
        ),
        rx.el.p(
            rx.match(
                critical.stands,
                (
                    "some",
                    rx.fragment(
                        "⚠ ",
                        text("frame.critical.heading"),
                        ": ",
                        rx.foreach(
                            critical.lines, lambda line: rx.el.strong(line.head, class_name="journal-comma")
                        ),
                    ),
                ),
                ("none", rx.el.span(text("journal.beside.no_critical"))),
                rx.el.span(text("frame.critical.failed")),
            ),
        ),
        aria_label=text("journal.beside.heading"),
        class_name="journal-aside",
    )
