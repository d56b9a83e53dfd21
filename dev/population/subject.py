"""One person's place in the population, and the visits at which samples are taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Literal

import msgspec

from dev.generator.model import Patient, Report, Requester
from dev.generator.order import Order
from dev.personas import Person

COURSE_DAYS = 3 * 365
"""How long ago an illness was found; results before that are as they were then."""

Place = Literal["gp", "hospital", "emergency"]
HOSPITAL = Requester(
    name="Storfjella sykehus, medisinsk avdeling",
    her_id="8100053",
    doctor="Henrik Åsgård",
    doctor_hpr="9900233",
)
EMERGENCY = Requester(
    name="Fjordvik interkommunale legevakt", her_id="8100012", doctor="Samira Haugland", doctor_hpr="9900365"
)


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A person with an anchor day: all results lie within `years` before it."""

    seed: int
    person: Person
    gp: Requester
    anchor: date
    years: int
    index: int

    @property
    def age(self) -> int:
        """Whole years on the anchor day."""
        born = self.person.birth_date
        return self.anchor.year - born.year - ((self.anchor.month, self.anchor.day) < (born.month, born.day))

    @property
    def sex(self) -> int:
        """1 male, 2 female."""
        return self.person.sex or 2

    def random(self, purpose: str) -> Random:
        """A random stream for one purpose, the same in every run."""
        return Random(f"{self.seed}/{self.person.national_id}/{purpose}")

    @property
    def patient(self) -> Patient:
        """The person as messages name it."""
        number = self.person.national_id
        return Patient(
            national_id=number,
            given_name=self.person.given_name,
            family_name=self.person.family_name,
            birth_date=self.person.birth_date,
            sex=self.person.sex,
            id_kind="DNR" if number[0] in "4567" else "FNR",
        )


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """Something asked for `ago` days before the anchor day. `name` is unique in its course."""

    ago: int
    name: str
    make: Callable[[Order], Report | list[Report]]
    reason: tuple[str, str] | None = None
    place: Place = "gp"
    version: str = "1.4"


Course = Callable[[Subject], Iterator[Visit]]


def order_of(subject: Subject, course: str, visit: Visit, levels: dict[str, float]) -> Order:
    """The order behind a visit; visits at the GP are moved from weekends to the Friday before."""
    key = f"{subject.seed}/{subject.person.national_id}/{course}/{visit.name}"
    rng = Random(key)
    day = subject.anchor - timedelta(days=visit.ago)
    if visit.place == "gp":
        day -= timedelta(days=max(0, day.weekday() - 4))
    hour = rng.randrange(7 * 12 + 6, 14 * 12) if visit.place == "gp" else rng.randrange(6 * 12, 23 * 12)
    requester = {"gp": subject.gp, "hospital": HOSPITAL, "emergency": EMERGENCY}[visit.place]
    return Order(
        key=key,
        patient=subject.patient,
        requester=requester,
        taken=datetime.combine(day, time(hour // 12, hour % 12 * 5)),
        age=(day - subject.person.birth_date).days // 365,
        reason=visit.reason,
        version=visit.version,
        levels=levels,
    )


def share_of(ago: int) -> float:
    """How much of `COURSE_DAYS` had passed: 0 at the start and before, 1 on the anchor day."""
    return min(1.0, max(0.0, 1 - ago / COURSE_DAYS))


def series(subject: Subject, course: str, step: int) -> Iterator[tuple[int, int]]:
    """Visits about `step` days apart: (number from the newest, days ago).

    Counted from the anchor day backwards, so that more years add older visits and change none.
    """
    rng = subject.random(f"{course}/series")
    span = subject.years * 365 - 10
    offset = rng.randint(2, max(3, step // 2))
    for number in range(span // step):
        ago = offset + number * step + rng.randint(-step // 8, step // 8)
        yield number, max(1, ago)
