"""Others' apps that can be opened for the open patient."""

from __future__ import annotations

import reflex as rx

from portal.clinician.apps.state import Offered
from portal.clinician.apps.view import offered_view

load = [Offered.load]


def offered_page() -> rx.Component:
    """The page's content, within the frame (which shows the patient banner)."""
    return offered_view()
