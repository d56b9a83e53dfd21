"""The open patient's journal, for health workers of the municipal services."""

from __future__ import annotations

import reflex as rx

from portal.clinician.journal.orders import Orders
from portal.clinician.journal.state import JournalState
from portal.clinician.journal.view import journal_view

load = [JournalState.load, Orders.load]


def journal_page() -> rx.Component:
    """The page's content, within the frame (which shows the patient banner)."""
    return journal_view()
