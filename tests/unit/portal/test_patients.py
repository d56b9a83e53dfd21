"""Finding a patient: from FHIR Person to the lines of the list, and the banner."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from portal.clinician.patients.transform import people, rows
from portal.frame.patient import years_between

LINE, GRY = "13116900216", "12057900499"


def person(number: str, text: str, **more: Any) -> dict[str, Any]:
    identifier = {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": number}
    return {"resourceType": "Person", "identifier": [identifier], "name": [{"text": text}], **more}


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "entry": [{"resource": one} for one in resources]}


def test_a_listed_person_has_the_birth_date_that_the_number_tells() -> None:
    (line,) = people(bundle(person(LINE, "Danser, Line")))
    assert (line.number, line.name, line.birth_date, line.sex) == (
        LINE,
        "Danser, Line",
        "1969-11-13",
        "unknown",
    )
    assert LINE not in repr(line)


def test_the_registers_birth_date_and_name_come_before_the_numbers() -> None:
    name = {"given": ["Line", "Marie"], "family": "Danser", "text": "Line Marie Danser"}
    known = person(LINE, "", name=[name], birthDate="1970-01-02", gender="female")
    (line,) = people(bundle(known, {"resourceType": "OperationOutcome"}))
    assert (line.name, line.birth_date, line.sex) == ("Danser, Line Marie", "1970-01-02", "female")
    opened = line.opened("UNNTAK", None)
    assert opened.name == "Line Marie Danser", "as one who is opened from a list of the unit's"


def test_a_number_without_a_date_and_a_person_without_a_number_still_have_a_line() -> None:
    unnumbered = {"resourceType": "Person", "name": [{"text": "Ukjent"}]}
    assert [one.birth_date for one in people(bundle(unnumbered))] == [""]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Danser, Line", "Telokk, Gry"]),
        ("dan LI", ["Danser, Line"]),
        ("12.05", ["Telokk, Gry"]),
        ("ole", []),
    ],
)
def test_every_word_must_be_in_the_name_or_the_birth_date(query: str, names: list[str]) -> None:
    found = people(bundle(person(LINE, "Danser, Line"), person(GRY, "Telokk, Gry")))
    shown, total = rows(found, query, 50)
    assert [row.name for row in shown] == names
    assert total == len(names)
    assert all(found[row.key].name == row.name for row in shown)
    assert LINE not in repr(shown)


def test_a_long_list_is_cut_and_says_how_long_it_is() -> None:
    found = people(bundle(*[person(LINE, f"Person {n}") for n in range(60)]))
    shown, total = rows(found, "person", 50)
    assert (len(shown), total) == (50, 60)


@pytest.mark.parametrize(("day", "years"), [("2026-11-12", 56), ("2026-11-13", 57), ("2027-01-01", 57)])
def test_age_in_whole_years(day: str, years: int) -> None:
    assert years_between(date(1969, 11, 13), date.fromisoformat(day)) == years
