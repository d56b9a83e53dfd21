"""Messages that wait for a person."""

from __future__ import annotations

import reflex as rx

from portal.operations.messages.state import WorkList
from portal.operations.messages.view import messages_view

load = WorkList.load


def messages_page() -> rx.Component:
    """The page's content, within the frame."""
    return messages_view()
