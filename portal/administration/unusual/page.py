"""Unusual access that the organisation follows up."""

from __future__ import annotations

import reflex as rx

from portal.administration.unusual.state import Unusual
from portal.administration.unusual.view import unusual_view

load = Unusual.load


def unusual_page() -> rx.Component:
    """The page's content, within the frame."""
    return unusual_view()
