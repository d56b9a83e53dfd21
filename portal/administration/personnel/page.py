"""Personnel of one's own organisation."""

from __future__ import annotations

import reflex as rx

from portal.administration.personnel.state import Personnel
from portal.administration.personnel.view import personnel_view

load = Personnel.load


def personnel_page() -> rx.Component:
    """The page's content, within the frame."""
    return personnel_view()
