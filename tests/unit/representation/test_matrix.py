"""Who may act for whom, as a table: age × relation × what registers and giver say → permitted, or why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from msgspec import structs

from core_record.access.citizens import CITIZEN_RULES
from core_record.access.judgement import judge
from core_record.access.models import AccessRequest, Facts, Relation
from core_record.representation.facts import Power, RepresentationFacts, power_for
from tests.unit.core_record.test_decision import CITIZEN, FACTS, TODAY

PERSON = structs.replace(
    FACTS, personnel_name=None, hpr_owner=None, authorised=False, birth_date=date(2018, 4, 16)
)
ADULT = date(1960, 1, 1)
NOBODY = RepresentationFacts(
    actor_name="Astrid Nesheim",
    actor_birth_date=date(1983, 10, 14),
    actor_protected=False,
    actor_deceased=False,
    person_protected=False,
    person_deceased=False,
    responsible_parent=False,
    parent_at_address=False,
    powers=frozenset(),
)
PARENT = replace(NOBODY, responsible_parent=True, parent_at_address=True)
HOLDER = replace(NOBODY, powers=frozenset({Power.RESULTS}))


def refusal(
    said: RepresentationFacts | None,
    born: date | None,
    *,
    power: Power | None = Power.RESULTS,
    today: date = TODAY,
    own: bool = False,
    facts: Facts = PERSON,
) -> tuple[str | None, Relation]:
    decision = judge(
        CITIZEN,
        AccessRequest(),
        structs.replace(facts, birth_date=born),
        own=own,
        today=today,
        representation=said,
        power=power,
    )
    return (decision.refusal.code if decision.refusal else None), decision.relation


@pytest.mark.parametrize(
    ("born", "code"),
    [
        (date(2026, 11, 22), None),
        (date(2018, 4, 16), None),
        (date(2014, 11, 24), None),  # twelve tomorrow
        (date(2014, 11, 23), "closed-to-parents-from-12"),  # twelve today
        (date(2010, 11, 24), "closed-to-parents-from-12"),
        (date(2010, 11, 23), "decides-alone-from-16"),  # sixteen today
        (ADULT, "decides-alone-from-16"),
        (None, "representation-closed"),
    ],
)
def test_parents_see_children_under_twelve(born: date | None, code: str | None) -> None:
    assert refusal(PARENT, born) == (code, Relation.PARENT)


@pytest.mark.parametrize(
    ("today", "code"),
    [
        (date(2028, 2, 28), None),
        (date(2028, 2, 29), "closed-to-parents-from-12"),
        (date(2027, 3, 1), None),
    ],
)
def test_a_child_born_on_leap_day_turns_twelve_on_the_day_itself(today: date, code: str | None) -> None:
    assert refusal(PARENT, date(2016, 2, 29), today=today)[0] == code


def test_a_child_born_on_leap_day_turns_sixteen_on_leap_day_and_thirteen_on_the_first_of_march() -> None:
    born = date(2016, 2, 29)
    assert refusal(None, born, today=date(2032, 2, 28), own=True, power=Power.SETTINGS)[0] is not None
    assert refusal(None, born, today=date(2032, 2, 29), own=True, power=Power.SETTINGS)[0] is None


@pytest.mark.parametrize(
    "changed",
    [
        {"parent_at_address": False},
        {"person_protected": True},
        {"actor_protected": True},
        {"person_deceased": True},
        {"actor_deceased": True},
        {"actor_name": None},
    ],
)
def test_what_closes_representation_is_never_told(changed: dict[str, Any]) -> None:
    assert refusal(replace(PARENT, **changed), date(2018, 4, 16))[0] == "representation-closed"


@pytest.mark.parametrize(
    "changed", [{"person_protected": True}, {"actor_protected": True}, {"person_deceased": True}]
)
def test_a_fullmakt_falls_with_protection_and_death(changed: dict[str, Any]) -> None:
    assert refusal(replace(HOLDER, **changed), ADULT)[0] == "representation-closed"


@pytest.mark.parametrize("said", [None, NOBODY, replace(NOBODY, parent_at_address=True)])
@pytest.mark.parametrize("born", [date(2018, 4, 16), date(2012, 6, 19), ADULT, None])
@pytest.mark.parametrize("power", [None, *Power])
def test_nobody_else_sees_anything(
    said: RepresentationFacts | None, born: date | None, power: Power | None
) -> None:
    assert refusal(said, born, power=power) == ("not-own-data", Relation.NONE)


@pytest.mark.parametrize("given", list(Power))
@pytest.mark.parametrize("needed", [None, *Power])
def test_a_fullmakt_covers_what_it_says(given: Power, needed: Power | None) -> None:
    said = replace(NOBODY, powers=frozenset({given}))
    expected = None if needed in (None, given) else "fullmakt-lacks-power"
    assert refusal(said, ADULT, power=needed) == (expected, Relation.ATTORNEY)


@pytest.mark.parametrize("needed", [None, *Power])
def test_a_parent_of_a_small_child_needs_no_fullmakt(needed: Power | None) -> None:
    assert refusal(PARENT, date(2018, 4, 16), power=needed) == (None, Relation.PARENT)


@pytest.mark.parametrize(
    ("giver", "holder", "code"),
    [
        (date(2010, 11, 23), date(2008, 11, 23), None),  # 16 and 18 today
        (date(2010, 11, 24), ADULT, "fullmakt-from-16"),
        (ADULT, date(2008, 11, 24), "fullmakt-holder-under-age"),
        (ADULT, None, "fullmakt-holder-under-age"),
        (None, ADULT, "representation-closed"),
    ],
)
def test_ages_of_giver_and_holder(giver: date | None, holder: date | None, code: str | None) -> None:
    assert refusal(replace(HOLDER, actor_birth_date=holder), giver)[0] == code


def test_a_parent_with_a_fullmakt_acts_by_it_from_sixteen_and_as_parent_before_twelve() -> None:
    both = replace(PARENT, powers=frozenset({Power.RESULTS}))
    assert refusal(both, ADULT) == (None, Relation.ATTORNEY)
    assert refusal(both, date(2018, 4, 16)) == (None, Relation.PARENT)
    assert refusal(both, date(2012, 6, 19)) == ("closed-to-parents-from-12", Relation.PARENT)


@pytest.mark.parametrize(
    ("born", "power", "code"),
    [
        (date(2014, 11, 24), Power.RESULTS, "own-access-from-12"),
        (date(2014, 11, 23), Power.RESULTS, None),
        (date(2014, 11, 23), Power.ACCESS_LOG, None),
        (date(2014, 11, 23), None, None),
        (date(2014, 11, 23), Power.SETTINGS, "own-settings-from-16"),
        (date(2010, 11, 24), Power.SETTINGS, "own-settings-from-16"),
        (date(2010, 11, 23), Power.SETTINGS, None),
        (None, Power.RESULTS, "own-access-from-12"),
    ],
)
def test_ones_own_access(born: date | None, power: Power | None, code: str | None) -> None:
    assert refusal(None, born, power=power, own=True) == (code, Relation.OWN)


def test_a_level_below_high_is_refused_before_anything_is_told() -> None:
    low = replace(CITIZEN, security_level=3)
    facts = structs.replace(PERSON, birth_date=date(2018, 4, 16))
    decision = judge(low, AccessRequest(), facts, own=False, today=TODAY, representation=PARENT)
    assert decision.refusal is not None
    assert decision.refusal.code == "security-level-too-low"


def test_the_log_says_on_what_ground() -> None:
    grounds = {
        judge(
            CITIZEN,
            AccessRequest(),
            structs.replace(PERSON, birth_date=born),
            own=own,
            today=TODAY,
            representation=said,
        ).basis
        for own, said, born in [
            (True, None, ADULT),
            (False, PARENT, date(2018, 4, 16)),
            (False, HOLDER, ADULT),
        ]
    }
    assert grounds == {"EGEN", "FORELDREANSVAR", "FULLMAKT"}


@pytest.mark.parametrize(
    ("kinds", "power"),
    [
        (("DiagnosticReport",), Power.RESULTS),
        (("AuditEvent",), Power.ACCESS_LOG),
        (("Consent",), Power.SETTINGS),
        (("Consent", "AuditEvent", "Observation"), Power.SETTINGS),
        (("Person",), None),
        (("RelatedPerson",), None),
        (("SomethingNew",), Power.RESULTS),
    ],
)
def test_each_kind_of_item_needs_its_power(kinds: tuple[str, ...], power: Power | None) -> None:
    assert power_for(kinds) is power


def test_every_rule_names_its_source() -> None:
    assert all("§" in rule.source or "acr" in rule.source for rule in CITIZEN_RULES)
