"""One's own journal."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.citizen.journal.state import OwnJournal
from portal.citizen.journal.view import own_journal_view

load: list[Any] = [OwnJournal.load]


def own_journal_page() -> rx.Component:
    """The page's content, within the frame."""
    return own_journal_view()
