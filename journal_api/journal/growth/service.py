"""Load references, and see a person's values against them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from psycopg import Connection

from core_record.registers.service import listed_persons
from journal_api.desk import Visit
from journal_api.journal.entries import service as entries
from journal_api.journal.entries.models import Entry
from journal_api.journal.growth import repository
from journal_api.journal.growth.courses import Course, Measured, Reference, course_of
from journal_api.journal.growth.files import Said, read_tables
from journal_api.journal.growth.repository import Table
from kit.norway import day_in_norway
from kit.tables import CodeFileError

KIND = "Observation"
ADULT = 20
"""Years: to those who are older growth says nothing."""
_SEXES = {1: "male", 2: "female"}
_MOST = 1000
_GROWN, _GESTATION = ("weight", "height", "head-circumference"), "gestational-age"
_LYING = 2 * 365.25
"""Days: younger children are measured lying (length), older ones standing (height), as WHO's tables go."""


class Growth(msgspec.Struct, frozen=True):
    """A person's growth. `child`: under 20 years. `gestation`: weeks at birth, where they are recorded.

    Without courses: no reference is loaded for the sex (`loaded`), or the register does not say the sex.
    """

    child: bool
    sex_known: bool
    loaded: bool
    gestation: float | None
    courses: list[Course]


def import_file(
    conn: Connection[Any], path: Path, reference: Reference, said: Said, ages: tuple[float, float]
) -> list[str]:
    """Load one file under a reference's name; what was loaded, in words. Safe to repeat.

    `ages` in years cut what the file holds by age. Raises `CodeFileError`, also where another reference
    covers the same ages: it is for the operator to say which holds.
    """
    repository.hold(conn)
    low, high = (years * 365.25 for years in ages)
    told = []
    for (measure, sex), whole in sorted(read_tables(path, said).items()):
        by_age = not measure.startswith("weight-for-")
        points = [point for point in whole if low <= point.x <= high] if by_age else whole
        if len(points) < 2:
            raise CodeFileError(f"{measure}, {sex}: no rows between these ages.")
        other = repository.overlapping(conn, reference.name, measure, sex, points)
        if other is not None:
            raise CodeFileError(
                f"{measure}, {sex}: {other} covers some of the same ages. Cut this one by --from and --to, or"
                f" take {other} out: akson growth remove."
            )
        repository.store(conn, (reference.name, measure, sex), reference.version, reference.source, points)
        told.append(f"{measure}, {sex}: {len(points)} rows")
    return told


def references(conn: Connection[Any]) -> list[Table]:
    """Every table loaded."""
    return repository.tables(conn)


def remove(conn: Connection[Any], name: str) -> int:
    """Take a reference out; how many tables it had."""
    repository.hold(conn)
    return repository.remove(conn, name)


async def growth(here: Visit) -> tuple[Growth, int]:
    """A person's growth, and how many entries it shows."""
    listed = (await listed_persons(here.conn, here.keys, [here.person_id])).get(here.person_id)
    born = here.decision.facts.birth_date
    sex = _SEXES.get(listed.sex or 0) if listed else None
    if born is None or _years(born, day_in_norway(here.now)) >= ADULT:
        return Growth(False, sex is not None, False, None, []), 0
    asked = (*_GROWN, _GESTATION)
    found = await entries.listing(here, [KIND], states=["final"], measures=asked, count=_MOST)
    by_measure: dict[str, list[Entry]] = {}
    for entry in reversed(found):
        by_measure.setdefault(str(entry.body.get("measure")), []).append(entry)
    weeks = by_measure.get(_GESTATION, [])
    gestation = float(weeks[-1].body["value"]) if weeks else None
    tables = await repository.of_sex(here.conn, sex) if sex else []
    values = _values(by_measure, born)
    courses = [course_of(name, values[name], tables, born, gestation) for name in values if values[name]]
    kept = [course for course in courses if course.references]
    return Growth(True, sex is not None, bool(tables), gestation, kept), len(found)


def _values(found: Mapping[str, Sequence[Entry]], born: date) -> dict[str, list[Measured]]:
    """What is measured, and what follows from weight and height measured together."""
    made: dict[str, list[Measured]] = {
        name: [Measured(entry.at, float(entry.body["value"])) for entry in found.get(name, [])]
        for name in _GROWN
    }
    heights = {one.at: one.value for one in made["height"]}
    together = [(one.at, one.value, heights[one.at]) for one in made["weight"] if one.at in heights]
    made["bmi"] = [Measured(at, round(kg / (cm / 100) ** 2, 2)) for at, kg, cm in together]
    made["weight-for-length"] = [Measured(at, kg, cm) for at, kg, cm in together if _lies(at, born)]
    made["weight-for-height"] = [Measured(at, kg, cm) for at, kg, cm in together if not _lies(at, born)]
    return made


def _lies(at: datetime, born: date) -> bool:
    return day_in_norway(at) - born < timedelta(days=_LYING)


def _years(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
