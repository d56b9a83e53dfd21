"""What a citizen has been told."""

from __future__ import annotations

import reflex as rx

from portal.citizen.notices.state import Notices
from portal.citizen.notices.view import notices_view

load = Notices.load


def notices_page() -> rx.Component:
    """The page's content, within the frame."""
    return notices_view()
