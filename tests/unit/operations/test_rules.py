"""Which messages may be processed anew, when a sender is quiet, who operates; as tables."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from msgspec import structs

from core_record.access.models import Facts
from core_record.access.operators import OPERATOR_RULES, OperatorQuestion, first_refusal
from kit.identity.actor import Actor, ActorKind
from kit.ids import parse_national_id
from results_service.operations.reading import read_content
from results_service.operations.rules import replay_of, silence, without_numbers
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


def test_a_senders_name_never_shows_a_number_that_could_be_a_persons() -> None:
    assert without_numbers("name:Lab 13116900216") == "name:Lab ***"
    assert without_numbers("name:Lab 131169 00216") == "name:Lab ***"
    assert without_numbers("313901866") == "313901866"
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
