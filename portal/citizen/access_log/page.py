"""Who has looked at one's own data."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.citizen.access_log.blocking import LogBlocking
from portal.citizen.access_log.state import AccessLog
from portal.citizen.access_log.view import access_log_view

load: list[Any] = [AccessLog.load, LogBlocking.load]


def access_log_page() -> rx.Component:
    """The page's content, within the frame."""
    return access_log_view()
