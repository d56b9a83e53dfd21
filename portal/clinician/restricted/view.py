"""What the page says where the patient has restricted something, and the two ways to open it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.restricted.state import BASES, LOGIN_ANEW, REASONS, Restricted
from portal.frame.patient import PatientBanner
from portal.frame.states import problem_view
from portal.ui import aksel
from portal.ui.html import plain_link
from portal.ui.text import text

GENERAL, BASIS_NEEDED = "General", "basis-needed"
CLOSED = ("Specific", "Reservation")
"""What nothing opens: a block of this reader, and a reservation."""
state: Any = Restricted  # Reflex turns a state's attributes into Vars, which types do not tell
_HERE: Any = state.of == PatientBanner.handle
"""What is filled in, and how opening went, are shown for the patient they are about."""
_OPENING: Any = _HERE & state.opening


def refused_view(problem: Any, code: Any, *actions: rx.Component) -> rx.Component:
    """Why nothing is shown; with the ways to open where there are any. `actions` are for other refusals."""
    return rx.match(
        code,
        (
            GENERAL,
            rx.el.div(
                problem_view(problem, code),
                _ways(),
                class_name="restricted",
                custom_attrs={"data-testid": "restricted-all"},
            ),
        ),
        (BASIS_NEEDED, _bases()),
        (CLOSED[0], problem_view(problem, code)),
        (CLOSED[1], problem_view(problem, code)),
        problem_view(problem, code, *actions),
    )


def _bases() -> rx.Component:
    """On what basis the results are read: one press, where the patient was opened from a list."""
    return rx.el.section(
        rx.cond(_HERE & (state.problem != ""), _not_opened()),
        rx.el.h2(text("restricted.basis"), class_name="results-h3"),
        rx.el.p(text("restricted.basis_body"), class_name="results-text"),
        rx.el.div(
            *[
                aksel.button(
                    text(f"patients.basis.{basis}"),
                    size="small",
                    type="button",
                    variant="primary" if basis == BASES[0] else "secondary",
                    disabled=_OPENING,
                    on_click=state.open_on(basis),
                    custom_attrs={"data-testid": f"basis-{basis}"},
                )
                for basis in BASES
            ],
            class_name="restricted-bases",
        ),
        custom_attrs={"data-testid": "bases"},
    )


def something_restricted() -> rx.Component:
    """Above the results: some of them are withheld. Calm, since most readers need nothing more."""
    return rx.el.details(
        rx.el.summary(rx.el.strong(text("restricted.some")), " ", rx.el.span(text("restricted.some_body"))),
        _ways(),
        class_name="restricted-some results-noprint",
        custom_attrs={"data-testid": "restricted-some"},
    )


def _ways() -> rx.Component:
    return rx.el.div(
        rx.cond(_HERE & (state.problem != ""), _not_opened()),
        rx.el.section(
            rx.el.h2(text("restricted.consent"), class_name="results-h3"),
            rx.el.p(text("restricted.consent_body"), class_name="results-text"),
            aksel.button(
                text("restricted.consent_open"),
                size="small",
                variant="secondary",
                loading=_OPENING,
                on_click=state.open_with_consent,
                custom_attrs={"data-testid": "open-with-consent"},
            ),
        ),
        rx.el.form(
            rx.el.h2(text("restricted.emergency"), class_name="results-h3"),
            rx.el.p(text("restricted.emergency_body"), class_name="results-text"),
            aksel.vstack(
                aksel.select(
                    rx.el.option(text("patients.declare.choose"), value=""),
                    *[rx.el.option(text(f"patients.reason.{code}"), value=code) for code in REASONS],
                    label=text("patients.declare.reason"),
                    size="small",
                    value=rx.cond(_HERE, state.reason, ""),
                    on_change=state.choose_reason,
                    error=rx.cond(_HERE & state.reason_missing, text("patients.declare.reason_missing"), ""),
                    custom_attrs={"data-testid": "emergency-reason"},
                ),
                aksel.checkbox(
                    text("restricted.confirm"),
                    checked=_HERE & state.confirmed,
                    size="small",
                    on_change=state.confirm,
                    custom_attrs={"data-testid": "emergency-confirm"},
                ),
                rx.cond(
                    _HERE & state.confirmation_missing,
                    rx.el.p(
                        text("restricted.confirm_missing"), class_name="restricted-missing", role="alert"
                    ),
                ),
                aksel.button(
                    text("restricted.emergency_open"),
                    type="submit",
                    size="small",
                    variant="danger",
                    loading=_OPENING,
                    custom_attrs={"data-testid": "open-in-emergency"},
                ),
                gap="space-12",
                align="start",
            ),
            on_submit=state.open_in_emergency,
        ),
        class_name="restricted-ways",
    )


def _not_opened() -> rx.Component:
    return rx.el.div(
        problem_view(state.problem, state.code),
        rx.cond(
            state.code == LOGIN_ANEW,
            plain_link(text("logins.anew"), href="/auth/helseid/login?fresh=1"),
        ),
        class_name="restricted-problem",
    )
