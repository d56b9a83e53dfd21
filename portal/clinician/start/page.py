"""The day's lists, above the search for a patient."""

from __future__ import annotations

from portal.clinician.start.state import Start, start
from portal.clinician.start.view import start_view

__all__ = ["has_lists", "load", "start_view"]
load = Start.load
has_lists = start.stands == "lists"
"""A Var: whether the place one works at has lists."""
