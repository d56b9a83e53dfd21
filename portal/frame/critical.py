"""Critical information (kritisk informasjon) of the open patient, in the banner of every page about them.

None recorded, not open to the reader, and could not be fetched are three different sentences.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from portal.clients.errors import Problem, ServiceProblem
from portal.clients.journal import Entry
from portal.session.current import Current, current
from portal.session.guard import requires
from portal.session.journal import journal_of, patient_handle
from portal.session.models import Kind, OpenPatient
from portal.session.patient import open_patient
from portal.ui import aksel
from portal.ui.text import text, text_by

CRITICAL = ("AllergyIntolerance", "Flag")
FRESH_SECONDS = 120
"""So long an answer serves the next pages too: each asking leaves a row in the patient's log."""


@dataclass
class CriticalLine:
    """One line. `kind` is `allergy` or a flag's category; `high`: severe; `uncertain`: suspected."""

    key: str
    kind: str
    head: str
    detail: str = ""
    high: bool = False
    uncertain: bool = False


class Critical(rx.State):
    """`stands`: "" (not asked yet), `some`, `none`, `closed` (not open to the reader), `failed`.

    `number` is the banner's: what was fetched of one patient is never shown beside the name of another.
    """

    stands: str = ""
    number: str = ""
    lines: list[CriticalLine] = []  # noqa: RUF012 - Reflex copies defaults
    _of: str = ""
    _at: float = 0.0

    @rx.event
    @requires(Kind.CLINICIAN)
    async def load(self) -> None:
        """Fetch the open patient's, unless this tab has just done so."""
        now, patient = await current(self), await open_patient(self)
        if now is None or patient is None:
            self._forget()
            return
        if self._of == patient_handle(now, patient) and time.monotonic() - self._at < FRESH_SECONDS:
            return
        await self._fetch(now, patient)

    @rx.event
    @requires(Kind.CLINICIAN)
    async def again(self) -> None:
        """Try once more."""
        now, patient = await current(self), await open_patient(self)
        if now is not None and patient is not None:
            await self._fetch(now, patient)

    async def _fetch(self, now: Current, patient: OpenPatient) -> None:
        self._forget()
        try:
            found = await journal_of(now, patient).summary(CRITICAL)
        except ServiceProblem as problem:
            self._tell(patient, problem)
            return
        self._show(now, patient, found)

    def _show(self, now: Current, patient: OpenPatient, found: Mapping[str, Sequence[Entry]]) -> None:
        """What was found of this patient."""
        self.lines, self.number = warnings(found), shown_number(patient)
        self.stands = "some" if self.lines else "none" if found.keys() >= {*CRITICAL} else "closed"
        self._of, self._at = patient_handle(now, patient), time.monotonic()

    def _tell(self, patient: OpenPatient, problem: ServiceProblem) -> None:
        self._forget()
        self.number = shown_number(patient)
        self.stands = "closed" if problem.problem is Problem.REFUSED else "failed"

    def _forget(self) -> None:
        self.reset()  # type: ignore[no-untyped-call]


def shown_number(patient: OpenPatient) -> str:
    """The number as banners show it."""
    return f"{patient.number[:6]} {patient.number[6:]}"


def warnings(found: Mapping[str, Sequence[Entry]]) -> list[CriticalLine]:
    """Allergies and flags, the severe first. What was refuted warns nobody."""
    lines = [_warning(entry) for kind in CRITICAL for entry in found.get(kind, ())]
    return sorted(lines, key=lambda line: (not line.high, line.uncertain, line.head))


def _warning(entry: Entry) -> CriticalLine:
    body = entry.body
    of_allergy = entry.kind == "AllergyIntolerance"
    return CriticalLine(
        key=entry.id,
        kind="allergy" if of_allergy else str(body.get("category", "other")),
        head=str(body.get("substance") or body.get("text") or ""),
        detail=str(body.get("reaction", "")),
        high=body.get("criticality") == "high",
        uncertain=body.get("certainty") == "suspected",
    )


critical: Any = Critical


def critical_bar(number: Any) -> rx.Component:
    """The second line of the banner that shows the patient with this number (a Var)."""
    stands = rx.cond(critical.number == number, critical.stands, "")
    return rx.el.div(
        rx.match(
            stands,
            ("some", _some()),
            ("none", rx.el.span(text("frame.critical.none"))),
            ("closed", rx.el.strong("⚠ ", text("frame.critical.closed"))),
            (
                "failed",
                rx.fragment(
                    rx.el.strong("⚠ ", text("frame.critical.failed")),
                    aksel.button(
                        text("frame.critical.again"),
                        size="xsmall",
                        variant="secondary",
                        on_click=critical.again,
                    ),
                ),
            ),
            rx.el.span(text("frame.critical.waiting")),
        ),
        role="status",
        class_name="akson-critical",
        custom_attrs={"data-testid": "critical", "data-stands": stands},
    )


def _some() -> rx.Component:
    return rx.fragment(
        rx.el.strong("⚠ ", text("frame.critical.heading"), class_name="akson-critical-heading"),
        rx.el.ul(
            rx.foreach(critical.lines, critical_line),
            class_name="akson-critical-lines",
        ),
    )


def critical_line(line: Any) -> rx.Component:
    """One line of a list of what is critical (`CriticalLine`)."""
    return rx.el.li(
        rx.cond(line.high, rx.el.span("▲ ", text("frame.critical.high"), class_name="akson-critical-high")),
        rx.el.span(text_by("frame.critical.kind", line.kind, "other"), ": "),
        rx.el.strong(line.head),
        rx.cond(line.detail != "", rx.el.span(" – ", line.detail)),
        rx.cond(line.uncertain, rx.el.span(" (", text("frame.critical.suspected"), ")")),
    )
