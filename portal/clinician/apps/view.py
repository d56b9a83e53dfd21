"""The apps offered, each with what it may before it is opened."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.apps.state import Offered
from portal.frame.apps import use_view
from portal.frame.layout import PATIENTS
from portal.frame.states import empty_view, loading_view, problem_view
from portal.session.journal import NO_PATIENT
from portal.ui import aksel
from portal.ui.text import text

seen: Any = Offered  # Reflex turns a state's attributes into Vars, which types do not tell


def offered_view() -> rx.Component:
    """The whole page."""
    again = aksel.button(text("apps.again"), size="small", variant="secondary", on_click=seen.load)
    return aksel.vstack(
        rx.el.h1(text("apps.heading"), tab_index=-1, class_name="ops-h1"),
        rx.cond(
            seen.problem_code == NO_PATIENT,
            rx.fragment(
                empty_view(text("apps.no_patient"), text("apps.no_patient_help")),
                aksel.link(text("apps.find"), href=PATIENTS),
            ),
            rx.fragment(
                aksel.body_long(text("apps.lead"), class_name="own-lead"),
                rx.cond(seen.problem != "", problem_view(seen.problem, seen.problem_code, again)),
                rx.el.div(
                    rx.cond(
                        seen.opened != "",
                        aksel.alert(text("apps.opened", name=seen.opened), variant="success", size="small"),
                    ),
                    role="status",
                ),
                rx.cond(seen.loaded, _list(), rx.cond(seen.problem == "", loading_view(4))),
            ),
        ),
        gap="space-20",
    )


def _list() -> rx.Component:
    return rx.cond(
        seen.found.length() > 0,
        rx.el.ul(rx.foreach(seen.found, _offer), class_name="app-list", custom_attrs={"data-testid": "apps"}),
        empty_view(text("apps.none"), text("apps.none_help")),
    )


def _offer(one: Any) -> rx.Component:
    return rx.el.li(
        aksel.heading(one.name, level="2", size="small"),
        aksel.detail(one.vendor),
        aksel.body_long(one.purpose, class_name="own-lead"),
        use_view(one),
        aksel.button(
            text("apps.open", name=one.name),
            size="small",
            on_click=seen.open(one.client_id),
            custom_attrs={"data-testid": "open-app"},
        ),
        class_name="app-card",
    )
