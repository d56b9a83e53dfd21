"""The first page of the day: find a patient, the lists of the place one works at, one's own patients."""

from __future__ import annotations

import reflex as rx

from portal.clinician.patients.state import PatientSearch
from portal.clinician.patients.view import patients_view
from portal.clinician.start.page import has_lists, start_view
from portal.clinician.start.page import load as load_start

load = [PatientSearch.load, load_start]


def patients_page() -> rx.Component:
    """The page's content, within the frame."""
    return patients_view(start_view(), has_lists)
