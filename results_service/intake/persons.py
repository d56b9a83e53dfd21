"""Whose message it is: the national number of Patient/OffId, and what in the message contradicts it."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from kit.ids import InvalidNationalId, NationalId, parse_national_id
from results_service.intake.models import Problem
from results_service.reports.svarrapport.model import Patient

_WHERE = "ServReport/Patient/OffId"
_FAULTS = {
    "national-id-format": "OffId must be the patient's national identity number of 11 digits: "
    "ask the requester and send the report again.",
    "national-id-check-digit": "OffId is no valid national identity number, its check digits are wrong: "
    "find the right number and send the report again.",
    "national-id-date": "OffId holds no possible birth date: "
    "find the right number and send the report again.",
}
_NATIONAL_KINDS = frozenset({"FNR", "DNR", "FHN"})


class PersonVerdict(Struct, frozen=True):
    """The number, or why there is none that a report can safely be stored under."""

    number: NationalId | None
    problem: Problem | None = None
    warnings: tuple[Problem, ...] = ()


def identify(patient: Patient) -> PersonVerdict:
    """Read the number of a message's patient. Never repairs anything but spaces, which the reader removes."""
    if not patient.number:
        return PersonVerdict(
            None,
            Problem(
                "national-id-missing",
                "The message names no national identity number: add Patient/OffId and send the report again.",
                path=_WHERE,
            ),
        )
    try:
        number = parse_national_id(patient.number)
    except InvalidNationalId as error:
        return PersonVerdict(None, Problem(error.code, _FAULTS[error.code], path=_WHERE))
    return PersonVerdict(number, warnings=tuple(_contradictions(patient, number)))


def _contradictions(patient: Patient, number: NationalId) -> list[Problem]:
    found: list[Problem] = []
    if patient.kind.upper() in _NATIONAL_KINDS and patient.kind.upper() != number.kind:
        found.append(
            Problem(
                "national-id-kind",
                "TypeOffId names another kind of number than OffId is: correct TypeOffId.",
                path="ServReport/Patient/TypeOffId",
            )
        )
    if _other_birth_date(patient.birth_date, number.birth_date):
        found.append(
            Problem(
                "birth-date-contradicts-number",
                "DateOfBirth is not the birth date in OffId: check that the person is the right one.",
                path="ServReport/Patient/DateOfBirth",
            )
        )
    if _other_sex(patient.sex, number):
        found.append(
            Problem(
                "sex-contradicts-number",
                "Sex is not the one in OffId: check that the person is the right one.",
                path="ServReport/Patient/Sex",
            )
        )
    return found


def _other_birth_date(sent: str, known: date | None) -> bool:
    if not sent or known is None:
        return False
    try:
        return date.fromisoformat(sent[:10]) != known
    except ValueError:
        return False  # unreadable dates ("19xx") contradict nothing


def _other_sex(sent: str, number: NationalId) -> bool:
    """The ninth digit is odd for men (Folkeregisteret); FH-numbers tell no sex."""
    if sent not in ("1", "2") or number.kind == "FHN":
        return False
    return (int(number.value[8]) % 2 == 1) != (sent == "1")
