"""How wide the reader's screen is, as a page asks it when it is shown."""

from __future__ import annotations

from typing import Any

import reflex as rx

WIDE: Any = rx.Var("typeof window === 'undefined' || window.matchMedia('(min-width: 40rem)').matches").to(
    bool
)
"""Whether there is room for what a phone folds; whoever folds or unfolds decides themselves afterwards."""
