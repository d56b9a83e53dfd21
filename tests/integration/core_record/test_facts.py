"""What the registers answer: validity of authorisations, employments, GP lists and substitutes; the place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import AsyncConnection

from core_record.access.service import (
    AccessBasis,
    AccessDenied,
    AccessRequest,
    Decision,
    LookUp,
    decide,
    look_up,
)
from core_record.registers.service import import_registers, register_file, resolve_person
from dev.personas import persona
from kit.db import Database, set_person
from kit.identity.actor import Actor
from kit.ids import NationalId
from kit.keys import KeyRing
from tests.conftest import TestDatabase

pytestmark = pytest.mark.usefixtures("registers")
Import = Callable[[dict[str, Any]], None]
Ask = Callable[..., Any]


@pytest.fixture
def add(postgres: TestDatabase, keys: KeyRing) -> Import:
    """Import more registers."""

    def run(plain: dict[str, Any]) -> None:
        with psycopg.connect(postgres.dsn("akson_core")) as conn:
            import_registers(conn, keys, register_file(plain))

    return run


@pytest.fixture
def relation(core_db: Database, keys: KeyRing, number: Callable[[str], NationalId]) -> Ask:
    """The relation by which an actor is let in to Line, or the code of the refusal."""

    async def relation_of(_c: AsyncConnection[Any], _p: UUID, decision: Decision) -> LookUp[str]:
        return LookUp(decision.relation.value)

    async def ask(actor: Actor, basis: str = "UNNTAK", reason: str | None = None, role: str = "LE") -> str:
        request = AccessRequest(AccessBasis(basis), role, reason)
        try:
            return await look_up(core_db, keys, actor, number("line"), request, (), relation_of)
        except AccessDenied as refused:
            return refused.code

    return ask


async def test_substitute_of_the_gp_counts_while_it_is_valid(
    relation: Ask, actor: Callable[..., Actor], add: Import
) -> None:
    lin = persona("lege-lin").national_id
    add(
        {
            "employments": [
                {"national_id": lin, "org_number": "313900541", "role": "LE", "valid_from": "2026-01-01"}
            ]
        }
    )
    there = actor("lege-lin", organisation="313900436", place="313900541")
    assert await relation(there) == "exception-needs-listed-gp"
    substitute = {"hpr_number": "9144889", "substitute_hpr": "9144900", "valid_from": "2026-01-01"}
    add({"substitutes": [substitute | {"valid_to": "2026-02-01"}]})
    assert await relation(there) == "exception-needs-listed-gp"
    add({"substitutes": [substitute | {"valid_from": "2026-03-01"}]})
    assert await relation(there) == "gp-substitute"
    # at her own office she stands in for nobody
    assert await relation(actor("lege-lin")) == "exception-needs-listed-gp"


async def test_gp_of_an_ended_or_coming_list_is_not_the_listed_gp(
    relation: Ask, actor: Callable[..., Actor], add: Import, number: Callable[[str], NationalId]
) -> None:
    entry = {"national_id": number("line").value, "hpr_number": "9144900", "org_number": "313900762"}
    add({"gp_lists": [entry | {"valid_from": "2999-01-01"}]})
    assert await relation(actor("lege-koman")) == "listed-gp"
    assert await relation(actor("lege-lin")) == "exception-needs-listed-gp"
    add({"gp_lists": [entry | {"valid_from": "2026-01-01"}]})
    assert await relation(actor("lege-koman")) == "exception-needs-listed-gp"
    assert await relation(actor("lege-lin")) == "listed-gp"


async def test_the_gp_at_another_place_of_work_is_not_there_as_the_listed_gp(
    relation: Ask, actor: Callable[..., Actor], add: Import
) -> None:
    koman = persona("lege-koman").national_id
    add(
        {
            "employments": [
                {"national_id": koman, "org_number": "313900983", "role": "LE", "valid_from": "2020-01-01"}
            ]
        }
    )
    at_legevakt = actor("lege-koman", organisation="313900215", place="313900983")
    assert await relation(at_legevakt) == "exception-needs-listed-gp"
    assert await relation(at_legevakt, "AKUTT", "emergency") == "self-declared"


@pytest.mark.parametrize(
    ("changed", "role", "expected"),
    [
        ({"hpr_number": "9144900"}, "LE", "hpr-number-not-own"),
        ({"hpr_number": "1234567"}, "LE", "hpr-number-unknown"),
        ({}, "SP", "role-not-authorised"),
        ({"organisation": "999999999"}, "LE", "organisation-unknown"),
        ({"organisation": None}, "LE", "organisation-unknown"),
        ({"place": "313900762"}, "LE", "place-unknown"),
        ({"place": "999999999"}, "LE", "place-unknown"),
        ({"organisation": "313900215", "place": "313900878"}, "LE", "not-employed-there"),
        ({"place": None}, "LE", "not-employed-there"),
    ],
)
async def test_what_the_token_claims_is_held_against_the_registers(
    relation: Ask, actor: Callable[..., Actor], changed: dict[str, Any], role: str, expected: str
) -> None:
    assert await relation(actor("lege-koman", **changed), role=role) == expected


async def test_validity_of_authorisation_and_employment(
    relation: Ask, actor: Callable[..., Actor], add: Import
) -> None:
    koman = persona("lege-koman").national_id
    work = {"national_id": koman, "org_number": "313900541", "role": "LE", "valid_from": "2010-01-01"}
    add({"employments": [work | {"valid_to": "2026-01-31"}]})
    assert await relation(actor("lege-koman")) == "not-employed-there"
    add({"employments": [work]})
    worker = {
        "national_id": koman,
        "hpr_number": "9144889",
        "given_name": "Magnar",
        "family_name": "Koman",
        "authorisations": [{"code": "LE", "valid_from": "2001-07-01", "valid_to": "2026-01-31"}],
    }
    add({"personnel": [worker]})
    assert await relation(actor("lege-koman")) == "role-not-authorised"


async def test_a_municipalitys_own_employee_works_at_all_its_places(
    relation: Ask, actor: Callable[..., Actor], add: Import
) -> None:
    lin = persona("lege-lin").national_id
    add(
        {
            "employments": [
                {"national_id": lin, "org_number": "313900215", "role": "LE", "valid_from": "2020-01-01"}
            ]
        }
    )
    at_legevakt = actor("lege-lin", organisation="313900215", place="313900983")
    assert await relation(at_legevakt, "AKUTT", "emergency") == "self-declared"


@pytest.mark.parametrize("name", ["sykepleier", "helsestasjon", "helsesekretaer", "sykehuslege", "legevakt"])
async def test_every_authorised_persona_gets_in_with_a_declared_relation(
    relation: Ask, actor: Callable[..., Actor], name: str
) -> None:
    role = persona(name).role
    assert await relation(actor(name), "SAMTYKKE", "treatment", role) == "self-declared"
    assert await relation(actor(name), "SAMTYKKE", None, role) == "relation-missing"


@pytest.mark.parametrize("name", ["pleieassistent", "drift", "panelleder"])
async def test_personnel_without_authorisation_are_refused(
    relation: Ask, actor: Callable[..., Actor], name: str
) -> None:
    assert await relation(actor(name), "SAMTYKKE", "treatment") == "authorisation-required"


async def test_machines_and_the_young_are_refused(
    core_db: Database,
    keys: KeyRing,
    actor: Callable[..., Actor],
    number: Callable[[str], NationalId],
    relation: Ask,
) -> None:
    assert await relation(actor("lab")) == "machine-without-access"
    young = actor("ungdom")  # 14: sees what is her own, and does not decide over it yet
    with pytest.raises(AccessDenied, match="own-settings-from-16"):
        await look_up(core_db, keys, young, number("ungdom"), AccessRequest(), ("Consent",), _never_read)


async def _never_read(_c: AsyncConnection[Any], _p: UUID, _d: Decision) -> LookUp[None]:
    raise AssertionError("a refused look-up has read")


async def test_decide_alone_says_the_same(
    core_db: Database, keys: KeyRing, actor: Callable[..., Actor], number: Callable[[str], NationalId]
) -> None:
    async with core_db.transaction() as conn:
        line = await resolve_person(conn, keys, number("line"))
        assert line is not None
        await set_person(conn, line)
        request = AccessRequest(AccessBasis.UNNTAK, "LE")
        gp = await decide(conn, keys, actor("lege-koman"), line, request)
        other = await decide(conn, keys, actor("lege-lin"), line, request)
        citizen = await decide(conn, keys, actor("line"), line, AccessRequest())
        young = await decide(conn, keys, replace(actor("line"), security_level=3), line, AccessRequest())
    assert (gp.permitted, gp.relation, gp.facts.person_name) == (True, "listed-gp", "Line Danser")
    assert other.refusal is not None
    assert citizen.permitted
    assert young.refusal is not None
