"""The patient banner: who is open, on what basis, always in sight."""

from __future__ import annotations

from datetime import date
from typing import Any

import reflex as rx

from portal.frame.critical import critical_bar, shown_number
from portal.session.current import Current, current
from portal.session.guard import requires
from portal.session.journal import patient_handle
from portal.session.models import Kind, OpenPatient
from portal.session.patient import open_patient
from portal.ui import aksel
from portal.ui.dates import day_text
from portal.ui.text import text, text_by


class PatientBanner(rx.State):
    """What the banner shows of this tab's open patient; empty when nobody is open.

    `handle` tells whom it is about, for what must never stand beside another's name.
    """

    name: str = ""
    number: str = ""
    born: str = ""
    age: int = -1
    sex: str = "unknown"
    basis: str = ""
    self_declared: bool = False
    handle: str = ""

    @rx.event
    @requires(Kind.CLINICIAN)
    async def load(self) -> None:
        """Show whom this tab has open, also after the server was started anew."""
        self._show(await current(self), await open_patient(self))

    def _show(self, now: Current | None, patient: OpenPatient | None) -> None:
        """Show `patient`, or nobody."""
        if now is None or patient is None:
            self.reset()  # type: ignore[no-untyped-call]
            return
        self.name, self.basis = patient.name, patient.basis
        self.number, self.handle = shown_number(patient), patient_handle(now, patient)
        self.sex = patient.sex if patient.sex in ("male", "female") else "unknown"
        self.self_declared = patient.reason is not None
        born = _day(patient.birth_date)
        self.born = day_text(born) if born else ""
        self.age = years_between(born, date.today()) if born else -1  # noqa: DTZ011 - ages follow the calendar


def years_between(born: date, day: date) -> int:
    """Whole years lived on `day`."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def patient_banner() -> rx.Component:
    """Name, birth date and age, sex, number, basis, and the way to another patient."""
    return rx.cond(
        PatientBanner.name != "",
        rx.el.section(
            rx.el.div(
                rx.el.strong(PatientBanner.name, class_name="akson-patient-name"),
                rx.cond(
                    PatientBanner.born != "",
                    _fact(text("frame.patient.born"), PatientBanner.born, _age()),
                ),
                _fact(text("frame.patient.number"), PatientBanner.number),
                rx.el.span(text_by("frame.sex", PatientBanner.sex, "unknown")),
                aksel.tag(
                    text_by("frame.basis", PatientBanner.basis, "HELSEHJELP"), size="small", variant="outline"
                ),
                rx.cond(
                    PatientBanner.self_declared,
                    aksel.tag(text("frame.patient.self_declared"), size="small", variant="warning-moderate"),
                ),
                rx.el.a(
                    text("frame.patient.close"), href="/clinician/patients", class_name="akson-patient-close"
                ),
                class_name="akson-patient-row",
            ),
            critical_bar(PatientBanner.number),
            aria_label=text("frame.patient.label"),
            class_name="akson-patient",
            custom_attrs={"data-testid": "patient-banner"},
        ),
    )


def _fact(name: Any, *values: Any) -> rx.Component:
    return rx.el.span(rx.el.span(name, " ", class_name="akson-fact-name"), *values)


def _age() -> rx.Component:
    return rx.el.span(" (", text("frame.patient.age", years=PatientBanner.age), ")")


def _day(iso: str) -> date | None:
    try:
        return date.fromisoformat(iso)
    except ValueError:
        return None
