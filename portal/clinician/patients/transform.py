"""FHIR Person → what the page for finding a patient shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kit.ids import InvalidNationalId, parse_national_id
from portal.clients.fhir import Bundle, resources
from portal.session.models import OpenPatient
from portal.ui.dates import show_day


@dataclass(frozen=True)
class Person:
    """A person as the registers know them; a list gives name and number alone."""

    number: str
    name: str
    birth_date: str
    sex: str
    id: str = ""

    def __repr__(self) -> str:
        return "Person(***)"

    def opened(self, basis: str, reason: str | None) -> OpenPatient:
        """The same person, open on a basis and for a reason."""
        return OpenPatient(
            number=self.number,
            name=_spoken(self.name),
            birth_date=self.birth_date,
            sex=self.sex,
            basis=basis,
            reason=reason,
            person=self.id,
        )


@dataclass
class PatientRow:
    """One line of one's own patients. `key` finds the person on the server; the number stays there."""

    key: int
    name: str
    born: str


def people(bundle: Bundle) -> list[Person]:
    """The persons of a Bundle, in its order."""
    return [_person(resource) for resource in resources(bundle, "Person")]


def rows(found: list[Person], query: str, most: int) -> tuple[list[PatientRow], int]:
    """The first `most` lines whose name holds every word of `query`, or whose birth date begins with it,
    and how many there are in all."""
    words = query.casefold().split()
    hits = [(key, one) for key, one in enumerate(found) if _matches(one, words)]
    shown = [PatientRow(key, one.name, day(one.birth_date)) for key, one in hits[:most]]
    return shown, len(hits)


def day(iso: str) -> str:
    """`2016-11-13` → `13.11.2016`; an unknown date stays empty."""
    return show_day(iso)


def _matches(person: Person, words: list[str]) -> bool:
    haystack = f"{person.name.casefold()} {day(person.birth_date)}"
    return all(word in haystack for word in words)


def _person(resource: dict[str, Any]) -> Person:
    names = resource.get("name") or [{}]
    identifiers = resource.get("identifier") or [{}]
    number = str(identifiers[0].get("value", ""))
    return Person(
        number=number,
        name=_name(names[0]),
        birth_date=str(resource.get("birthDate") or _born(number)),
        sex=str(resource.get("gender", "unknown")),
        id=str(resource.get("id", "")),
    )


def _spoken(name: str) -> str:
    """As an open patient is named on every page, wherever they were opened from: given name first."""
    family, comma, given = name.partition(", ")
    return f"{given} {family}" if comma else name


def _name(name: dict[str, Any]) -> str:
    """Family name first, as lists are read and sorted."""
    given = " ".join(str(part) for part in name.get("given", []))
    family = str(name.get("family", ""))
    return f"{family}, {given}" if family and given else str(name.get("text", family or given))


def _born(number: str) -> str:
    """The birth date that the number's own digits tell, as ISO; empty where they tell none."""
    try:
        born = parse_national_id(number).birth_date
    except InvalidNationalId:
        return ""
    return born.isoformat() if born else ""
