"""What every citizen's page has in common: heading, lead, and the states around its content."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.frame.acting import acting
from portal.frame.layout import PRIVACY
from portal.frame.states import loading_view, problem_view
from portal.session.guard import Login
from portal.ui import aksel
from portal.ui.text import text


def citizen_page(
    area: str, state: Any, content: rx.Component, *, beside: rx.Component | None = None, lead_of: bool = False
) -> rx.Component:
    """A page with the texts `<area>.heading`, `.heading_of`, `.lead` and `.again`, and with `lead_of` another
    lead for whom one acts for, where the first speaks to the person themselves.

    `state` has `problem`, `code`, `loaded`, `load`, and `of`: whom it was fetched for. Until that is whom the
    heading names, the page is loading. `beside` stands above the content, whatever becomes of that.
    """
    of_them = state.of == acting.handle
    again = aksel.button(text(f"{area}.again"), size="small", variant="secondary", on_click=state.load)
    return aksel.vstack(
        aksel.heading(
            rx.cond(
                acting.name != "",
                text(f"{area}.heading_of", name=acting.name),
                text(f"{area}.heading"),
            ),
            level="1",
            size="large",
        ),
        rx.el.p(
            text("frame.paper_of", name=rx.cond(acting.name != "", acting.name, Login.name)),
            class_name="own-paper",
        ),
        aksel.body_long(
            rx.cond(acting.name != "", text(f"{area}.lead_of", name=acting.name), text(f"{area}.lead"))
            if lead_of
            else text(f"{area}.lead"),
            class_name="own-lead",
        ),
        rx.cond(
            of_them & (state.problem != ""),
            rx.cond(state.code == "Reservation", _reserved(), problem_view(state.problem, state.code, again)),
        ),
        beside or rx.fragment(),
        rx.cond(of_them & state.loaded, content, rx.cond(~of_them | (state.problem == ""), loading_view(6))),
        gap="space-20",
        class_name="own-page",
    )


def _reserved() -> rx.Component:
    """Nothing went wrong: whose page it is has chosen to have no results here."""
    return aksel.alert(
        text("privacy.reservasjon.here"),
        " ",
        rx.el.a(text("privacy.reservasjon.link"), href=PRIVACY),
        variant="info",
        custom_attrs={"data-testid": "reserved"},
    )
