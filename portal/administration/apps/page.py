"""Others' apps that one's own organisation has admitted, or is asked to."""

from __future__ import annotations

import reflex as rx

from portal.administration.apps.state import AppsKept
from portal.administration.apps.view import apps_view

load = AppsKept.load


def apps_page() -> rx.Component:
    """The page's content, within the frame."""
    return apps_view()
