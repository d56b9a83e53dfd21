"""The day's lists, above the search for a patient."""

from __future__ import annotations

from portal.clinician.start.state import Start
from portal.clinician.start.view import start_view

__all__ = ["load", "start_view"]
load = Start.load
