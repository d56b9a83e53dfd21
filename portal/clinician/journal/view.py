"""The journal page: lists and results beside what happened, and the forms above it.

Critical information stands in the banner, on every page of the patient.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.journal.documents_view import documents_view
from portal.clinician.journal.editing import ListEditor
from portal.clinician.journal.editing_view import editing_view
from portal.clinician.journal.events_view import EVENTS, events_view
from portal.clinician.journal.fields import EDITABLE
from portal.clinician.journal.latest_view import latest_view
from portal.clinician.journal.moving_view import move_top, moved_view
from portal.clinician.journal.ordering_view import ordering_view
from portal.clinician.journal.orders_view import orders_view
from portal.clinician.journal.over_time_view import over_time_offer, over_time_view
from portal.clinician.journal.reconcile_view import reconcile_view
from portal.clinician.journal.state import seen
from portal.clinician.journal.writing_view import writing_view
from portal.clinician.restricted.view import refused_view
from portal.frame.layout import PATIENTS
from portal.frame.states import empty_view, loading_view
from portal.session.journal import NO_PATIENT
from portal.ui import aksel
from portal.ui.text import text, text_by

editor: Any = ListEditor


MAIN = (reconcile_view, over_time_view, orders_view, events_view, moved_view)
ASIDE = (latest_view, over_time_offer)
"""The page's sections in their order, each with a heading of its own."""


def journal_view() -> rx.Component:
    """The whole page, in each of its states. What is being written stands whatever becomes of the rest."""
    return rx.el.div(
        rx.el.h1(text("journal.heading"), id="journal-heading", tab_index=-1, class_name="results-h1"),
        rx.cond(seen.problem != "", _problem()),
        rx.cond(seen.outside, aksel.alert(text("journal.outside"), variant="info", size="small")),
        rx.cond(seen.loading & (seen.shown == "") & (seen.problem == ""), loading_view(8)),
        rx.el.div(
            rx.el.div(
                rx.cond(~seen.outside & (seen.shown != ""), writing_view()),
                editing_view(),
                ordering_view(),
                move_top(),
                rx.cond(~seen.outside & (seen.shown != ""), _to_events()),
                class_name="journal-top",
            ),
            rx.cond(seen.shown != "", _lists()),
            rx.cond(
                ~seen.outside & (seen.shown != ""),
                rx.el.div(*[section() for section in MAIN], class_name="journal-main"),
            ),
            class_name="journal-columns",
        ),
        class_name="journal",
    )


def _to_events() -> rx.Component:
    """On a phone the lists stand first: one press leads past them."""
    return aksel.button(
        text("journal.events.go"),
        size="small",
        variant="tertiary",
        on_click=rx.set_focus(EVENTS),
        class_name="journal-jump results-noprint",
        custom_attrs={"data-testid": "to-events"},
    )


def _problem() -> rx.Component:
    return rx.cond(
        seen.code == NO_PATIENT,
        rx.el.div(
            empty_view(text("journal.no_patient"), text("journal.no_patient_body")),
            rx.el.a(text("journal.find_patient"), href=PATIENTS, class_name="results-link"),
        ),
        refused_view(
            seen.problem,
            seen.code,
            aksel.button(text("journal.reload"), size="small", variant="secondary", on_click=seen.again),
        ),
    )


def _lists() -> rx.Component:
    return rx.el.aside(
        rx.foreach(seen.groups, _group),
        documents_view(),
        rx.cond(~seen.outside, rx.fragment(*[section() for section in ASIDE])),
        aria_label=text("journal.overview"),
        class_name="journal-lists",
        custom_attrs={"data-testid": "journal-lists"},
    )


def _group(group: Any) -> rx.Component:
    editable = rx.Var.create(list(EDITABLE)).contains(group.kind) & seen.writes.contains(group.kind)
    adds = rx.Var.create([kind for kind, one in EDITABLE.items() if one.adds]).contains(group.kind)
    name = text_by("journal.list", group.kind, "Condition")
    return rx.cond(
        ~group.closed,
        rx.el.section(
            rx.el.div(
                rx.el.h2(
                    name,
                    rx.cond(
                        group.lines.length() == 0,
                        rx.el.span(": ", text("journal.none"), class_name="journal-nothing"),
                    ),
                    class_name="journal-h2",
                ),
                rx.cond(
                    editable & adds,
                    aksel.button(
                        text("journal.edit.add"),
                        rx.el.span(" ", name, class_name="akson-hidden"),
                        size="xsmall",
                        variant="tertiary",
                        on_click=editor.add(group.kind),
                        custom_attrs={"data-testid": "add", "data-kind": group.kind},
                    ),
                ),
                class_name="journal-group-head",
            ),
            rx.cond(
                group.lines.length() > 0,
                rx.el.ul(
                    rx.foreach(group.lines, lambda line: _line(line, editable)), class_name="journal-plain"
                ),
            ),
            class_name="journal-group",
            custom_attrs={"data-testid": "journal-list", "data-kind": group.kind},
        ),
    )


def _line(line: Any, editable: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(line.head, class_name="journal-head"),
            rx.cond(
                line.state != "",
                aksel.tag(
                    text_by("journal.state", line.state, "planned"), size="xsmall", variant="neutral-moderate"
                ),
            ),
            rx.cond(
                line.against != "",
                aksel.tag(
                    rx.cond(line.weighed, text("journal.stop.weighed"), text("journal.stop.against")),
                    " ",
                    line.against,
                    size="xsmall",
                    variant=rx.cond(line.weighed, "neutral-moderate", "error-moderate"),
                ),
            ),
            rx.cond(line.detail != "", rx.el.span(line.detail, class_name="journal-detail")),
            rx.el.span(line.by, class_name="journal-detail"),
        ),
        rx.cond(
            editable,
            aksel.button(
                text("journal.edit.change"),
                rx.el.span(" ", line.head, class_name="akson-hidden"),
                size="xsmall",
                variant="tertiary",
                on_click=editor.change(line.key),
                custom_attrs={"data-testid": "change"},
            ),
        ),
        class_name="journal-line",
    )
