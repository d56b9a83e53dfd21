"""The synthetic journal: the same every time, and of the forms that the journal takes."""

from __future__ import annotations

from collections import Counter
from datetime import date
from uuid import UUID

import msgspec
import pytest

from dev.population.build import people
from dev.population.journal import Author, Authors, growth, journal_of
from dev.population.subject import Subject
from journal_api.journal.kinds import KINDS
from journal_api.journal.measured import measures
from journal_api.journal.notes.kind import Composition, check_whole, template_of
from journal_api.transfer.bundle import Kept

TODAY = date(2026, 11, 23)
GP = Author(UUID(int=1), "Magnar Koman", "LE", "313900541")
OTHERS = [
    Author(UUID(int=n), f"N{n}", role, f"31390087{n}")
    for n, role in ((2, "LE"), (3, "SP"), (4, "SP"), (5, None))
]
AUTHORS = Authors(GP, *OTHERS)


@pytest.fixture(scope="module")
def subjects() -> list[Subject]:
    return people(12, 150, TODAY, 3)[1]


@pytest.fixture(scope="module")
def journals(subjects: list[Subject]) -> list[list[Kept]]:
    return [
        journal_of(subject, AUTHORS, ["Kari Nes"], shown=index < 3) for index, subject in enumerate(subjects)
    ]


def test_given_the_same_seed_then_the_same_journal(
    subjects: list[Subject], journals: list[list[Kept]]
) -> None:
    assert journal_of(subjects[0], AUTHORS, ["Kari Nes"], shown=True) == journals[0]


def test_every_entry_has_the_form_of_its_kind_and_a_signed_note_is_whole(journals: list[list[Kept]]) -> None:
    kinds: Counter[str] = Counter()
    for entry in (one.entry for journal in journals for one in journal):
        kinds[entry.kind] += 1
        if entry.kind in KINDS:
            msgspec.convert(entry.body, KINDS[entry.kind].body)
            assert entry.state in KINDS[entry.kind].live
        if entry.kind == "Composition":
            body = msgspec.convert(entry.body, Composition)
            check_whole(template_of(body.template), body)
    assert {
        "Encounter",
        "Composition",
        "Observation",
        "Condition",
        "MedicationStatement",
        "Immunization",
    } <= set(kinds)
    assert {"AllergyIntolerance", "Flag", "NextOfKin", "CarePlan", "CareTeam"} <= set(kinds)


def test_ids_are_one_persons_own_and_all_lies_before_today(journals: list[list[Kept]]) -> None:
    ids = [one.entry.id for journal in journals for one in journal]
    assert len(ids) == len(set(ids))
    assert all(one.entry.at.date() < TODAY for journal in journals for one in journal)


@pytest.mark.parametrize("size", [0.85, 1.0, 1.15])
def test_a_child_grows_within_what_can_be_measured(size: float) -> None:
    checks = [growth(weeks, size) for weeks in (6, 22, 52, 104, 208)]
    for name in ("weight", "height"):
        values = [check[name] for check in checks]
        assert values == sorted(values)
        assert all(measures()[name].least < value < measures()[name].most for value in values)
