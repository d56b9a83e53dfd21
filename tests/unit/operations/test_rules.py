"""Which messages may be processed anew, when a sender is quiet, who operates; as tables."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from msgspec import structs

from core_record.access.models import Facts
from core_record.access.operators import OPERATOR_RULES, OperatorQuestion, first_refusal
from kit.errors import Unprocessable
from kit.identity.actor import Actor, ActorKind
from kit.ids import parse_national_id
from results_service.operations.reading import read_content
from results_service.operations.rules import (
    id_without_numbers,
    note_of,
    replay_of,
    silence,
    sought,
    without_numbers,
)
from tests.integration.intake.messages import LINE, sample

HOUR = 3600.0
SOMEBODY = UUID("018f0000-0000-7000-8000-000000000000")
ACTOR = Actor(
    kind=ActorKind.CLINICIAN,
    subject="s",
    client_id="portal",
    issuer="i",
    audience="nhn:pps",
    token_id="t",
    scopes=frozenset(),
    security_level=4,
    national_id=parse_national_id("25849037911"),
    organisation="313902307",
    place="313902307",
)
FACTS = Facts(None, SOMEBODY, None, None, "Oskar", None, False, "Etat", "Etat", True, True, False, False)
QUESTION = OperatorQuestion(ACTOR, FACTS, operates=True)


@pytest.mark.parametrize(
    ("status", "codes", "expected"),
    [
        ("needs-attention", ["processing-failed"], "possible"),
        ("needs-attention", ["generated-date-in-future"], "possible"),
        ("needs-attention", ["person-changed"], "held"),
        ("needs-attention", ["report-number-reused"], "held"),
        ("needs-attention", ["message-id-reused", "processing-failed"], "held"),
        ("rejected", ["sender-not-allowed"], "possible"),
        ("rejected", ["not-xml"], "not-waiting"),
        ("processed", [], "not-waiting"),
        ("received", ["processing-failed"], "not-waiting"),
    ],
)
def test_processing_anew(status: str, codes: list[str], expected: str) -> None:
    assert replay_of(status, codes) == expected


@pytest.mark.parametrize(
    ("hours", "usual", "silent", "expected"),
    [
        (3, HOUR, 900 * HOUR, "unknown"),
        (20, None, HOUR, "unknown"),
        (20, HOUR, 1.9 * HOUR, "usual"),
        (20, HOUR, 2.1 * HOUR, "quiet"),
        (20, 14 * HOUR, 27 * HOUR, "usual"),  # nights are part of its own rhythm
        (20, 14 * HOUR, 29 * HOUR, "quiet"),
    ],
)
def test_silence(hours: int, usual: float | None, silent: float, expected: str) -> None:
    assert silence(hours, usual, silent) == expected


@pytest.mark.parametrize("between", ["", " ", "-", ".", " - "])
def test_a_persons_number_however_it_is_written_is_no_note_and_finds_nothing(between: str) -> None:
    number = f"131169{between}00216"
    with pytest.raises(Unprocessable, match="note-number"):
        note_of(f"Ringte om {number} i dag.")
    with pytest.raises(Unprocessable, match="find-number"):
        sought(number)


def test_a_senders_name_never_shows_a_number_that_could_be_a_persons() -> None:
    assert without_numbers("name:Lab 13116900216") == "name:Lab ***"
    assert without_numbers("name:Lab 131169 00216") == "name:Lab ***"
    for written in ("131169-00216", "131169.00216", "131169 - 00216"):
        assert without_numbers(f"name:Lab {written}") == "name:Lab ***"
    assert without_numbers("name:Lab 12 34 131169-00216, 1") == "name:Lab 12 34 ***, 1"
    for none in ("313901866", "20240131-12345", "018f2b7c-4c1d-7a10-8e55-0a1b2c3d4e5f"):
        assert without_numbers(none) == none


def test_an_id_of_a_sender_is_whole_where_it_is_a_uuid_and_else_without_a_persons_number() -> None:
    assert (
        id_without_numbers("eb657c37-465a-4714-b36d-d38181059090") == "eb657c37-465a-4714-b36d-d38181059090"
    )
    assert id_without_numbers("eb657c37-131169-00216") == "eb657c37-***"
    assert id_without_numbers(None) is None
    assert without_numbers(None) is None


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (QUESTION, None),
        (replace(QUESTION, operates=False), "not-operator"),
        (replace(QUESTION, facts=structs.replace(FACTS, personnel_name=None)), "not-operator"),
        (replace(QUESTION, facts=structs.replace(FACTS, place_inside=False)), "place-unknown"),
        (replace(QUESTION, actor=replace(ACTOR, security_level=3)), "security-level-too-low"),
        (replace(QUESTION, actor=replace(ACTOR, kind=ActorKind.CITIZEN)), "operators-only"),
        (replace(QUESTION, actor=replace(ACTOR, kind=ActorKind.MACHINE)), "operators-only"),
        (replace(QUESTION, actor=replace(ACTOR, national_id=None)), "operators-only"),
    ],
)
def test_who_operates(question: OperatorQuestion, code: str | None) -> None:
    refusal = first_refusal(question)
    assert (refusal.code if refusal else None) == code


def test_every_rule_names_its_source_and_what_to_do() -> None:
    assert all(rule.source and rule.text.endswith(".") for rule in OPERATOR_RULES)


def test_an_opened_message_tells_whom_it_is_about_and_what_finds_it() -> None:
    message = sample()
    read = read_content(message.xml())
    assert read.subject is not None
    assert read.content is not None
    assert (read.subject.number, read.content.serv_prov_id) == (LINE, message.serv_prov_id)
    assert (read.content.requester, read.content.results) == ("Fjordvik legesenter", 1)
    assert LINE not in repr((read, read.subject, read.content))


def test_what_cannot_be_read_is_given_as_text_alone() -> None:
    read = read_content(b"<not xml")
    assert (read.text, read.subject, read.content, read.national_id) == ("<not xml", None, None, None)
