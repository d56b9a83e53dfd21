"""The facts of a decision are those of one statement over all tables, whatever a person has or lacks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from kit.db import set_person_sync
from tests.conftest import TestDatabase

pytestmark = pytest.mark.usefixtures("registers")
_OLD = import_module("core_record.migrations.versions.0016_journal")
_ONE_STATEMENT = _OLD._FACTS.replace("%columns%", _OLD._COLUMNS).replace(
    "core_record.decision_facts", "core_record.facts_in_one_statement"
)
_OURS, _ONE = (
    f"SELECT * FROM core_record.{function}(%s, %s, %s, %s, %s, %s, '2026-11-29', %s)"  # noqa: S608 - two names
    for function in ("decision_facts", "facts_in_one_statement")
)
_SETTING = """
INSERT INTO core_record.privacy_setting (person_id, setting_id, kind, scope, field, org_number, personnel_id,
    hpr_number, valid_from, valid_to, set_by, set_by_hash, withdrawn_at, withdrawn_by, withdrawn_by_hash)
VALUES (%(person)s, gen_random_uuid(), %(kind)s, %(scope)s, %(field)s, %(org)s, %(personnel)s, %(hpr)s,
    now() + %(from)s * interval '1 hour', now() + %(to)s * interval '1 hour', 'citizen', '\\x00',
    CASE WHEN %(withdrawn_by)s::text IS NULL THEN NULL ELSE now() END, %(withdrawn_by)s,
    CASE WHEN %(withdrawn_by)s::text IS NULL THEN NULL ELSE '\\x00'::bytea END)
"""
_RELATION = """
INSERT INTO core_record.care_relation
    (person_id, relation_id, kind, org_number, personnel_id, opened_at, closed_at)
VALUES (%s, gen_random_uuid(), %s, %s, %s, now() - interval '2 hours', now() + %s * interval '1 hour')
"""
_LISTED = """
INSERT INTO core_record.gp_list (person_id, valid_from, valid_to, hpr_number, org_number)
VALUES (%s, '2026-01-02'::date + %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_SUBSTITUTE = """
INSERT INTO core_record.gp_substitute (hpr_number, substitute_hpr, valid_from, valid_to)
VALUES (%s, %s, '2026-01-01', %s) ON CONFLICT DO NOTHING
"""
_ATTESTED = """
INSERT INTO core_record.attestation (person_id, attestation_id, actor_id, purpose, user_selected, expires_at,
    content) VALUES (%s, %s, %s, 'TREAT', true, now() + interval '30 minutes', '\\x00')
"""


@dataclass(frozen=True)
class World:
    """Whom the questions are about: persons, personnel with HPR number, organisations at every height."""

    conn: Connection[Any]
    persons: list[UUID]
    personnel: list[tuple[UUID, str | None]]
    places: list[str]


@pytest.fixture
def world(postgres: TestDatabase) -> Iterator[World]:
    """Everything a question may name. What a test adds is rolled back."""
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute(_ONE_STATEMENT)
        persons = [row[0] for row in conn.execute("SELECT person_id FROM core_record.person LIMIT 6")]
        personnel = conn.execute("SELECT personnel_id, hpr_number FROM core_record.personnel").fetchall()
        places = [row[0] for row in conn.execute("SELECT org_number FROM core_record.organisation LIMIT 9")]
        yield World(conn, persons, personnel, places)
        conn.rollback()


def _same(world: World, question: tuple[Any, ...]) -> tuple[Any, ...]:
    conn = world.conn
    if question[0] is not None:
        set_person_sync(conn, question[0])
    ours = conn.execute(_OURS, question).fetchone()
    others = conn.execute(_ONE, question).fetchone()
    assert ours is not None
    assert ours == others
    return ours


def test_given_the_registers_alone_every_question_has_the_same_facts(world: World) -> None:
    roles = ("LE", "SP", None)
    places: list[str | None] = [*world.places, None]
    asked = set()
    for person in [*world.persons, None]:
        for (actor, hpr), role in product(world.personnel, roles):
            for organisation, place in zip(places, [*places[3:], *places[:3]], strict=True):
                asked.add(repr(_same(world, (person, actor, hpr, role, organisation, place, None))[2:]))
    assert len(asked) > 100


_hours = st.sampled_from((-3, -1, 1, 3))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_given_settings_relations_and_lists_the_facts_are_the_same(world: World, data: st.DataObject) -> None:
    draw = data.draw
    conn = world.conn
    person = draw(st.sampled_from(world.persons))
    actor, hpr = draw(st.sampled_from(world.personnel))
    organisation, place = draw(st.sampled_from(world.places)), draw(st.sampled_from([*world.places, None]))
    places = st.sampled_from([*world.places, organisation])
    readers = st.sampled_from([*world.personnel, (actor, hpr)])
    with conn.transaction(force_rollback=True):
        set_person_sync(conn, person)
        for _ in range(draw(st.integers(0, 4))):
            _set(conn, person, draw, places, readers)
        for _ in range(draw(st.integers(0, 2))):
            kind = draw(st.sampled_from(("admission", "contact", "task")))
            whose = draw(st.sampled_from([None, *(one for one, _ in world.personnel)]))
            conn.execute(_RELATION, (person, kind, draw(places), whose, draw(st.sampled_from((-1, 1, None)))))
        for day in range(draw(st.integers(0, 2))):
            until = draw(st.sampled_from((None, "2026-02-01", "2027-01-01")))
            gp = draw(readers)[1]
            if gp is not None:
                conn.execute(_LISTED, (person, day, until, gp, draw(places)))
                stands_in = draw(readers)[1]
                if stands_in is not None:
                    conn.execute(_SUBSTITUTE, (gp, stands_in, until))
        attestation = uuid4() if draw(st.booleans()) else None
        if attestation is not None:
            conn.execute(_ATTESTED, (person, attestation, draw(readers)[0]))
        _same(world, (person, actor, hpr, "LE", organisation, place, attestation))


def _set(conn: Connection[Any], person: UUID, draw: Any, places: Any, readers: Any) -> None:
    kind = draw(st.sampled_from(("sperring", "sperring", "blokkering", "reservasjon", "samtykke")))
    scope = draw(st.sampled_from(("all", "field", "source", "reader"))) if kind == "sperring" else None
    personnel, hpr = draw(readers) if kind in ("blokkering", "samtykke") else (None, None)
    begins = draw(_hours)
    conn.execute(
        _SETTING,
        {
            "person": person,
            "kind": kind,
            "scope": scope,
            "field": draw(st.sampled_from(("MBIO", "RAD"))) if scope == "field" else None,
            "org": draw(places) if (scope or kind) in ("source", "reader", "samtykke") else None,
            "personnel": personnel,
            "hpr": hpr,
            "from": begins,
            "to": draw(st.sampled_from((None, begins + 2))),
            "withdrawn_by": draw(st.sampled_from((None, None, "citizen", "clinician"))),
        },
    )
