"""What each long illness does to a person's values, in every test that is taken."""

from __future__ import annotations

import math
from collections.abc import Callable, Container


def drift(start: float, end: float, share: float) -> float:
    """From `start` towards `end`, fast at first (a treatment that begins to work)."""
    return end + (start - end) * math.exp(-4 * share)


def slope(start: float, end: float, share: float) -> float:
    """Evenly from `start` to `end`."""
    return start + (end - start) * share


Levels = Callable[[float], dict[str, float]]
LEVELS: dict[str, Levels] = {
    "iron": lambda t: {"hb": drift(9.4, 13.4, t), "mcv": drift(74, 89, t), "ferritin": drift(5, 68, t)},
    "lipids": lambda t: {"chol": drift(7.4, 4.4, t), "ldl": drift(5.1, 2.3, t)},
    "thyroid": lambda t: {"tsh": drift(14.0, 2.1, t), "ft4": drift(9.2, 16.5, t)},
    "lithium": lambda t: {"tsh": slope(1.8, 4.6, t), "crea": slope(72, 88, t)},
    "arthritis": lambda t: {"crp": drift(46, 4, t), "sr": drift(58, 14, t), "alat": slope(28, 41, t)},
    "warfarin": lambda _: {"inr": 2.5},
    "diabetes": lambda t: {
        "hba1c": drift(79, 53, t),
        "glu": drift(12.5, 7.6, t),
        "ldl": drift(4.1, 2.2, t),
        "uacr": slope(2.0, 4.5, t),
    },
    "heart": lambda t: {
        "probnp": drift(4200, 1150, t),
        "k": slope(4.2, 4.9, t),
        "crea": slope(92, 121, t),
    },
    "kidney": lambda t: {
        "crea": slope(140, 245, t),
        "k": slope(4.5, 5.3, t),
        "urea": slope(10, 19, t),
        "hb": slope(12.6, 10.4, t),
        "pth": slope(8, 19, t),
        "phos": slope(1.2, 1.65, t),
    },
}
"""Per course: from the share of `COURSE_DAYS` passed to the values it gives."""


def levels_of(courses: Container[str], share: float) -> dict[str, float]:
    """The values of someone with these courses; where two name one value, the later in `LEVELS` decides."""
    found: dict[str, float] = {}
    for name, levels in LEVELS.items():
        if name in courses:
            found |= levels(share)
    return found
