"""Ordering stored messages to be mapped anew, and how far the orders are."""

from __future__ import annotations

import reflex as rx

from portal.operations.remapping.state import Remapping
from portal.operations.remapping.view import remapping_view

load = Remapping.load


def remapping_page() -> rx.Component:
    """The page's content, within the frame."""
    return remapping_view()
