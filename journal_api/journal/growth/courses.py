"""One measure's values against its references, and the percentiles between the first and the last. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import msgspec

from journal_api.journal.growth.lms import Lms, Point, lms_at, percentile_of, value_of, z_of, z_of_percentile
from journal_api.journal.growth.repository import Table
from kit.norway import OSLO, day_in_norway

PERCENTILES = (3, 10, 25, 50, 75, 90, 97)
"""The lines of the curves that Helsedirektoratet recommends to health centres and school health services."""
TERM, PRETERM = 40, 37
"""Weeks: of a birth at term, and before which one is preterm (WHO)."""
CORRECTED_FOR = 2 * 365.25
"""Days for which a child born preterm has its corrected age (J: usual practice)."""
_STEPS = 60


class Reference(msgspec.Struct, frozen=True):
    """What a reference is called, its version, and where it is from."""

    name: str
    version: str
    source: str


class Measured(msgspec.Struct, frozen=True):
    """A value; `length` in cm where the table goes by it."""

    at: datetime
    value: float
    length: float | None = None


class Seen(msgspec.Struct, frozen=True):
    """A value against a reference: SDS and percentile, None where no table covers it.

    `corrected`: by the corrected age of a child born preterm.
    """

    at: datetime
    value: float
    age_days: int
    corrected: bool
    z: float | None
    percentile: float | None
    length: float | None = None


class Line(msgspec.Struct, frozen=True):
    """A percentile from the first value (one alone: from birth) to the last: runs of (time, value), broken
    where the reference or the way of age changes."""

    percentile: int
    runs: list[list[tuple[datetime, float]]]


class Course(msgspec.Struct, frozen=True):
    """One measure. No lines for what goes by length."""

    measure: str
    references: list[Reference]
    values: list[Seen]
    lines: list[Line]


def course_of(
    measure: str,
    values: Sequence[Measured],
    tables: Sequence[tuple[Table, Sequence[Point]]],
    born: date,
    gestation: float | None,
) -> Course:
    """The values, oldest first, against the tables of the measure (none overlap)."""
    own = [(table, points) for table, points in tables if table.measure == measure]
    seen = [_seen(one, own, born, gestation) for one in values]
    named = dict.fromkeys(Reference(one.name, one.version, one.source) for one, _ in own)
    by_length = any(one.length is not None for one in values)
    lines = [] if by_length or not values or not own else _lines(values, own, born, gestation)
    return Course(measure, list(named), seen, lines)


def age_at(day: date, born: date, gestation: float | None) -> tuple[float, bool]:
    """The age in days that a table is read at, and whether it is corrected for a birth before 37 weeks."""
    days = float((day - born).days)
    if gestation is None or gestation >= PRETERM or days >= CORRECTED_FOR:
        return days, False
    return days - (TERM - gestation) * 7, True


def _seen(
    one: Measured,
    own: Sequence[tuple[Table, Sequence[Point]]],
    born: date,
    gestation: float | None,
) -> Seen:
    day = day_in_norway(one.at)
    age, corrected = age_at(day, born, gestation)
    found = _at(own, age if one.length is None else one.length)
    z = z_of(one.value, found[1]) if found else None
    return Seen(
        one.at,
        one.value,
        (day - born).days,
        corrected and one.length is None,
        None if z is None else round(z, 2),
        None if z is None else round(percentile_of(z), 1),
        one.length,
    )


def _at(own: Sequence[tuple[Table, Sequence[Point]]], x: float) -> tuple[str, Lms] | None:
    for table, points in own:
        if (found := lms_at(points, x)) is not None:
            return table.name, found
    return None


def _lines(
    values: Sequence[Measured],
    own: Sequence[tuple[Table, Sequence[Point]]],
    born: date,
    gestation: float | None,
) -> list[Line]:
    birth = datetime.combine(born, time(12), OSLO)
    first, last = values[0].at if len(values) > 1 else birth, values[-1].at
    if last <= first:
        return []
    step = max((last - first) / _STEPS, timedelta(days=1))
    times = [first + step * n for n in range(int((last - first) / step))] + [last]
    runs: list[list[tuple[datetime, Lms]]] = []
    before = None
    for at in times:
        age, corrected = age_at(day_in_norway(at), born, gestation)
        found = _at(own, age)
        now = (found[0], corrected) if found else None
        if found and now != before:
            runs.append([])
        if found:
            runs[-1].append((at, found[1]))
        before = now
    return [Line(percentile, _drawn(runs, z_of_percentile(percentile))) for percentile in PERCENTILES]


def _drawn(runs: list[list[tuple[datetime, Lms]]], z: float) -> list[list[tuple[datetime, float]]]:
    made = [
        [(at, round(value, 3)) for at, found in run if (value := value_of(z, found)) is not None]
        for run in runs
    ]
    return [run for run in made if len(run) > 1]
