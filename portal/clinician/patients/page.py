"""Find a patient."""

from __future__ import annotations

import reflex as rx

from portal.clinician.patients.state import PatientSearch
from portal.clinician.patients.view import patients_view

load = PatientSearch.load


def patients_page() -> rx.Component:
    """The page's content, within the frame."""
    return patients_view()
