"""Health personnel around the personas: GPs with their offices, and colleagues in municipality and hospital.

A block of GPs serves some thousand persons; larger populations get further blocks, the first stays as it was.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Literal

import msgspec

from core_record.registers.roles import OWN_ROLES
from dev.personas import Authorisation, Employment, Organisation, Personnel, Substitute
from dev.population.names import FAMILY, FEMALE, MALE
from dev.population.numbers import Numbers, organisation_number

PERSONS_PER_BLOCK = 6000
_PERSONA_GPS = {"9901": ("9144889", "313900541"), "9902": ("9144900", "313900762")}
_OFFICES = (("9901", "Elvebakken legesenter"), ("9901", "Torget legekontor"), ("9902", "Skogly legesenter"))
_COLLEAGUES = (
    ("313900878", "SP", 4),
    ("313900878", "HF", 3),
    ("313900878", "pleieassistent", 2),
    ("313901203", "SP", 3),
    ("313900983", "LE", 2),
    ("313900983", "SP", 2),
    ("313901092", "SP", 2),
    ("313901424", "LE", 3),
    ("313901424", "SP", 3),
    ("313900878", "hjemmehjelp", 3),
    ("313901203", "pleieassistent", 2),
    ("313901092", "administrativ", 1),
    ("313900983", "student", 1),
)
# How long before today a substitution begins, and how long it lasts, days: now, over, and to come.
_SUBSTITUTIONS = ((10, 28), (140, 30), (-60, 21))


class Gp(msgspec.Struct, frozen=True, kw_only=True):
    """A GP with the office where the list is."""

    hpr_number: str
    org_number: str
    municipality: str


class Staff(msgspec.Struct, kw_only=True):
    """All personnel of a population, and the GPs by block."""

    organisations: list[Organisation] = msgspec.field(default_factory=list)
    personnel: list[Personnel] = msgspec.field(default_factory=list)
    employments: list[Employment] = msgspec.field(default_factory=list)
    substitutes: list[Substitute] = msgspec.field(default_factory=list)
    blocks: list[list[Gp]] = msgspec.field(default_factory=list)

    def gp_of(self, index: int, municipality: str, rng: Random) -> Gp:
        """The GP of a person; `index` is the person's place in the population."""
        block = self.blocks[index // PERSONS_PER_BLOCK]
        return rng.choice([gp for gp in block if gp.municipality == municipality])


def make_staff(seed: int, persons: int, today: date, numbers: Numbers) -> Staff:
    """Personnel for a population of this size."""
    staff = Staff()
    _Hiring(staff, Random(f"{seed}/colleagues"), today, numbers).colleagues()
    for block in range(persons // PERSONS_PER_BLOCK + 1):
        _Hiring(staff, Random(f"{seed}/gps/{block}"), today, numbers).block(block)
    return staff


class _Hiring:
    def __init__(self, staff: Staff, rng: Random, today: date, numbers: Numbers) -> None:
        self.staff = staff
        self.rng = rng
        self.today = today
        self.numbers = numbers

    def colleagues(self) -> None:
        for place, code, count in _COLLEAGUES:
            for _ in range(count):
                self._hire(place, code)

    def block(self, block: int) -> None:
        gps: list[Gp] = []
        if block == 0:
            # Several times: the personas' own lists are worth looking at.
            gps = [
                Gp(hpr_number=hpr, org_number=org, municipality=m) for m, (hpr, org) in _PERSONA_GPS.items()
            ] * 4
        for place, (municipality, name) in enumerate(_OFFICES):
            serial = block * 10 + place * 2
            office = self._office(serial, name if block == 0 else f"{name} {block + 1}", municipality)
            pair = [self._hire(office, "LE") or "" for _ in range(2)]
            gps += [Gp(hpr_number=hpr, org_number=office, municipality=municipality) for hpr in pair]
            self._stands_in(pair[1], pair[0], *_SUBSTITUTIONS[place])
            self._hire(office, "HE")
        self.staff.blocks.append(gps)

    def _stands_in(self, substitute: str, gp: str, before: int, days: int) -> None:
        """The other GP of the office, who works there anyway."""
        since = self.today - timedelta(days=before)
        until = since + timedelta(days=days)
        self.staff.substitutes.append(
            Substitute(hpr_number=gp, substitute_hpr=substitute, valid_from=since, valid_to=until)
        )

    def _office(self, serial: int, name: str, municipality: str) -> str:
        entity, place = organisation_number(serial), organisation_number(serial + 1)
        common = {"kind": "gp_office", "municipality": municipality}
        her = 8_200_000 + serial
        self.staff.organisations += [
            msgspec.convert(
                {"org_number": entity, "name": f"{name} AS", "her_id": str(her), **common}, Organisation
            ),
            msgspec.convert(
                {"org_number": place, "name": name, "her_id": str(her + 1), "parent": entity, **common},
                Organisation,
            ),
        ]
        return place

    def _hire(self, place: str, code: str) -> str | None:
        sex: Literal[1, 2] = 1 if self.rng.random() < 0.35 else 2
        born = date(
            self.today.year - self.rng.randint(26, 64), self.rng.randint(1, 12), self.rng.randint(1, 28)
        )
        hpr = None if code in OWN_ROLES else self.numbers.hpr()
        since = date(born.year + 25, 7, 1)
        worker = Personnel(
            national_id=self.numbers.national(self.rng, born, sex),
            given_name=self.rng.choice(MALE if sex == 1 else FEMALE),
            family_name=self.rng.choice(FAMILY),
            hpr_number=hpr,
            authorisations=(Authorisation(code=code, valid_from=since),) if hpr else (),
        )
        self.staff.personnel.append(worker)
        self.staff.employments.append(
            Employment(national_id=worker.national_id, org_number=place, role=code, valid_from=since)
        )
        return hpr
