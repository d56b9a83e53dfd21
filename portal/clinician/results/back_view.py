"""The way back from a report or a course, by where it was opened from."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.results.reporting import TABLE
from portal.clinician.results.state import seen
from portal.ui.text import text


def back_home() -> Any:
    """Back to the list or to the table."""
    return rx.cond(seen.home == TABLE, text("table.back"), text("results.back"))
