"""The decision as a table: what the registers say and what is declared → permitted, or which rule refuses."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs

from core_record.access.citizens import CITIZEN_RULES
from core_record.access.judgement import judge
from core_record.access.models import AccessBasis, AccessRequest, Facts, Relation
from core_record.access.question import reached_age
from core_record.access.reasons import REASONS
from core_record.access.rules import BASIS_RULES, CLINICIAN_RULES, KNOWN_ROLES, MACHINE_RULES, ROLES
from core_record.access.service import access_request, list_request
from kit.errors import Malformed
from kit.identity.actor import Actor, ActorKind
from kit.ids import parse_national_id

PERSON, DOCTOR, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
TODAY = date(2026, 11, 23)
CLINICIAN = Actor(
    kind=ActorKind.CLINICIAN,
    subject="s",
    client_id="c",
    issuer="i",
    audience="a",
    token_id="t",
    scopes=frozenset(),
    security_level=4,
    national_id=parse_national_id("12837412100"),
    hpr_number="9144889",
    organisation="313900436",
    place="313900541",
    authenticated_at=int(time.time()) + 3600,  # still fresh when a long run reaches this module
)
CITIZEN = replace(CLINICIAN, kind=ActorKind.CITIZEN, hpr_number=None, organisation=None, place=None)
MACHINE = replace(CLINICIAN, kind=ActorKind.MACHINE, national_id=None, security_level=0)
FACTS = Facts(
    person_id=PERSON,
    actor_id=DOCTOR,
    person_name="Line Danser",
    birth_date=date(1969, 11, 13),
    personnel_name="Magnar Koman",
    hpr_owner=DOCTOR,
    authorised=True,
    organisation_name="Fjordvik legesenter AS",
    place_name="Fjordvik legesenter",
    place_inside=True,
    employed=True,
    listed_gp=False,
    gp_substitute=False,
)
GP = {"listed_gp": True}
SUBSTITUTE = {"gp_substitute": True}


def decided(
    actor: Actor, facts: Mapping[str, Any], *, own: bool = False, **request: Any
) -> tuple[str | None, Relation]:
    declared = AccessRequest(**{"basis": AccessBasis.SAMTYKKE, "role": "LE"} | request)
    decision = judge(actor, declared, structs.replace(FACTS, **facts), own=own, today=TODAY)
    assert decision.permitted == (decision.refusal is None)
    return (decision.refusal.code if decision.refusal else None), decision.relation


@pytest.mark.parametrize(
    ("facts", "basis", "reason", "refusal", "relation"),
    [
        (GP, "UNNTAK", None, None, Relation.LISTED_GP),
        (SUBSTITUTE, "UNNTAK", None, None, Relation.GP_SUBSTITUTE),
        ({}, "UNNTAK", None, "exception-needs-listed-gp", Relation.NONE),
        ({}, "UNNTAK", "treatment", "exception-needs-listed-gp", Relation.SELF_DECLARED),
        (GP, "SAMTYKKE", None, None, Relation.LISTED_GP),
        (GP, "SAMTYKKE", "treatment", None, Relation.LISTED_GP),
        ({}, "SAMTYKKE", "treatment", None, Relation.SELF_DECLARED),
        ({}, "SAMTYKKE", None, "relation-missing", Relation.NONE),
        ({}, "AKUTT", "emergency", None, Relation.SELF_DECLARED),
        ({}, "AKUTT", None, "relation-missing", Relation.NONE),
        (SUBSTITUTE, "AKUTT", None, None, Relation.GP_SUBSTITUTE),
        (GP, "FORHOYET_SAMTYKKE", None, "nothing-restricted", Relation.LISTED_GP),
        ({}, "FORHOYET_AKUTT", "emergency", "nothing-restricted", Relation.SELF_DECLARED),
    ],
)
def test_basis_and_relation(
    facts: dict[str, Any], basis: str, reason: str | None, refusal: str | None, relation: Relation
) -> None:
    assert decided(CLINICIAN, facts, basis=AccessBasis(basis), reason=reason) == (refusal, relation)


@pytest.mark.parametrize(
    ("actor", "facts", "role", "refusal"),
    [
        ({"security_level": 3}, {}, "LE", "security-level-too-low"),
        ({"national_id": None}, {}, "LE", "personnel-unknown"),
        ({}, {"personnel_name": None}, "LE", "personnel-unknown"),
        ({"hpr_number": None}, {"hpr_owner": None, "authorised": False}, None, "authorisation-required"),
        ({"hpr_number": "1"}, {"hpr_owner": None}, "LE", "hpr-number-unknown"),
        ({}, {"hpr_owner": OTHER}, "LE", "hpr-number-not-own"),
        ({}, {"authorised": False}, "LE", "role-not-authorised"),
        ({}, {"authorised": False}, None, "role-not-authorised"),
        ({}, {}, "VE", "role-without-access"),
        ({}, {}, "XX", "role-without-access"),
        ({"organisation": None}, {"organisation_name": None}, "LE", "organisation-unknown"),
        ({}, {"place_name": None, "place_inside": None}, "LE", "place-unknown"),
        ({}, {"place_inside": False}, "LE", "place-unknown"),
        ({"place": None}, {"place_name": None, "place_inside": None}, "LE", None),
        ({}, {"employed": False}, "LE", "not-employed-there"),
        ({}, {}, "SP", None),
        ({}, {}, "HE", None),
    ],
)
def test_rules_about_health_personnel(
    actor: dict[str, Any], facts: dict[str, Any], role: str | None, refusal: str | None
) -> None:
    asked = replace(CLINICIAN, **actor)
    assert decided(asked, GP | facts, role=role)[0] == refusal
    # the same rule decides where nobody has the number: who may not look learns nothing
    assert decided(asked, {"person_id": None} | facts, role=role)[0] == refusal


@pytest.mark.parametrize("basis", [AccessBasis.AKUTT, AccessBasis.FORHOYET_AKUTT])
@pytest.mark.parametrize("minutes", [None, 16, 24 * 60])
def test_emergency_access_needs_a_login_of_just_now(basis: AccessBasis, minutes: int | None) -> None:
    at = None if minutes is None else int(time.time()) - minutes * 60
    old = replace(CLINICIAN, authenticated_at=at)
    assert decided(old, {}, basis=basis, reason="emergency")[0] == "fresh-login-required"
    # who may not look learns nothing of who is known
    assert decided(old, {"person_id": None}, basis=basis, reason="emergency")[0] == "fresh-login-required"
    assert decided(old, GP, basis=AccessBasis.SAMTYKKE)[0] is None


@pytest.mark.parametrize(
    ("actor", "facts", "own", "refusal"),
    [
        ({}, {}, True, None),
        ({}, {}, False, "not-own-data"),
        ({"security_level": 3}, {}, True, "security-level-too-low"),
        ({}, {"person_id": None}, False, "not-own-data"),
        ({}, {"person_id": None, "birth_date": None}, True, None),
        ({}, {"birth_date": date(2014, 11, 23)}, True, None),
        ({}, {"birth_date": date(2014, 11, 24)}, True, "own-access-from-12"),
        ({}, {"birth_date": None}, True, "own-access-from-12"),
    ],
)
def test_rules_about_citizens(
    actor: dict[str, Any], facts: dict[str, Any], own: bool, refusal: str | None
) -> None:
    assert decided(replace(CITIZEN, **actor), facts, own=own, basis=None, role=None)[0] == refusal


def test_a_system_is_always_refused() -> None:
    assert decided(MACHINE, GP, own=True)[0] == "machine-without-access"


@pytest.mark.parametrize(
    ("born", "today", "reached"),
    [
        (date(2010, 11, 23), date(2026, 11, 22), False),
        (date(2010, 11, 23), date(2026, 11, 23), True),
        (date(2012, 2, 29), date(2028, 2, 28), False),
        (date(2012, 2, 29), date(2028, 2, 29), True),
        (date(2008, 2, 29), date(2026, 2, 28), True),
        (None, date(2026, 11, 23), False),
    ],
)
def test_birthdays(born: date | None, today: date, reached: bool) -> None:
    assert reached_age(born, 16, today) is reached


def test_a_person_born_on_leap_day_turns_sixteen_on_the_first_of_march_of_a_common_year() -> None:
    assert not reached_age(date(2012, 2, 29), 15, date(2027, 2, 28))
    assert reached_age(date(2012, 2, 29), 15, date(2027, 3, 1))


def test_every_rule_has_a_code_a_source_and_a_text() -> None:
    for rules in (CLINICIAN_RULES + BASIS_RULES, CITIZEN_RULES, MACHINE_RULES):
        codes = [rule.code for rule in rules]
        assert len(codes) == len(set(codes))
        for rule in rules:
            assert rule.source.strip()
            assert rule.text.endswith(".")
    assert ROLES < KNOWN_ROLES
    assert all(text for reason in REASONS.values() for text in reason)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"requester-hpr-role": "LE"}, "access-basis-missing"),
        ({"requester-hpr-role": "LE", "access-basis": "unntak"}, "access-basis-unknown"),
        ({"access-basis": "UNNTAK"}, "requester-hpr-role-missing"),
        ({"access-basis": "UNNTAK", "requester-hpr-role": "ZZ"}, "requester-hpr-role-unknown"),
        (
            {"access-basis": "AKUTT", "requester-hpr-role": "LE", "access-reason": "x"},
            "access-reason-unknown",
        ),
    ],
)
def test_a_declaration_that_cannot_be_read_is_malformed(headers: dict[str, str], code: str) -> None:
    with pytest.raises(Malformed) as caught:
        access_request(headers, CLINICIAN, None)
    assert caught.value.code == code


def test_what_is_declared_is_read() -> None:
    headers = {"access-basis": "AKUTT", "requester-hpr-role": "LE", "access-reason": "emergency"}
    assert access_request(headers, CLINICIAN, "c") == AccessRequest(AccessBasis.AKUTT, "LE", "emergency", "c")
    assert access_request(headers, CITIZEN, "c") == AccessRequest(correlation_id="c")
    assert list_request(headers, CLINICIAN, "c") == AccessRequest(role="LE", correlation_id="c")
    # without authorisation there is no role to declare; the decision refuses with its own code
    assert access_request({"access-basis": "AKUTT"}, replace(CLINICIAN, hpr_number=None), None).role is None
