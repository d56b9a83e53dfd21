"""The laboratory's reference text, read only where it can be read without doubt.

The laboratory's own flag decides what is abnormal; what is computed here is always marked as ours. Free text
(svarrapport RefInterval/Descr) that is anything but one plain interval or limit stays unread.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

Judgement = Literal["inside", "above", "below", "undecided"]

_NUMBER = r"([+-]?\d+(?:[.,]\d+)?)"
_INTERVAL = re.compile(rf"^{_NUMBER}\s*[-–—]\s*{_NUMBER}$")
_LIMIT = re.compile(rf"^(<=|>=|<|>|≤|≥)\s*{_NUMBER}$")
# "1.500" may be one and a half or fifteen hundred: nobody but the laboratory knows.
_AMBIGUOUS = re.compile(r"^[+-]?[1-9]\d{0,2}[.,]\d{3}$")


@dataclass(frozen=True, slots=True)
class Interval:
    """A reference interval. `open_low`/`open_high`: the limit itself lies outside ("< 5")."""

    low: Decimal | None
    high: Decimal | None
    open_low: bool = False
    open_high: bool = False


def _number(text: str) -> Decimal | None:
    return None if _AMBIGUOUS.match(text) else Decimal(text.replace(",", "."))


def _without_unit(text: str, unit: str) -> str:
    """The text without the value's own unit behind it."""
    return text[: -len(unit)].rstrip() if unit and text.endswith(unit) else text


@lru_cache(maxsize=4096)
def read(text: str, unit: str = "") -> Interval | None:
    """The interval a reference text states; None when there is any doubt."""
    plain = _without_unit(" ".join(text.split()), unit.strip())
    if found := _INTERVAL.match(plain):
        low, high = _number(found[1]), _number(found[2])
        if low is None or high is None or low > high:
            return None
        return Interval(low, high)
    if found := _LIMIT.match(plain):
        return _limit(found[1], found[2])
    return None


def _limit(sign: str, text: str) -> Interval | None:
    limit = _number(text)
    if limit is None:
        return None
    if sign in ("<", "<=", "≤"):
        return Interval(None, limit, open_high=sign == "<")
    return Interval(limit, None, open_low=sign == ">")


def _above(value: Decimal, comparator: str, interval: Interval) -> bool:
    """Whether every number that `comparator value` allows lies above the interval."""
    if interval.high is None or comparator in ("<", "<="):
        return False
    return value > interval.high or (value == interval.high and (interval.open_high or comparator == ">"))


def _below(value: Decimal, comparator: str, interval: Interval) -> bool:
    if interval.low is None or comparator in (">", ">="):
        return False
    return value < interval.low or (value == interval.low and (interval.open_low or comparator == "<"))


def _surely_inside(value: Decimal, comparator: str, interval: Interval) -> bool:
    """Whether every number that is allowed lies inside. A limit is inside when it is stated as one."""
    if comparator in ("<", "<="):
        return interval.low is None and not _beyond_high(value, comparator, interval)
    if comparator in (">", ">="):
        return interval.high is None and not _beyond_low(value, comparator, interval)
    return True


def _beyond_high(value: Decimal, comparator: str, interval: Interval) -> bool:
    if interval.high is None:
        return False
    return value > interval.high or (value == interval.high and interval.open_high and comparator == "<=")


def _beyond_low(value: Decimal, comparator: str, interval: Interval) -> bool:
    if interval.low is None:
        return False
    return value < interval.low or (value == interval.low and interval.open_low and comparator == ">=")


def judge(value: Decimal | None, comparator: str, interval: Interval | None) -> Judgement:
    """Where a value lies: `undecided` whenever it cannot be said with certainty."""
    if value is None or interval is None or comparator not in ("", "<", "<=", ">", ">="):
        return "undecided"
    if _above(value, comparator, interval):
        return "above"
    if _below(value, comparator, interval):
        return "below"
    return "inside" if _surely_inside(value, comparator, interval) else "undecided"
