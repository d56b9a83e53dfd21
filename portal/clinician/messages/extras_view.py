"""A new message or referral about the open patient; and the unit's absences."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.messages.absence import absence
from portal.clinician.messages.new import KINDS, URGENCIES, new
from portal.frame.patient import PatientBanner
from portal.ui import aksel
from portal.ui.text import text, text_by

banner: Any = PatientBanner


def new_letter_view() -> rx.Component:
    """The way to a new one: offered where a patient is open, else said how."""
    return rx.el.div(
        rx.cond(
            banner.name != "",
            aksel.button(
                rx.cond(new.writing, text("letters.new.leave"), text("letters.new.begin", name=banner.name)),
                size="small",
                type="button",
                variant="secondary",
                on_click=new.begin,
                aria_expanded=new.writing,
                custom_attrs={"data-testid": "new-letter"},
            ),
            rx.el.p(text("letters.new.no_patient"), class_name="start-none"),
        ),
        rx.cond((banner.name != "") & new.writing, _form()),
        _told(new.said, new.wrong, "letters.new.said", "message"),
    )


def _form() -> rx.Component:
    return rx.el.form(
        aksel.radio_group(
            *[aksel.radio(text(f"start.kind.{kind}"), value=kind) for kind in KINDS],
            legend=text("letters.new.kind"),
            value=new.kind,
            size="small",
            on_change=new.choose_kind,
        ),
        aksel.select(
            rx.el.option(text("letters.new.choose"), value=""),
            rx.foreach(new.units, lambda unit: rx.el.option(unit.label, value=unit.value)),
            label=text("letters.new.to"),
            name="to_unit",
            size="small",
            custom_attrs={"data-testid": "to-unit"},
        ),
        rx.cond(
            new.kind == "referral",
            aksel.select(
                *[rx.el.option(text(f"start.urgency.{code}"), value=code) for code in URGENCIES],
                label=text("letters.new.urgency"),
                name="urgency",
                size="small",
            ),
        ),
        aksel.text_field(
            label=rx.cond(new.kind == "referral", text("letters.new.service"), text("letters.new.subject")),
            name="subject",
            size="small",
            max_length=200,
            auto_complete="off",
        ),
        aksel.textarea(
            label=rx.cond(new.kind == "referral", text("letters.new.reason"), text("letters.new.text")),
            name="words",
            size="small",
            min_rows=4,
        ),
        rx.el.div(
            aksel.button(
                text("letters.send"), type="submit", size="small", custom_attrs={"data-testid": "send-letter"}
            )
        ),
        on_submit=new.send,
        class_name="start-form letters-new",
        custom_attrs={"data-testid": "letter-form"},
    )


def absences_view() -> rx.Component:
    """Who is away, and a form for it."""
    return aksel.read_more(
        rx.cond(
            absence.away.length() > 0,
            rx.el.ul(rx.foreach(absence.away, _away), class_name="start-rows"),
            rx.el.p(text("letters.absence.none"), class_name="start-none"),
        ),
        rx.el.form(
            _person("personnel"),
            _person("stand_in"),
            *[
                aksel.text_field(
                    label=text(f"letters.absence.{name}"),
                    description=text("letters.absence.day_help"),
                    name=name,
                    size="small",
                    auto_complete="off",
                )
                for name in ("first", "last")
            ],
            rx.el.div(
                aksel.button(
                    text("letters.absence.keep"),
                    type="submit",
                    size="small",
                    custom_attrs={"data-testid": "keep-absence"},
                )
            ),
            on_submit=absence.keep,
            reset_on_submit=False,
            class_name="start-form letters-new",
            custom_attrs={"data-testid": "absence-form"},
        ),
        _told(absence.said, absence.wrong, "letters.absence.said", "kept"),
        header=text("letters.absence.heading"),
        size="medium",
    )


def _person(name: str) -> rx.Component:
    return aksel.select(
        rx.el.option(text("letters.absence.choose"), value=""),
        rx.foreach(absence.colleagues, lambda one: rx.el.option(one.label, value=one.value)),
        label=text(f"letters.absence.{name}"),
        name=name,
        size="small",
    )


def _away(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            text("letters.absence.line", name=one.name, stand_in=one.stand_in, first=one.first, last=one.last)
        ),
        " ",
        aksel.button(
            text("letters.absence.withdraw"),
            rx.el.span(" ", one.name, class_name="akson-hidden"),
            size="xsmall",
            type="button",
            variant="tertiary",
            on_click=absence.withdraw(one.id),
        ),
        key=one.id,
        class_name="start-row",
    )


def _told(said: Any, wrong: Any, prefix: str, default: str) -> rx.Component:
    return rx.fragment(
        rx.el.div(
            rx.cond(
                wrong != "",
                aksel.alert(text_by("letters.wrong", wrong, "other"), variant="error", size="small"),
            ),
            role="alert",
        ),
        rx.el.p(
            rx.cond(said != "", text_by(prefix, said, default), ""), role="status", class_name="start-said"
        ),
    )
