"""Attestations and care relations: recorded, bound, named by look-ups, shown to the decision."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from core_record.access.service import AccessBasis, AccessRequest, Decision, decide
from core_record.attestations.service import open_attestation
from core_record.care_relations.service import CareRelationKind, close_relation, open_relation
from core_record.registers.service import resolve_person
from kit.db import Database, set_person
from kit.identity.actor import Actor
from kit.ids import NationalId
from kit.keys import KeyProblem, KeyRing
from tests.conftest import TestDatabase
from tests.integration.privacy.conftest import AsActor, Results

Number = Callable[[str], NationalId]
MakeActor = Callable[..., Actor]
HEADERS = {"access_basis": "SAMTYKKE", "requester_hpr_role": "LE"}


def attested(purpose: str = "TREAT", *, selected: bool = True, **practitioner: Any) -> dict[str, Any]:
    who = {
        "hpr_nr": {"id": "9900233"},
        "authorization": {"code": "LE"},
        "legal_entity": {"id": "313901319"},
        "point_of_care": {"id": "313901424"},
    }
    return {
        "type": "nhn:tillitsrammeverk:parameters",
        "practitioner": who | practitioner,
        "care_relationship": {
            "healthcare_service": {"code": "S03"},
            "purpose_of_use": {"code": purpose},
            "decision_ref": {"id": "treatment", "user_selected": selected},
        },
        "patients": [{}],
    }


async def test_a_look_up_rests_on_an_attestation_and_the_log_points_at_it(
    core: AsActor, results: Results, actor: MakeActor, number: Number, postgres: TestDatabase, keys: KeyRing
) -> None:
    line, doctor = number("line"), actor("sykehuslege")
    body = attested(identifier={"id": doctor.national_id.value if doctor.national_id else ""})
    made = await core(doctor).post("/attestations", json=body, headers={"person-id": line.value})
    assert made.status_code == 201, made.text
    named = HEADERS | {"attestation": made.json()["id"]}
    assert (await results.search(doctor, line, **named)).status_code == 200
    with psycopg.connect(postgres.superuser_dsn) as conn:
        rows = conn.execute(
            "SELECT items, relation, reason, attestation_id FROM core_record.access_log ORDER BY seq"
        ).fetchall()
        kept = conn.execute("SELECT content FROM core_record.attestation").fetchone()
    assert rows[0] == ({"Attestation": 1}, "self-declared", "treatment", None)
    assert rows[1][1:] == ("self-declared", "treatment", UUID(made.json()["id"]))
    assert kept is not None
    assert b"9900233" not in kept[0]

    other = await results.search(doctor, number("gry"), **named)
    colleague = await results.search(actor("lege-lin"), line, **named)
    for answer in (other, colleague):
        assert (answer.status_code, "attestation-unknown" in answer.text) == (403, True)
    purpose = await results.search(doctor, line, **named | {"access_basis": "UNNTAK"})
    assert "attestation-other-purpose" in purpose.text


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (attested(hpr_nr={"id": "9144889"}), "attestation-not-own"),
        (attested(legal_entity={"id": "313900436"}), "attestation-not-own"),
        (attested(point_of_care={"id": "313900541"}), "attestation-not-own"),
        (attested() | {"patients": [{"identifier": {"id": "12057900499"}}]}, "attestation-other-patient"),
        (attested() | {"patients": [{}, {}]}, "attestation-malformed"),
        (attested("HRESCH"), "attestation-malformed"),
        (attested() | {"type": "x"}, "attestation-malformed"),
        (attested(selected=False), "relation-missing"),
        (attested("COC"), "exception-needs-listed-gp"),
        (attested(authorization={"code": "SP"}), "role-not-authorised"),
    ],
)
async def test_an_attestation_must_be_ones_own_and_would_permit(
    core: AsActor, actor: MakeActor, number: Number, changed: dict[str, Any], code: str
) -> None:
    headers = {"person-id": number("line").value}
    answer = await core(actor("sykehuslege")).post("/attestations", json=changed, headers=headers)
    assert answer.status_code in (400, 403)
    assert answer.json()["title"] == code
    assert number("line").value not in answer.text


async def test_kept_signed_without_numbers_and_found_changed_when_it_is(
    core: AsActor, actor: MakeActor, number: Number, core_db: Database, keys: KeyRing, postgres: TestDatabase
) -> None:
    doctor, line = actor("sykehuslege"), number("line")
    body = attested() | {"patients": [{"identifier": {"id": line.value}}]}
    made = await core(doctor).post("/attestations", json=body, headers={"person-id": line.value})
    attestation_id = UUID(made.json()["id"])
    async with core_db.transaction() as conn:
        person = await resolve_person(conn, keys, line)
        assert person is not None
        await set_person(conn, person)
        said = await open_attestation(conn, keys, person, attestation_id)
        assert said is not None
        assert said.practitioner.identifier is None
        assert said.patients[0].identifier is None
        assert said.care_relationship.purpose_of_use.code == "TREAT"
    with psycopg.connect(postgres.superuser_dsn) as raw, pytest.raises(psycopg.Error):
        raw.execute("UPDATE core_record.attestation SET purpose = 'BTG'")
    with psycopg.connect(postgres.superuser_dsn) as raw:
        raw.execute("SET session_replication_role = replica")
        raw.execute("UPDATE core_record.attestation SET made_at = made_at + interval '1 minute'")
    async with core_db.transaction(person=person) as conn:
        with pytest.raises(KeyProblem):
            await open_attestation(conn, keys, person, attestation_id)


async def test_a_relation_that_the_journal_shows_needs_no_reason_while_it_lasts(
    core_db: Database, keys: KeyRing, actor: MakeActor, number: Number
) -> None:
    doctor, relation, now = actor("sykehuslege"), uuid4(), datetime.now(UTC)
    request = AccessRequest(AccessBasis.SAMTYKKE, "LE")

    async def relation_of(who: Actor) -> str:
        async with core_db.transaction(person=person) as conn:
            found: Decision = await decide(conn, keys, who, person, request)
        return found.relation.value if found.permitted else str(found.refusal and found.refusal.code)

    async with core_db.transaction() as conn:
        resolved = await resolve_person(conn, keys, number("line"))
        assert resolved is not None
        person = resolved
        await set_person(conn, person)
    assert await relation_of(doctor) == "relation-missing"
    async with core_db.transaction(person=person) as conn:
        for _ in range(2):
            await open_relation(
                conn, person, relation, CareRelationKind.ADMISSION, "313901424", now - timedelta(days=2)
            )
    assert await relation_of(doctor) == "admission"
    assert await relation_of(actor("lege-lin")) == "relation-missing"
    async with core_db.transaction(person=person) as conn:
        assert await close_relation(conn, person, relation, now - timedelta(days=1))
        assert not await close_relation(conn, person, relation, now)
    assert await relation_of(doctor) == "relation-missing"
