"""How long a relation goes on after what made it."""

from __future__ import annotations

from datetime import timedelta

AFTERWARDS = timedelta(days=30)
"""How long a finished contact still shows a relation: answers to tests come, letters are written (J)."""
ENDING = timedelta(minutes=15)
"""How long what is done with still does: the last thing can be looked over, and sent again (J)."""
