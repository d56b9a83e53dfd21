"""What a citizen has been told."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.citizen.notices.email import Email
from portal.citizen.notices.state import Notices
from portal.citizen.notices.view import notices_view

load: list[Any] = [Notices.load, Email.load]


def notices_page() -> rx.Component:
    """The page's content, within the frame."""
    return notices_view()
