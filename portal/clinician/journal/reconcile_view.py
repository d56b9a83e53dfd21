"""The medication list gone through, line by line: beside it what must be seen, and who confirmed what."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.journal.editing_view import beside_view
from portal.clinician.journal.reconcile import ACTIONS, HEADING, SOURCES, TRANSITIONS, Reconciler
from portal.clinician.journal.state import seen
from portal.ui import aksel
from portal.ui.forms import done_view, form_buttons, wrong_view
from portal.ui.text import text

form: Any = Reconciler


def reconcile_view() -> rx.Component:
    """A button, or the form that it opens."""
    return rx.el.section(
        done_view(form.told, text("reconcile.done")),
        rx.cond(
            form.opened,
            _form(),
            rx.cond(seen.writes.contains("MedicationStatement"), _begin()),
        ),
        class_name="results-noprint",
        custom_attrs={"data-testid": "reconciling"},
    )


def _begin() -> rx.Component:
    return rx.el.div(
        aksel.button(
            text("reconcile.begin"),
            size="small",
            variant="secondary",
            on_click=form.begin,
            custom_attrs={"data-testid": "reconcile"},
        ),
        wrong_view("reconcile.wrong", form.wrong),
        class_name="journal-actions",
    )


def _form() -> rx.Component:
    return rx.el.form(
        rx.el.h2(text("reconcile.heading"), id=HEADING, tab_index=-1, class_name="journal-h2"),
        rx.el.p(
            rx.cond(
                form.last_at != "",
                text("reconcile.last", at=form.last_at, by=form.last_by),
                text("reconcile.never"),
            ),
            class_name="results-subtle",
        ),
        beside_view(form.results_known, form.beside),
        rx.el.input(type="hidden", name="patient", value=form.patient, read_only=True),
        rx.el.div(
            aksel.select(
                rx.el.option(text("reconcile.choose"), value=""),
                *[rx.el.option(text(f"reconcile.transition.{one}"), value=one) for one in TRANSITIONS],
                label=text("reconcile.why_now"),
                name="transition",
                size="small",
                custom_attrs={"data-testid": "transition"},
            ),
            aksel.text_field(label=text("reconcile.note"), name="note", size="small", auto_complete="off"),
            class_name="journal-inputs",
        ),
        rx.el.fieldset(
            rx.el.legend(text("reconcile.compared"), class_name="journal-h3"),
            rx.el.div(*[_source(one) for one in SOURCES], class_name="reconcile-row"),
            class_name="reconcile-set",
        ),
        rx.cond(form.lines.length() == 0, rx.el.p(text("reconcile.empty"))),
        rx.foreach(form.lines, _line),
        rx.foreach(form.added, _added),
        rx.el.div(
            aksel.button(
                text("reconcile.add"),
                type="button",
                size="xsmall",
                variant="tertiary",
                on_click=form.add,
                custom_attrs={"data-testid": "reconcile-add"},
            ),
            class_name="journal-actions",
        ),
        wrong_view("reconcile.wrong", form.wrong),
        rx.cond(
            form.wrong == "allergy-conflict",
            aksel.text_field(
                label=text("journal.stop.why"),
                description=text("journal.stop.why_help"),
                name="override",
                size="small",
                auto_complete="off",
                custom_attrs={"data-testid": "reconcile-override"},
            ),
        ),
        form_buttons(text("reconcile.confirm"), text("reconcile.leave"), form.leave, "reconcile-confirm"),
        on_submit=form.send,
        class_name="journal-form",
        custom_attrs={"data-testid": "reconcile-form"},
    )


def _source(name: str) -> rx.Component:
    return rx.el.label(
        rx.el.input(type="checkbox", name=f"source-{name}"),
        text(f"reconcile.source.{name}"),
        class_name="journal-check",
    )


def _line(line: Any) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(
            rx.el.strong(line.name),
            " ",
            line.strength,
            rx.cond(line.dose != "", rx.el.span(" · ", line.dose)),
            rx.cond(line.reason != "", rx.el.span(" · ", line.reason)),
        ),
        rx.cond(
            line.against != "",
            aksel.tag(
                text("journal.stop.against"), " ", line.against, size="xsmall", variant="error-moderate"
            ),
        ),
        rx.el.p(
            text("reconcile.changed_by", by=line.said_by),
            rx.cond(
                line.confirmed != "",
                rx.el.span(" · ", text("reconcile.confirmed_by", by=line.confirmed)),
            ),
            class_name="journal-detail",
        ),
        rx.el.div(*[_choice(line, action) for action in ACTIONS], class_name="reconcile-row"),
        rx.cond(
            line.action == "change",
            rx.el.div(
                _field("strength", line.key, line.strength),
                _field("dose", line.key, line.dose),
                class_name="journal-inputs",
            ),
        ),
        rx.cond(
            (line.action == "change") | (line.action == "stop"),
            aksel.text_field(
                label=text("reconcile.reason"), name=f"why-{line.key}", size="small", auto_complete="off"
            ),
        ),
        rx.cond(
            (line.against != "") & (line.action != "stop"),
            aksel.text_field(
                label=text("journal.stop.why"),
                name=f"override-{line.key}",
                size="small",
                auto_complete="off",
            ),
        ),
        key=line.key,
        class_name="reconcile-set reconcile-line",
        custom_attrs={"data-testid": "reconcile-line"},
    )


def _choice(line: Any, action: str) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name=f"action-{line.key}",
            value=action,
            default_checked=line.action == action,
            on_change=lambda _: form.choose(line.key, action),
        ),
        text(f"reconcile.action.{action}"),
        class_name="journal-check",
    )


def _added(key: Any) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(text("reconcile.new")),
        rx.el.div(
            aksel.text_field(
                label=text("journal.field.name"),
                name=f"name-{key}",
                id=f"added-{key}",
                size="small",
                auto_complete="off",
            ),
            _field("strength", key, ""),
            _field("dose", key, ""),
            class_name="journal-inputs",
        ),
        key=key,
        class_name="reconcile-set reconcile-line",
    )


def _field(part: str, key: Any, value: Any) -> rx.Component:
    return aksel.text_field(
        label=text(f"journal.field.{part}"),
        name=f"{part}-{key}",
        default_value=value,
        size="small",
        auto_complete="off",
    )
