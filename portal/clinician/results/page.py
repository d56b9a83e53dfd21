"""A patient's results, for clinicians."""

from __future__ import annotations

import reflex as rx

from portal.clinician.results.state import ResultsState
from portal.clinician.results.view import results_view

__all__ = ["ResultsState", "load", "results_page"]

load = ResultsState.load


def results_page() -> rx.Component:
    """The page's content, within the frame (which shows the patient banner)."""
    return results_view()
