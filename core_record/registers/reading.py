"""The registers' reads for the API: a person's banner, own patients, personnel and organisations. Private."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row

_OWN_PATIENTS = """
SELECT p.person_id, p.search_name FROM core_record.own_patient p
WHERE %(today)s BETWEEN p.valid_from AND coalesce(p.valid_to, 'infinity')
AND (p.assignee = %(hpr)s OR p.assignee IN (
    SELECT t.hpr_number FROM core_record.gp_substitute t
    WHERE t.substitute_hpr = %(hpr)s AND %(today)s BETWEEN t.valid_from AND coalesce(t.valid_to, 'infinity')))
AND p.search_name ILIKE ALL (%(patterns)s::text[])
ORDER BY p.search_name, p.person_id
"""
_BANNER = """
SELECT p.person_id, p.given_name, p.family_name, p.birth_date, p.sex, coalesce((
    SELECT a.level FROM core_record.address_protection a WHERE a.person_id = p.person_id AND a.level <> 'none'
    AND %(today)s::date BETWEEN a.valid_from AND coalesce(a.valid_to, 'infinity')
    ORDER BY a.level = 'strictly_confidential' DESC LIMIT 1), 'none') AS address_protection
FROM core_record.person p WHERE p.person_id = %(person)s
"""


@dataclass(frozen=True, slots=True)
class Banner:
    """What identifies a person on screen."""

    person_id: UUID
    given_name: str | None
    family_name: str | None
    birth_date: date | None
    sex: int | None
    address_protection: str


@dataclass(frozen=True, slots=True)
class OwnPatient:
    """An entry in the list of own patients."""

    person_id: UUID
    search_name: str


@dataclass(frozen=True, slots=True)
class PractitionerRow:
    """Health personnel with HPR number; `codes` are today's authorisations (Volven 9060)."""

    hpr_number: str
    given_name: str
    family_name: str
    codes: list[str]


@dataclass(frozen=True, slots=True)
class RoleRow:
    """One employment; without authorisation there is no HPR number."""

    personnel_id: UUID
    hpr_number: str | None
    name: str
    org_number: str
    organisation: str
    role: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """An organisation or a place of treatment."""

    org_number: str
    name: str
    kind: str
    her_id: str | None
    parent: str | None
    parent_name: str | None
    municipality: str | None
    valid_from: date | None
    valid_to: date | None

    def active(self, day: date) -> bool:
        """Whether it is in operation that day."""
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)


async def banner(conn: AsyncConnection[Any], person_id: UUID, today: date) -> Banner | None:
    """The person this transaction serves, under the strictest protection of today."""
    async with conn.cursor(row_factory=class_row(Banner)) as cursor:
        await cursor.execute(
            _BANNER,
            {"person": person_id, "today": today},
        )
        return await cursor.fetchone()


async def own_patients(
    conn: AsyncConnection[Any], hpr_number: str | None, words: list[str], today: date
) -> list[OwnPatient]:
    """Today's patients of an HPR number, and of those it stands in for, in the unit this transaction serves.

    Every word of `words` must be somewhere in the name.
    """
    async with conn.cursor(row_factory=class_row(OwnPatient)) as cursor:
        await cursor.execute(
            _OWN_PATIENTS,
            {"hpr": hpr_number, "today": today, "patterns": [_pattern(word) for word in words]},
        )
        return await cursor.fetchall()


def _pattern(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


async def ciphers(conn: AsyncConnection[Any], persons: list[UUID]) -> dict[UUID, tuple[bytes, bytes]]:
    """The encrypted number in use of each person, with the hash it is bound to."""
    rows = await conn.execute(
        "SELECT person_id, number_hash, number_cipher FROM core_record.person_numbers(%s)", (persons,)
    )
    return {person: (bytes(number_hash), bytes(cipher)) async for person, number_hash, cipher in rows}


async def names(
    conn: AsyncConnection[Any], persons: list[UUID]
) -> dict[UUID, tuple[str, date | None, int | None]]:
    """Name, birth date and sex of each person known."""
    rows = await conn.execute("SELECT * FROM core_record.names_of(%s)", (persons,))
    return {person: (name, born, sex) async for person, name, born, sex in rows}


_PRACTITIONER_COLUMNS = """
SELECT s.hpr_number, s.given_name, s.family_name, ARRAY(
    SELECT a.code FROM core_record.authorisation a
    WHERE a.personnel_id = s.personnel_id
    AND %(today)s BETWEEN a.valid_from AND coalesce(a.valid_to, 'infinity') ORDER BY a.code) AS codes
"""
_PRACTITIONER_FILTER = (
    " FROM core_record.personnel s WHERE s.hpr_number IS NOT NULL"
    " AND (%(hpr)s::text IS NULL OR s.hpr_number = %(hpr)s)"
    " AND concat_ws(' ', s.given_name, s.family_name) ILIKE ALL (%(patterns)s::text[])"
)


async def practitioners(
    conn: AsyncConnection[Any], hpr_number: str | None, words: list[str], today: date, skip: int, count: int
) -> tuple[int, list[PractitionerRow]]:
    """How many match, and a page of them by name."""
    values = {
        "hpr": hpr_number,
        "patterns": [_pattern(word) for word in words],
        "today": today,
        "skip": skip,
        "count": count,
    }
    total = await _total(conn, _PRACTITIONER_FILTER, values)
    async with conn.cursor(row_factory=class_row(PractitionerRow)) as cursor:
        await cursor.execute(
            _PRACTITIONER_COLUMNS
            + _PRACTITIONER_FILTER
            + " ORDER BY s.family_name, s.given_name, s.hpr_number OFFSET %(skip)s LIMIT %(count)s",
            values,
        )
        return total, await cursor.fetchall()


_ROLE_FILTER = (
    " FROM core_record.employment e JOIN core_record.personnel s USING (personnel_id)"
    " JOIN core_record.organisation o ON o.org_number = e.org_number"
    " WHERE (%(everybody)s OR s.hpr_number IS NOT NULL)"
    " AND (%(hpr)s::text IS NULL OR s.hpr_number = %(hpr)s)"
    " AND (%(org)s::text IS NULL OR e.org_number = %(org)s)"
)


async def roles(
    conn: AsyncConnection[Any],
    hpr_number: str | None,
    org_number: str | None,
    skip: int,
    count: int,
    *,
    everybody: bool = False,
) -> tuple[int, list[RoleRow]]:
    """Employments of an HPR number, at an organisation, or both; `everybody`: without HPR number too."""
    values = {"hpr": hpr_number, "org": org_number, "skip": skip, "count": count, "everybody": everybody}
    total = await _total(conn, _ROLE_FILTER, values)
    async with conn.cursor(row_factory=class_row(RoleRow)) as cursor:
        await cursor.execute(
            "SELECT s.personnel_id, s.hpr_number, concat_ws(' ', s.given_name, s.family_name) AS name,"
            " e.org_number, o.name AS organisation, e.role, e.valid_from, e.valid_to"
            + _ROLE_FILTER
            + " ORDER BY name, s.hpr_number, e.org_number, e.role, e.valid_from"
            " OFFSET %(skip)s LIMIT %(count)s",
            values,
        )
        return total, await cursor.fetchall()


BODIES = ("municipality", "broker", "agency")
"""Kinds of organisations where nobody is treated and nothing is examined."""
_ORGANISATION_FILTER = (
    " FROM core_record.organisation o LEFT JOIN core_record.organisation p ON p.org_number = o.parent"
    " WHERE (%(org)s::text IS NULL OR o.org_number = %(org)s)"
    " AND (%(her)s::text IS NULL OR o.her_id = %(her)s)"
    " AND (%(parent)s::text IS NULL OR o.parent = %(parent)s)"
    " AND NOT (%(places)s AND o.kind = ANY(%(bodies)s))"
    " AND o.name ILIKE ALL (%(patterns)s::text[])"
)


async def organisations(
    conn: AsyncConnection[Any],
    *,
    org_number: str | None = None,
    her_id: str | None = None,
    parent: str | None = None,
    words: Sequence[str] = (),
    places: bool = False,
    skip: int = 0,
    count: int = 1,
) -> tuple[int, list[OrganisationRow]]:
    """Organisations by number, HER-id, parent and words of the name; `places`: of treatment alone."""
    values = {
        "org": org_number,
        "her": her_id,
        "parent": parent,
        "places": places,
        "bodies": list(BODIES),
        "patterns": [_pattern(word) for word in words],
        "skip": skip,
        "count": count,
    }
    total = await _total(conn, _ORGANISATION_FILTER, values)
    async with conn.cursor(row_factory=class_row(OrganisationRow)) as cursor:
        await cursor.execute(
            "SELECT o.org_number, o.name, o.kind, o.her_id, o.parent, p.name AS parent_name,"
            " o.municipality, o.valid_from, o.valid_to"
            + _ORGANISATION_FILTER
            + " ORDER BY o.name, o.org_number OFFSET %(skip)s LIMIT %(count)s",
            values,
        )
        return total, await cursor.fetchall()


async def _total(conn: AsyncConnection[Any], condition: str, values: dict[str, Any]) -> int:
    row = await (await conn.execute("SELECT count(*)" + condition, values)).fetchone()
    return int(row[0]) if row else 0
