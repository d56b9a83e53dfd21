"""The journal's view of a child's growth against the reference that is loaded."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from portal.clients.journal import JournalApi

MEASURED = ("weight", "height", "head-circumference")
"""What growth is seen in."""


class Reference(Struct, frozen=True):
    """What a reference is called, its version, and where it is from."""

    name: str
    version: str
    source: str


class Seen(Struct, frozen=True):
    """A value: SDS (`z`) and percentile, None where the reference says nothing; `length` (cm) it goes by."""

    at: datetime
    value: float
    age_days: int
    corrected: bool
    z: float | None = None
    percentile: float | None = None
    length: float | None = None


class Line(Struct, frozen=True):
    """A percentile over time, in runs that are not joined."""

    percentile: int
    runs: list[list[tuple[datetime, float]]]


class Course(Struct, frozen=True):
    """One measure, oldest value first."""

    measure: str
    references: list[Reference]
    values: list[Seen]
    lines: list[Line]


class Growth(Struct, frozen=True):
    """A child's growth; of those over 20 years nothing. `gestation`: weeks at birth, where recorded."""

    child: bool = False
    sex_known: bool = True
    loaded: bool = False
    gestation: float | None = None
    courses: list[Course] = []


async def growth_of(api: JournalApi) -> Growth:
    """Of the person that the client is about. Raises `JournalProblem`."""
    return await api.ask("POST", "/growth/_search", Growth)
