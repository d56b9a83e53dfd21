"""A day's visits, shared out."""

from __future__ import annotations

import reflex as rx

from portal.clinician.sharing.state import VisitSharing
from portal.clinician.sharing.view import sharing_view

load = VisitSharing.load


def sharing_page() -> rx.Component:
    """The page's content, within the frame."""
    return sharing_view()
