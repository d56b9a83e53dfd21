"""Follow-up of results, for health workers of the municipal services."""

from __future__ import annotations

import reflex as rx

from portal.clinician.results_list.state import ResultList
from portal.clinician.results_list.view import result_list_view

load = ResultList.load


def follow_up_page() -> rx.Component:
    """The page's content, within the frame (which shows the patient banner)."""
    return result_list_view()
