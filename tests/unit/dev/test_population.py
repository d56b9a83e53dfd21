"""The synthetic population: the same every time, valid numbers, no clash, every kind for the test persons."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta

import pytest
from lxml import etree

from core_record.registers.file import register_file
from dev.personas import load_personas
from dev.population import GeneratedMessage, Population, build
from dev.population.numbers import check_digit, organisation_number
from kit.ids import parse_national_id
from results_service.reports.svarrapport import read_message
from tests.shared import requires_shared
from tests.unit.dev.schemas import faults

TODAY = date(2026, 11, 23)
PERSONAS = load_personas()
_ORG_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)


@pytest.fixture(scope="module")
def fifty() -> Population:
    return build(7, 50, TODAY)


def _of(population: Population, persona: str) -> list[GeneratedMessage]:
    number = PERSONAS.personas[persona].national_id or ""
    return [m for m in population.messages if f"<OffId>{number}<".encode() in m.body]


def test_given_the_same_seed_then_the_population_is_the_same(fifty: Population) -> None:
    assert build(7, 50, TODAY) == fifty


def test_given_a_larger_population_then_it_begins_with_the_smaller() -> None:
    small, large = build(7, 20, TODAY), build(7, 30, TODAY)
    assert large.registers.persons[: len(small.registers.persons)] == small.registers.persons
    assert {m.body for m in small.messages} <= {m.body for m in large.messages}


def test_given_more_years_then_older_results_are_added_and_none_changed() -> None:
    short, long = build(7, 5, TODAY, years=2), build(7, 5, TODAY, years=5)
    assert {m.body for m in short.messages} < {m.body for m in long.messages}
    assert min(m.sent for m in long.messages) < min(m.sent for m in short.messages)


def test_given_another_seed_then_the_persons_differ(fifty: Population) -> None:
    assert build(8, 50, TODAY).registers.persons[-50:] != fifty.registers.persons[-50:]


def test_given_fifty_persons_then_there_are_some_hundred_messages(fifty: Population) -> None:
    assert 400 <= len(fifty.messages) <= 750
    assert len(fifty.registers.persons) == 50 + len(PERSONAS.persons)


def test_all_national_numbers_are_valid_unique_and_fit_the_birth_date(fifty: Population) -> None:
    numbers = [p.national_id for p in (*fifty.registers.persons,)]
    numbers += [p.national_id for p in fifty.registers.personnel]
    assert len(set(numbers)) == len(numbers)
    for person in fifty.registers.persons:
        read = parse_national_id(person.national_id)
        assert read.birth_date == person.birth_date
        assert int(person.national_id[8]) % 2 == (person.sex or 0) % 2


def test_all_our_own_numbers_are_of_the_fictitious_series(fifty: Population) -> None:
    given = {"13116900216", "12057900499", "15076500565"}
    own = {p.national_id for p in fifty.registers.persons} | {
        p.national_id for p in fifty.registers.personnel
    }
    assert all(int(n[2:4]) > 80 for n in own - given)


def test_organisation_numbers_have_a_valid_check_digit(fifty: Population) -> None:
    for organisation in fifty.registers.organisations:
        number = organisation.org_number
        assert check_digit(number[:8], _ORG_WEIGHTS) == number[8]
        assert number[:2] == "31"
    assert len({organisation_number(n) for n in range(500)}) == 500


def test_there_are_children_d_numbers_and_protected_addresses(fifty: Population) -> None:
    persons = fifty.registers.persons
    assert any(p.parents for p in persons[len(PERSONAS.persons) :])
    assert any(p.national_id[0] in "4567" for p in persons)
    assert {p.address_protection for p in persons} == {"none", "confidential", "strictly_confidential"}


def test_everyone_is_on_the_list_of_a_gp_who_works_at_that_office(fifty: Population) -> None:
    registers = fifty.registers
    by_hpr = {p.hpr_number: p.national_id for p in registers.personnel if p.hpr_number}
    working = {(e.national_id, e.org_number) for e in registers.employments}
    assert {e.national_id for e in registers.gp_lists} == {p.national_id for p in registers.persons}
    assert all((by_hpr[e.hpr_number], e.org_number) in working for e in registers.gp_lists)


def test_there_are_personnel_without_authorisation_and_substitutes_now_earlier_and_later(
    fifty: Population,
) -> None:
    registers = fifty.registers
    without = {p.national_id for p in registers.personnel if not p.hpr_number}
    roles = {e.role for e in registers.employments if e.national_id in without}
    assert roles >= {"pleieassistent", "hjemmehjelp", "student", "administrativ"}
    assert not roles & {"LE", "SP"}
    known = {p.hpr_number for p in registers.personnel}
    periods = [(s.valid_from, s.valid_to or TODAY) for s in registers.substitutes]
    assert {s.substitute_hpr for s in registers.substitutes} <= known
    assert any(since <= TODAY <= until for since, until in periods)
    assert any(until < TODAY for _, until in periods)
    assert any(since > TODAY for since, _ in periods)


def test_the_core_record_accepts_the_registers(fifty: Population) -> None:
    assert len(register_file(fifty.registers).persons) == len(fifty.registers.persons)


def test_every_message_has_its_own_id_and_a_chain_keeps_its_number(fifty: Population) -> None:
    assert len({m.msg_id for m in fifty.messages}) == len(fifty.messages)
    steps = Counter((m.report_number, m.step) for m in fifty.messages)
    assert set(steps.values()) == {1}


def test_nothing_is_sent_after_today(fifty: Population) -> None:
    assert all(m.sent.date() <= TODAY for m in fifty.messages)
    assert all(m.sent.date() > TODAY - timedelta(days=4 * 366) for m in fifty.messages)


@pytest.mark.parametrize("persona", ["line", "gry", "roland"])
def test_the_test_persons_have_results_of_every_kind(fifty: Population, persona: str) -> None:
    kinds = {m.kind for m in _of(fifty, persona)}
    assert kinds >= {
        "biochemistry", "culture", "virology", "serology-grouped", "genetics", "histology",
        "histology-addendum", "radiology-mr", "radiology-ct", "structured", "long-text",
    }  # fmt: skip


@pytest.mark.parametrize("persona", ["ungdom", "line"])
def test_given_a_test_person_then_one_analysis_has_a_series(fifty: Population, persona: str) -> None:
    codes = Counter(code for m in _of(fifty, persona) for code in set(re.findall(rb'<Id V="(N\w+)"', m.body)))
    assert codes.most_common(1)[0][1] >= 6


def test_given_a_test_person_then_some_answers_are_still_to_come(fifty: Population) -> None:
    last: dict[str, str] = {}
    for message in _of(fifty, "line"):
        last[message.report_number] = message.kind
    assert "biochemistry-preliminary" in last.values()


def test_every_kind_of_report_occurs(fifty: Population) -> None:
    kinds = {m.kind for m in fifty.messages}
    assert kinds >= {"biochemistry-phoned", "allergy", "cytology", "pharmacology", "radiology-registered"}


def test_our_own_reader_finds_no_fault_in_any_message(fifty: Population) -> None:
    found = {
        (m.kind, issue.code)
        for m in fifty.messages
        for issue in read_message(etree.fromstring(m.body)).issues
    }
    assert found == set()


@requires_shared
def test_given_the_official_schema_then_every_message_is_valid(fifty: Population) -> None:
    assert [fault for m in fifty.messages for fault in faults(m.body)] == []
