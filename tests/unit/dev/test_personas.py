"""The personas: valid fictitious numbers, relations that the stories need, labels in three languages."""

from __future__ import annotations

from datetime import date

import pytest

from dev.personas import load_personas, persona
from kit.ids import parse_national_id

FILE = load_personas()
_CONTRACT = {
    "lege-koman", "lege-lin", "sykepleier", "pleieassistent", "sykehuslege", "legevakt", "helsestasjon",
    "lab", "line", "gry", "roland", "forelder", "ungdom", "panelmedlem", "panelleder", "drift",
    "administrator",
}  # fmt: skip


def _age(national_id: str | None) -> int:
    born = next(p.birth_date for p in FILE.persons if p.national_id == national_id)
    today: date = FILE.reference_date
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def test_every_persona_of_the_contract_is_there() -> None:
    assert set(FILE.personas) >= _CONTRACT


def test_every_persona_has_a_label_in_each_language() -> None:
    assert all(p.label.nb and p.label.nn and p.label.en for p in FILE.personas.values())


def test_every_number_is_valid_and_fits_birth_date_and_sex() -> None:
    for worker in FILE.personnel:
        parse_national_id(worker.national_id)
    for person in FILE.persons:
        assert parse_national_id(person.national_id).birth_date == person.birth_date
        assert int(person.national_id[8]) % 2 == (person.sex or 0) % 2


def test_given_a_clinician_then_person_authorisation_and_employment_agree() -> None:
    workers = {w.national_id: w for w in FILE.personnel}
    employed = {(e.national_id, e.org_number) for e in FILE.employments}
    for found in (p for p in FILE.personas.values() if p.login == "helseid"):
        worker = workers[found.national_id or ""]
        assert worker.hpr_number == found.hpr_number
        assert [a.code for a in worker.authorisations] == ([found.role] if found.role else [])
        assert (found.national_id, found.org_child) in employed


def test_given_a_place_then_its_parent_is_the_persona_s_legal_entity() -> None:
    parents = {o.org_number: o.parent or o.org_number for o in FILE.organisations}
    for found in (p for p in FILE.personas.values() if p.org_child):
        assert parents[found.org_child or ""] == found.org_parent


@pytest.mark.parametrize(
    ("name", "gp"), [("line", "lege-koman"), ("gry", "lege-koman"), ("roland", "lege-lin")]
)
def test_the_test_persons_are_on_the_list_of_their_gp(name: str, gp: str) -> None:
    entry = next(g for g in FILE.gp_lists if g.national_id == persona(name).national_id)
    assert entry.hpr_number == persona(gp).hpr_number


def test_given_the_reference_date_then_the_parent_has_one_child_of_8_and_one_of_14() -> None:
    parent = persona("forelder").national_id
    children = [p for p in FILE.persons if any(x.national_id == parent for x in p.parents)]
    assert sorted(_age(c.national_id) for c in children) == [8, 14]
    assert persona("ungdom").national_id in {c.national_id for c in children}


def test_the_lab_may_deliver_for_every_sender() -> None:
    assert all(persona("lab").org_parent in s.delivered_by for s in FILE.senders)


def test_given_an_unknown_name_then_the_error_lists_the_known_ones() -> None:
    with pytest.raises(KeyError, match="lege-koman"):
        persona("ukjent")
