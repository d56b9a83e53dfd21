"""Who may see: privacy settings and powers of attorney."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.citizen.privacy.agreements import Agreements
from portal.citizen.privacy.giving import Giving
from portal.citizen.privacy.state import Privacy
from portal.citizen.privacy.view import privacy_view

load: list[Any] = [Privacy.load, Giving.load, Agreements.load]


def privacy_page() -> rx.Component:
    """The page's content, within the frame."""
    return privacy_view()
