"""Loads the synthetic population's journals, as a municipality's earlier journal is taken over.

Safe to repeat: an entry that is there stays. What is to be done today is `dev.today`'s.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

import psycopg
from psycopg import AsyncConnection

from core_record.registers.service import resolve_person
from dev.personas import RegisterFile, load_personas
from dev.population.build import SHOWCASE
from dev.population.journal import Author, Authors, journal_of
from dev.population.subject import Subject
from journal_api.transfer.bundle import Kept
from journal_api.transfer.service import take_over
from kit.db import set_person
from kit.ids import parse_national_id
from kit.keys import KeyRing
from kit.settings import Settings

_TAKEN_OVER = UUID("c6f5b5f0-5b39-4c58-8a53-8f2d4f7a1b02")
_IN_A_TRANSACTION = 50
_PERSONNEL = "SELECT hpr_number, personnel_id, given_name || ' ' || family_name FROM core_record.personnel"
_EMPLOYED = """
SELECT e.org_number, e.role, s.personnel_id, s.given_name || ' ' || s.family_name
FROM core_record.employment e JOIN core_record.personnel s USING (personnel_id)
ORDER BY e.org_number, e.role, s.family_name, s.personnel_id
"""


def seed_journals(settings: Settings, registers: RegisterFile, subjects: Sequence[Subject]) -> int:
    """Load the journal of every subject; how many entries were new."""
    return asyncio.run(_seed(settings, registers, subjects))


async def _seed(settings: Settings, registers: RegisterFile, subjects: Sequence[Subject]) -> int:
    keys = KeyRing.load(settings.keys_folder)
    taken = 0
    async with await psycopg.AsyncConnection.connect(settings.dsn("akson_journal")) as conn:
        cast = await Cast.read(conn, registers)
        for start in range(0, len(subjects), _IN_A_TRANSACTION):
            async with conn.transaction():
                for subject in subjects[start : start + _IN_A_TRANSACTION]:
                    taken += await _load(conn, keys, subject, cast.journal(subject))
    return taken


class Cast:
    """Who writes whose journal: from the registers as they are in the database."""

    def __init__(
        self,
        registers: RegisterFile,
        by_hpr: Mapping[str, Author],
        employed: Mapping[tuple[str, str], Author],
    ) -> None:
        kinds: dict[tuple[str | None, str], str] = {
            (o.municipality, o.kind): o.org_number for o in registers.organisations
        }
        self._units = {key: number for key, number in kinds.items() if key[0]}
        self._by_hpr, self._employed = by_hpr, employed
        self._lists = {entry.national_id: entry for entry in registers.gp_lists}
        names: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for person in registers.persons:
            name = f"{person.given_name} {person.family_name}"
            names[person.address_id or person.national_id].append((person.national_id, name))
        self._households = names
        personas = load_personas()
        shown = {personas.personas[name].national_id for name in SHOWCASE}
        self._shown = shown | {p.national_id for p in personas.persons if p.parents}

    @classmethod
    async def read(cls, conn: AsyncConnection[Any], registers: RegisterFile) -> Cast:
        """Read ids and names of personnel."""
        people = await (await conn.execute(_PERSONNEL)).fetchall()
        by_hpr = {hpr: Author(person, name, "LE", "") for hpr, person, name in people if hpr}
        employed: dict[tuple[str, str], Author] = {}
        for unit, role, person, name in await (await conn.execute(_EMPLOYED)).fetchall():
            authorised = role.isupper()
            employed.setdefault((unit, role), Author(person, name, role if authorised else None, unit))
        return cls(registers, by_hpr, employed)

    def journal(self, subject: Subject) -> list[Kept]:
        """The journal of one person."""
        person = subject.person
        listed = self._lists[person.national_id]
        gp = self._by_hpr[listed.hpr_number]
        authors = Authors(
            gp=Author(gp.personnel, gp.name, "LE", listed.org_number),
            emergency=self._at(person.municipality, "emergency", "LE"),
            health_centre=self._at(person.municipality, "health_centre", "SP"),
            home_nurse=self._at(person.municipality, "home_care", "SP"),
            home_assistant=self._at(person.municipality, "home_care", "pleieassistent"),
        )
        household = self._households[person.address_id or person.national_id]
        relatives = [name for number, name in household if number != person.national_id]
        return journal_of(subject, authors, relatives, shown=person.national_id in self._shown)

    def _at(self, municipality: str | None, kind: str, role: str) -> Author | None:
        unit = self._units.get((municipality, kind))
        return self._employed.get((unit, role)) if unit else None


async def _load(conn: AsyncConnection[Any], keys: KeyRing, subject: Subject, kept: Sequence[Kept]) -> int:
    person_id = await resolve_person(conn, keys, parse_national_id(subject.person.national_id))
    if person_id is None:
        return 0
    await set_person(conn, person_id)
    return await take_over(conn, person_id, kept, uuid5(_TAKEN_OVER, str(person_id)))
