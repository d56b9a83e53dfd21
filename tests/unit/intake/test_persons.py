"""Whose message: valid numbers, faulty ones, and what contradicts a valid one."""

from __future__ import annotations

import pytest

from results_service.intake.persons import identify
from results_service.reports.svarrapport.model import Patient

WOMAN_1969 = "13116900216"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "national-id-missing"),
        ("1311690021", "national-id-format"),
        ("13116900217", "national-id-check-digit"),
        ("ikke oppgitt", "national-id-format"),
    ],
)
def test_given_no_usable_number_when_identified_then_the_reason_has_a_code(number: str, code: str) -> None:
    verdict = identify(Patient(number=number, kind="FNR"))
    assert verdict.number is None
    assert verdict.problem is not None
    assert verdict.problem.code == code
    assert not number or number not in verdict.problem.message


def test_given_a_valid_number_when_nothing_contradicts_it_then_no_warning() -> None:
    verdict = identify(Patient(number=WOMAN_1969, kind="FNR", sex="2", birth_date="1969-11-13"))
    assert verdict.number is not None
    assert verdict.number.value == WOMAN_1969
    assert verdict.warnings == ()


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (Patient(number=WOMAN_1969, kind="DNR"), "national-id-kind"),
        (Patient(number=WOMAN_1969, kind="FNR", sex="1"), "sex-contradicts-number"),
        (Patient(number=WOMAN_1969, kind="FNR", birth_date="1969-11-14"), "birth-date-contradicts-number"),
    ],
)
def test_given_a_contradiction_when_identified_then_it_is_a_warning(sent: Patient, code: str) -> None:
    verdict = identify(sent)
    assert verdict.number is not None
    assert [w.code for w in verdict.warnings] == [code]


def test_given_an_unreadable_birth_date_when_identified_then_it_contradicts_nothing() -> None:
    assert identify(Patient(number=WOMAN_1969, kind="FNR", birth_date="19xx")).warnings == ()
