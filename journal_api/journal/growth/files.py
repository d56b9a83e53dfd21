"""Files of LMS tables: our own columns, and those that WHO's tables have. docs/growth.md tells more.

Nothing is guessed: what the columns do not say (sex, measure, whether an age is in days or months) the
operator says.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping
from io import StringIO
from itertools import pairwise
from pathlib import Path

import msgspec

from journal_api.journal.growth.lms import Lms, Point
from kit.tables import CodeFileError, read_text

LENGTHS = ("weight-for-length", "weight-for-height")
"""Measures whose table goes by length (lying, under 2 years) or height, not by age."""
LIMITS: Mapping[str, tuple[float, float]] = {
    "weight": (0.2, 200),
    "height": (20, 230),
    "head-circumference": (20, 70),
    "bmi": (5, 60),
    "weight-for-length": (0.5, 60),
    "weight-for-height": (2, 100),
}
"""Measures, and between what their median lies (kg, cm, kg/m²): another unit is told."""
DAYS_IN_MONTH = 30.4375
_SEXES = {"male": "male", "m": "male", "1": "male", "female": "female", "f": "female", "2": "female"}
_MEASURES = {"length": "height", "length/height": "height", "wfa": "weight", "lhfa": "height"}
_AGES = {"age_days": 1.0, "day": 1.0, "age_months": DAYS_IN_MONTH, "month": DAYS_IN_MONTH}
_MOST = 120_000  # rows
_MOST_L, _MOST_S = 10.0, 1.0
_OLDEST = 20 * 366  # days
_LONGEST = 230  # cm

Tables = dict[tuple[str, str], list[Point]]
"""(measure, sex) → rows, ascending."""


class Said(msgspec.Struct, frozen=True):
    """What the operator says of a file whose columns do not. `age_in`: `days` or `months`."""

    measure: str = ""
    sex: str = ""
    age_in: str = ""


def read_tables(path: Path, said: Said) -> Tables:
    """The tables of one file. Raises `CodeFileError` with the line that is wrong and why."""
    found: Tables = {}
    for line, row in _rows(read_text(path)):
        if line > _MOST:
            raise CodeFileError(f"More than {_MOST} lines.")
        try:
            key, point = _row(row, said)
        except ValueError as fault:
            raise CodeFileError(f"Line {line}: {fault}.") from None
        found.setdefault(key, []).append(point)
    if not found:
        raise CodeFileError("There are no rows below the columns.")
    return {key: _ordered(key, points) for key, points in found.items()}


def _rows(text: str) -> Iterable[tuple[int, dict[str, str]]]:
    """Each with its line in the file; empty ones are passed over."""
    head = text.partition("\n")[0]
    delimiter = max("\t;,", key=head.count)
    reader = csv.DictReader(StringIO(text), delimiter=delimiter)
    for row in reader:
        made = {
            (name or "").strip().lower(): value.strip()
            for name, value in row.items()
            if isinstance(value, str)
        }
        if any(made.values()):
            yield reader.line_num, made


def _row(row: Mapping[str, str], said: Said) -> tuple[tuple[str, str], Point]:
    sex = _SEXES.get((row.get("sex") or said.sex).lower())
    if sex is None:
        raise ValueError("sex must be male or female (or 1, 2), in a column or by --sex")
    named = (row.get("measure") or said.measure).lower()
    measure = _MEASURES.get(named, named)
    if measure not in LIMITS:
        raise ValueError(f"measure must be one of {', '.join(LIMITS)}, in a column or by --measure")
    least, most = LIMITS[measure]
    at = Lms(*(_number(row, name) for name in ("l", "m", "s")))
    if not least <= at.m <= most:
        raise ValueError(f"the median {at.m:g} lies outside {least:g} to {most:g} ({measure}): another unit?")
    if abs(at.l) > _MOST_L or not 0 < at.s < _MOST_S:
        raise ValueError(f"L must lie between -{_MOST_L:g} and {_MOST_L:g}, and S between 0 and {_MOST_S:g}")
    return (measure, sex), Point(_place(row, measure, said), at)


def _place(row: Mapping[str, str], measure: str, said: Said) -> float:
    """The age in days, or the length in cm."""
    if measure in LENGTHS:
        name = next((name for name in ("length", "height", "length_cm") if name in row), None)
        if name is None:
            raise ValueError(f"{measure} needs a column length or height, in cm")
        return _between(_number(row, name), _LONGEST, name)
    if "age" in row:
        factor = {"days": 1.0, "months": DAYS_IN_MONTH}.get(said.age_in)
        if factor is None:
            raise ValueError("say by --age-in whether the column age is in days or months")
        return _between(_number(row, "age") * factor, _OLDEST, "age")
    name = next((name for name in _AGES if name in row), None)
    if name is None:
        raise ValueError("there must be a column age_days, age_months or age")
    return _between(_number(row, name) * _AGES[name], _OLDEST, name)


def _between(value: float, most: float, name: str) -> float:
    if not 0 <= value <= most:
        raise ValueError(f"{name} lies outside what growth references cover")
    return round(value, 4)


def _number(row: Mapping[str, str], name: str) -> float:
    text = row.get(name, "").replace(",", ".")
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{name} must be a number") from None
    if not math.isfinite(value):
        raise ValueError(f"{name} must be a number")
    return value


def _ordered(key: tuple[str, str], points: list[Point]) -> list[Point]:
    ordered = sorted(points, key=lambda point: point.x)
    for one, two in pairwise(ordered):
        if one.x == two.x:
            raise CodeFileError(f"{key[0]}, {key[1]}: {one.x:g} stands twice.")
    if len(ordered) < 2:
        raise CodeFileError(f"{key[0]}, {key[1]}: one row alone is no course.")
    return ordered
