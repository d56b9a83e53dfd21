"""Households: singles, couples, families with children, the old; a few with D-numbers or hidden addresses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Literal

from dev.personas import Parent, Person
from dev.population.names import FAMILY, FEMALE, MALE
from dev.population.numbers import Numbers

_MUNICIPALITIES = ("9901", "9901", "9901", "9902", "9902")
_BOTH: tuple[Literal[1, 2], ...] = (2, 1)
Protection = Literal["none", "confidential", "strictly_confidential"]
_PROTECTED: dict[int, Protection] = {7: "confidential", 14: "strictly_confidential"}  # of 97 households


def households(seed: int, today: date, numbers: Numbers) -> Iterator[list[Person]]:
    """Households without end, each by its own random stream; every first household of ten is a family."""
    index = 0
    while True:
        rng = Random(f"{seed}/household/{index}")
        yield _Household(rng, index, today, numbers).make()
        index += 1


class _Household:
    def __init__(self, rng: Random, index: int, today: date, numbers: Numbers) -> None:
        self.rng = rng
        self.today = today
        self.numbers = numbers
        self.municipality = rng.choice(_MUNICIPALITIES)
        self.address = f"h{index}"
        self.family = rng.choice(FAMILY)
        self.protection: Protection = _PROTECTED.get(index % 97, "none")
        self.kind = (
            "family" if index % 10 == 0 else rng.choice(("single", "couple", "family", "family", "old"))
        )
        self.d_number = index % 17 == 5

    def make(self) -> list[Person]:
        if self.kind == "single":
            return [self._adult(19, 66, self.rng.choice((1, 2)))]
        if self.kind == "couple":
            return [self._adult(22, 66, 1), self._adult(22, 66, 2)]
        if self.kind == "old":
            count = self.rng.choice((1, 2))
            return [self._adult(67, 93, sex) for sex in _BOTH[:count]]
        return self._family()

    def _family(self) -> list[Person]:
        mother = self._adult(27, 46, 2)
        father = self._adult(28, 50, 1, elsewhere=self.rng.random() < 0.2)
        parents = tuple(
            Parent(national_id=p.national_id, responsibility=responsible)
            for p, responsible in ((mother, True), (father, self.rng.random() < 0.95))
        )
        mother_age = (self.today - mother.birth_date).days // 365
        oldest = min(17, mother_age - 20)
        ages = sorted(
            {self.rng.randrange(oldest + 1) for _ in range(self.rng.choice((1, 2, 2, 3)))}, reverse=True
        )
        return [mother, father, *(self._person(age, self.rng.choice((1, 2)), parents) for age in ages)]

    def _adult(self, youngest: int, oldest: int, sex: Literal[1, 2], *, elsewhere: bool = False) -> Person:
        return self._person(self.rng.randint(youngest, oldest), sex, (), elsewhere=elsewhere)

    def _person(self, age: int, sex: int, parents: tuple[Parent, ...], *, elsewhere: bool = False) -> Person:
        born = self.today - timedelta(days=age * 365 + age // 4 + self.rng.randrange(365))
        number = self.numbers.national(self.rng, born, sex, d_number=self.d_number and not parents)
        return Person(
            national_id=number,
            given_name=self.rng.choice(MALE if sex == 1 else FEMALE),
            family_name=self.family,
            birth_date=born,
            sex=1 if sex == 1 else 2,
            address_protection=self.protection,
            municipality=self.municipality,
            address_id=f"{self.address}-b" if elsewhere else self.address,
            parents=parents,
        )
