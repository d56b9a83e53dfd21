"""The LMS method (Cole and Green, Statistics in Medicine 1992; 11: 1305-19). Pure functions.

L is the power of Box and Cox, M the median, S the coefficient of variation, each at one age (or length). The
formula is used as it stands, beyond ±3 SDS too.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from statistics import NormalDist

import msgspec

_NORMAL = NormalDist()
_SMALL = 1e-9
"""Powers nearer to 0 than this are 0: the formula's limit."""


class Lms(msgspec.Struct, frozen=True):
    """L, M and S at one place."""

    l: float  # noqa: E741 - the method's own name
    m: float
    s: float


class Point(msgspec.Struct, frozen=True):
    """A row of a table: `x` is an age in days, or a length in cm."""

    x: float
    at: Lms


def z_of(value: float, at: Lms) -> float:
    """The SDS (z-score) of a value above 0."""
    if abs(at.l) < _SMALL:
        return math.log(value / at.m) / at.s
    return (math.pow(value / at.m, at.l) - 1) / (at.l * at.s)


def value_of(z: float, at: Lms) -> float | None:
    """The value that has this SDS; None where the distribution does not reach so far."""
    if abs(at.l) < _SMALL:
        return at.m * math.exp(at.s * z)
    base = 1 + at.l * at.s * z
    return at.m * base ** (1 / at.l) if base > 0 else None


def percentile_of(z: float) -> float:
    """How many of a hundred are below this SDS."""
    return 100 * _NORMAL.cdf(z)


def z_of_percentile(percentile: float) -> float:
    """The SDS below which this many of a hundred are (above 0 and below 100)."""
    return _NORMAL.inv_cdf(percentile / 100)


def lms_at(points: Sequence[Point], x: float) -> Lms | None:
    """L, M and S at `x`: the row's own, between two rows on the line between them; None outside the table.

    `points` ascend by `x`.
    """
    if not points or not points[0].x <= x <= points[-1].x:
        return None
    place = bisect_left(points, x, key=lambda point: point.x)
    after = points[place]
    if after.x == x:
        return after.at
    before = points[place - 1]
    share = (x - before.x) / (after.x - before.x)
    one, two = before.at, after.at
    return Lms(
        one.l + share * (two.l - one.l), one.m + share * (two.m - one.m), one.s + share * (two.s - one.s)
    )
