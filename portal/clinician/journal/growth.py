"""A child's values against a growth reference, as the page shows them beside what was measured. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kit.norway import day_in_norway
from portal.clients.growth import Course, Growth, Reference, Seen
from portal.clients.notes import Words
from portal.clinician.results.transform.chart import Percentile
from portal.ui.texts import LANGUAGES, say

UNITS = {"bmi": "kg/m²", "weight-for-length": "kg", "weight-for-height": "kg"}
"""What follows from weight and height, and its unit."""
_CORRECTED_FOR = 731  # days


@dataclass
class Compared:
    """One value's place: SDS and percentile in words, empty where the reference says nothing."""

    age: int = -1
    age_in: str = "years"
    z: str = ""
    percentile: str = ""


def note_of(found: Growth | None) -> str:
    """What the page says of the comparison as a whole: a key of `journal.growth`, empty for nothing."""
    if found is None:
        return "unavailable"
    if not found.child:
        return ""
    if not found.sex_known:
        return "no_sex"
    if not found.loaded or not found.courses:
        return "no_reference"
    if found.gestation is None and any(one.age_days < _CORRECTED_FOR for one in _values(found)):
        return "uncorrected"
    return "corrected" if any(one.corrected for one in _values(found)) else ""


def places(course: Course | None) -> dict[tuple[datetime, float], Compared]:
    """Each value's place, by when it was measured and what."""
    return {(one.at, one.value): compared(one) for one in course.values} if course else {}


def compared(one: Seen) -> Compared:
    """A value's place in words."""
    day = day_in_norway(one.at)
    age, age_in = _age(day - timedelta(days=one.age_days), day)
    return Compared(age, age_in, _sds(one.z), _percentile(one.percentile))


def percentiles(course: Course | None) -> list[Percentile]:
    """The lines behind a graph."""
    return [Percentile(line.percentile, line.runs) for line in course.lines] if course else []


def sources(references: Sequence[Reference]) -> str:
    """Where the percentiles are from, in one line."""
    return "; ".join(f"{one.name} ({one.version}): {one.source}" for one in references)


def label_of(measure: str) -> Words:
    """What a course that follows from others is called."""
    return {lang: say(lang, f"journal.growth.{measure}") for lang in LANGUAGES}


def _values(found: Growth) -> list[Seen]:
    return [one for course in found.courses for one in course.values]


def _sds(z: float | None) -> str:
    if z is None:
        return ""
    shown = f"{z:+.1f}"
    return "0,0" if shown in ("+0.0", "-0.0") else shown.replace(".", ",").replace("-", "−")


def _percentile(percentile: float | None) -> str:
    if percentile is None:
        return ""
    return "<1" if percentile < 1 else ">99" if percentile > 99 else f"{percentile:.0f}"


def _age(born: date, day: date) -> tuple[int, str]:
    """By the calendar: weeks before three months, months before two years, then years."""
    months = (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)
    if months < 3:
        return (day - born).days // 7, "weeks"
    return (months, "months") if months < 24 else (months // 12, "years")
