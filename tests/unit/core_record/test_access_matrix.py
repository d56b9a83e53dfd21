"""The whole matrix of the decision: roles × relations × settings × bases, against a table written by hand.

The tables below are the oracle. They are read top-down as a lawyer would: who asks, what the person has set,
how the two are related. A cell is the code of the refusal, `part` where some data are kept out, `opens` where
an elevated basis opens, `-` where everything is seen.
"""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs

from core_record.access.judgement import judge
from core_record.access.models import AccessBasis, AccessRequest, Decision, Facts
from core_record.access.rules import ALL_RULES
from kit.identity.actor import Actor, ActorKind
from kit.ids import parse_national_id

TODAY = date(2026, 11, 23)
PERSON, ASKS = UUID(int=1), UUID(int=2)

WHO = {  # who asks → the refusal whatever the person has set, or `-`
    "doctor": "-",
    "nurse": "-",
    "health secretary": "-",
    "doctor at level 3": "security-level-too-low",
    "care assistant without authorisation": "authorisation-required",
    "doctor with another's HPR number": "hpr-number-not-own",
    "doctor whose authorisation has ended": "role-not-authorised",
    "veterinarian": "role-without-access",
    "doctor employed elsewhere": "not-employed-there",
    "system": "machine-without-access",
}
SET = """
the person has set       UNNTAK       SAMTYKKE           FORHOYET_SAMTYKKE   AKUTT       FORHOYET_AKUTT
nothing                  -            -                  nothing-restricted  -           nothing-restricted
sperring of all          restricted   restricted         opens               restricted  opens
sperring of this reader  restricted   restricted         opens               restricted  opens
sperring of a field      part         part               opens               part        opens
sperring of a source     part         part               opens               part        opens
field and source         part         part               opens               part        opens
all and a field          restricted   restricted         opens               restricted  opens
blokkering               blocked      blocked            blocked             blocked     blocked
blokkering, sperring     blocked      blocked            blocked             blocked     blocked
reservasjon              reserved     reserved           reserved            reserved    reserved
reservasjon, all else    reserved     reserved           reserved            reserved    reserved
consent withdrawn        -            consent-withdrawn  nothing-restricted  -           nothing-restricted
withdrawn, sperring      restricted   restricted         consent-withdrawn   restricted  opens
"""
RELATED = {  # how they are related → the refusal by UNNTAK, and by any other basis
    "listed GP": ("-", "-"),
    "GP's substitute": ("-", "-"),
    "admitted here": ("exception-needs-listed-gp", "-"),
    "in contact here": ("exception-needs-listed-gp", "-"),
    "task here": ("exception-needs-listed-gp", "-"),
    "declared with a reason": ("exception-needs-listed-gp", "-"),
    "nothing shows one": ("exception-needs-listed-gp", "relation-missing"),
}
OUTCOMES = {"reserved": "Reservation", "blocked": "Specific", "restricted": "General"}

DOCTOR = Actor(
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
FACTS = Facts(
    person_id=PERSON,
    actor_id=ASKS,
    person_name="Line Danser",
    birth_date=date(1969, 11, 13),
    personnel_name="Magnar Koman",
    hpr_owner=ASKS,
    authorised=True,
    organisation_name="Fjordvik legesenter AS",
    place_name="Fjordvik legesenter",
    place_inside=True,
    employed=True,
    listed_gp=False,
    gp_substitute=False,
)
ALL = {"restricted_all": True}
FIELD, SOURCE = {"restricted_fields": ["MGEN"]}, {"restricted_sources": ["313901866"]}
SETTINGS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "sperring of all": ALL,
    "sperring of this reader": ALL,
    "sperring of a field": FIELD,
    "sperring of a source": SOURCE,
    "field and source": FIELD | SOURCE,
    "all and a field": ALL | FIELD,
    "blokkering": {"blocked": True},
    "blokkering, sperring": {"blocked": True} | ALL | FIELD,
    "reservasjon": {"reserved": True},
    "reservasjon, all else": {"reserved": True, "blocked": True} | ALL,
    "consent withdrawn": {"consent_withdrawn": True},
    "withdrawn, sperring": {"consent_withdrawn": True} | ALL,
}
RELATIONS: dict[str, tuple[dict[str, Any], str | None]] = {
    "listed GP": ({"listed_gp": True}, None),
    "GP's substitute": ({"gp_substitute": True}, None),
    "admitted here": ({"care_relation": "admission"}, None),
    "in contact here": ({"care_relation": "contact"}, None),
    "task here": ({"care_relation": "task"}, None),
    "declared with a reason": ({}, "treatment"),
    "nothing shows one": ({}, None),
}
ACTORS: dict[str, tuple[dict[str, Any], dict[str, Any], str | None]] = {
    "doctor": ({}, {}, "LE"),
    "nurse": ({}, {}, "SP"),
    "health secretary": ({}, {}, "HE"),
    "doctor at level 3": ({"security_level": 3}, {}, "LE"),
    "care assistant without authorisation": (
        {"hpr_number": None},
        {"hpr_owner": None, "authorised": False},
        None,
    ),
    "doctor with another's HPR number": ({}, {"hpr_owner": UUID(int=3)}, "LE"),
    "doctor whose authorisation has ended": ({}, {"authorised": False}, "LE"),
    "veterinarian": ({}, {}, "VE"),
    "doctor employed elsewhere": ({}, {"employed": False}, "LE"),
    "system": ({"kind": ActorKind.MACHINE, "national_id": None, "security_level": 0}, {}, None),
}


def _table(text: str) -> dict[tuple[str, str], str]:
    head, *lines = [line for line in text.splitlines() if line.strip()]
    bases = [(str(basis), re.search(rf" {basis}\b", head)) for basis in AccessBasis]
    starts = {basis: found.start() for basis, found in bases if found}
    return {
        (line[: starts["UNNTAK"]].strip(), basis): line[start:].split()[0]
        for line in lines
        for basis, start in starts.items()
    }


SET_SAYS = _table(SET)


def expected(who: str, setting: str, relation: str, basis: AccessBasis) -> str:
    """What the tables say."""
    if WHO[who] != "-":
        return WHO[who]
    says = SET_SAYS[setting, basis]
    if says not in ("-", "part", "opens"):
        return says
    by_relation = RELATED[relation][basis is not AccessBasis.UNNTAK]
    return by_relation if by_relation != "-" else says


def decided(who: str, setting: str, relation: str, basis: AccessBasis, **more: Any) -> Decision:
    actor, facts, role = ACTORS[who]
    shown, reason = RELATIONS[relation]
    return judge(
        replace(DOCTOR, **actor),
        AccessRequest(basis, role, reason),
        structs.replace(FACTS, **{**facts, **shown, **SETTINGS[setting], **more}),
        own=False,
        today=TODAY,
    )


def said(decision: Decision) -> str:
    if decision.refusal is not None:
        return decision.refusal.code
    if decision.restrictions is None:
        return "-"
    return "opens" if decision.opens else "part"


@pytest.mark.parametrize("who", WHO)
def test_every_role_relation_setting_and_basis(who: str) -> None:
    wrong = []
    for setting, relation, basis in product(SETTINGS, RELATIONS, AccessBasis):
        decision = decided(who, setting, relation, basis)
        should = expected(who, setting, relation, basis)
        if said(decision) != should:
            wrong.append((setting, relation, str(basis), said(decision), should))
        if decision.refusal is not None:
            assert decision.refusal.outcome == OUTCOMES.get(should)
    assert wrong == []


def test_the_tables_are_whole() -> None:
    assert set(SET_SAYS) == set(product(SETTINGS, map(str, AccessBasis)))
    assert set(RELATED) == set(RELATIONS)
    assert set(WHO) == set(ACTORS)
    codes = {code for code in (*SET_SAYS.values(), *WHO.values()) if code not in ("-", "part", "opens")}
    assert codes <= {rule.code for rule in ALL_RULES}


CITIZENS = {  # the person's own look-up, and somebody else's
    "nothing": ("-", "not-own-data"),
    "sperring of all": ("-", "not-own-data"),
    "blokkering": ("-", "not-own-data"),
    "reservasjon": ("reserved", "not-own-data"),
}


@pytest.mark.parametrize("setting", CITIZENS)
def test_settings_bind_health_personnel_not_the_person(setting: str) -> None:
    citizen = replace(DOCTOR, kind=ActorKind.CITIZEN, hpr_number=None, organisation=None, place=None)
    facts = structs.replace(FACTS, **SETTINGS[setting])
    for own, should in zip((True, False), CITIZENS[setting], strict=True):
        assert said(judge(citizen, AccessRequest(), facts, own=own, today=TODAY)) == should


REGISTER_DATA = {  # who the person is: settings over health data do not hide it
    "sperring of all": "-",
    "sperring of a field": "-",
    "reservasjon": "-",
    "blokkering": "blocked",
}


@pytest.mark.parametrize("setting", REGISTER_DATA)
def test_settings_and_who_the_person_is(setting: str) -> None:
    facts = structs.replace(FACTS, listed_gp=True, **SETTINGS[setting])
    request = AccessRequest(AccessBasis.UNNTAK, "LE")
    decision = judge(DOCTOR, request, facts, own=False, today=TODAY, health=False)
    assert said(decision) == REGISTER_DATA[setting]


SOON, PAST = timedelta(minutes=5), timedelta(minutes=-5)  # from when the test runs
ATTESTED = [  # purpose, until, basis → what is said
    (None, None, "SAMTYKKE", "attestation-unknown"),
    ("TREAT", PAST, "SAMTYKKE", "attestation_has_expired"),
    ("TREAT", SOON, "SAMTYKKE", "-"),
    ("TREAT", SOON, "AKUTT", "attestation-other-purpose"),
    ("ETREAT", SOON, "AKUTT", "-"),
    ("BTG", SOON, "AKUTT", "attestation-other-purpose"),
    ("COC", SOON, "UNNTAK", "exception-needs-listed-gp"),
]


@pytest.mark.parametrize(("purpose", "until", "basis", "should"), ATTESTED)
def test_an_attestation_is_ones_own_of_this_person_fresh_and_for_the_purpose(
    purpose: str | None, until: timedelta | None, basis: str, should: str
) -> None:
    ends = datetime.now(UTC) + until if until is not None else None
    facts = structs.replace(FACTS, attested_purpose=purpose, attested_until=ends, attested_reason="treatment")
    request = AccessRequest(AccessBasis(basis), "LE", attestation=UUID(int=7))
    decision = judge(DOCTOR, request, facts, own=False, today=TODAY)
    assert said(decision) == should
    if should == "-":
        assert decision.reason == "treatment"


def test_recording_a_new_consent_is_open_after_a_withdrawal() -> None:
    facts = structs.replace(FACTS, listed_gp=True, consent_withdrawn=True)
    request = AccessRequest(AccessBasis.SAMTYKKE, "LE", records_consent=True)
    assert judge(DOCTOR, request, facts, own=False, today=TODAY, health=False).permitted
