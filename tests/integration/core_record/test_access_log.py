"""The access log holds: no row can be changed, chains have no gaps, and every tampering is found."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import pytest
from psycopg import AsyncConnection, Connection

from core_record.access.service import (
    AccessBasis,
    AccessDenied,
    AccessRequest,
    Decision,
    LookUp,
    PersonNotFound,
    look_up,
)
from core_record.access_log.service import verify_all
from core_record.registers.service import resolve_person_sync
from kit.db import Database, set_person_sync
from kit.identity.actor import Actor
from kit.ids import NationalId, parse_national_id
from kit.keys import KeyRing
from tests.conftest import TestDatabase

pytestmark = pytest.mark.usefixtures("registers")
ROUNDS = 12


async def nothing(_c: AsyncConnection[Any], _p: UUID, _d: Decision) -> LookUp[None]:
    return LookUp(None, {"Observation": 3})


@pytest.fixture
async def logged(
    core_db: Database,
    results_db: Database,
    keys: KeyRing,
    actor: Callable[..., Actor],
    number: Callable[[str], NationalId],
    postgres: TestDatabase,
) -> UUID:
    """Many look-ups of Line at once, from both services, permitted and refused."""
    gp, other = AccessRequest(AccessBasis.UNNTAK, "LE"), AccessRequest(AccessBasis.AKUTT, "LE", "emergency")
    calls = []
    for _ in range(ROUNDS):
        calls += [
            look_up(core_db, keys, actor("lege-koman"), number("line"), gp, ("Person",), nothing),
            look_up(results_db, keys, actor("legevakt"), number("line"), other, ("Note",), nothing),
            look_up(results_db, keys, actor("lege-lin"), number("line"), gp, ("Note",), nothing),
        ]
    unknown = parse_national_id("02013299997")
    calls.append(look_up(core_db, keys, actor("legevakt"), unknown, other, ("Person",), nothing))
    done = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(result, PersonNotFound) for result in done) == 1
    assert sum(isinstance(result, AccessDenied) for result in done) == ROUNDS
    with psycopg.connect(postgres.dsn("akson_core")) as conn:
        line = resolve_person_sync(conn, keys, number("line"))
    assert line is not None
    return line


def test_chain_is_gapless_under_concurrent_appends(logged: UUID, postgres: TestDatabase) -> None:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        rows = conn.execute("SELECT seq, at FROM core_record.access_log ORDER BY seq").fetchall()
    assert [seq for seq, _ in rows] == list(range(1, 3 * ROUNDS + 1))
    with psycopg.connect(postgres.dsn("akson_auditor")) as conn:
        report = verify_all(conn)
    assert report.intact
    assert (report.chains, report.rows) == (1, 3 * ROUNDS)


@pytest.mark.parametrize("role", ["akson_core", "akson_results", "akson_owner"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE core_record.access_log SET actor_name = 'x'",
        "DELETE FROM core_record.access_log",
        "TRUNCATE core_record.access_log",
        "UPDATE core_record.actor_log SET action = 'x'",
        "TRUNCATE core_record.actor_log",
    ],
)
def test_no_role_can_change_a_row(
    logged: UUID, postgres: TestDatabase, role: str, statement: LiteralString
) -> None:
    with psycopg.connect(postgres.dsn(role)) as conn:
        set_person_sync(conn, logged)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute(statement)


@pytest.mark.parametrize("role", ["akson_core", "akson_results"])
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO core_record.access_log SELECT * FROM core_record.access_log",
        "UPDATE core_record.access_log_head SET seq = 0",
        "SELECT 1 FROM core_record.access_log_head",
        "SELECT 1 FROM core_record.actor_log",
        "SELECT 1 FROM core_record.person_number",
    ],
)
def test_services_reach_the_log_by_its_function_alone(
    logged: UUID, postgres: TestDatabase, role: str, statement: LiteralString
) -> None:
    with psycopg.connect(postgres.dsn(role)) as conn:
        set_person_sync(conn, logged)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute(statement)


def test_a_row_for_a_person_not_served_is_refused(logged: UUID, postgres: TestDatabase) -> None:
    with (
        psycopg.connect(postgres.dsn("akson_results")) as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"),
    ):
        conn.execute(
            "SELECT core_record.append_access_log(%s, 'clinician', '\\x00', NULL, NULL, NULL, NULL, NULL,"
            " NULL, NULL, 'AKUTT', NULL, 'none', 'read', '{}'::jsonb, 'permitted', NULL, NULL)",
            (logged,),
        )


TAMPERINGS: dict[str, tuple[LiteralString, str]] = {
    "name changed": ("UPDATE core_record.access_log SET actor_name = 'Ola' WHERE seq = 5", "row-changed"),
    "time moved": (
        "UPDATE core_record.access_log SET at = at + interval '1 microsecond' WHERE seq = 5",
        "row-changed",
    ),
    "items changed": (
        "UPDATE core_record.access_log SET items = '{\"Note\": 99}' WHERE seq = 5",
        "row-changed",
    ),
    "refusal hidden": ("UPDATE core_record.access_log SET outcome_code = '' WHERE seq = 5", "row-changed"),
    "row removed": ("DELETE FROM core_record.access_log WHERE seq = 5", "row-missing"),
    "first row removed": ("DELETE FROM core_record.access_log WHERE seq = 1", "row-missing"),
    "newest row removed": ("DELETE FROM core_record.access_log WHERE seq = 36", "end-missing"),
    "whole chain removed": ("DELETE FROM core_record.access_log", "end-missing"),
    "head removed": ("DELETE FROM core_record.access_log_head", "end-missing"),
    "head set back": ("UPDATE core_record.access_log_head SET seq = seq - 1", "end-missing"),
    "row rehashed": (
        "UPDATE core_record.access_log a SET actor_name = NULL, hash ="  # noqa: ISC004
        " sha256(a.prev || convert_to(core_record.access_log_text(ROW(a.person_id, a.seq, a.event_id, a.at,"
        " a.db_role, a.actor_kind, a.actor_hash, NULL, a.hpr_number, a.role, a.organisation,"
        " a.organisation_name, a.place, a.place_name, a.basis, a.reason, a.relation, a.action, a.items,"
        " a.outcome, a.outcome_code, a.correlation_id, a.prev, a.hash, a.format,"
        " a.attestation_id, a.withheld, a.app, a.app_name)::core_record.access_log), 'UTF8'))"
        " WHERE seq = 5",
        "link-broken",
    ),
}


@pytest.mark.parametrize("attack", TAMPERINGS)
def test_tampering_by_a_superuser_is_found(logged: UUID, postgres: TestDatabase, attack: str) -> None:
    statement, code = TAMPERINGS[attack]
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("SET LOCAL session_replication_role = replica")
        changed = conn.execute(statement).rowcount
        report = verify_all(conn)
        conn.rollback()
    assert changed >= 1
    assert code in {fault.code for fault in report.faults}
    assert {fault.person_id for fault in report.faults} == {logged}


def test_text_of_every_kind_verifies(postgres: TestDatabase, keys: KeyRing, logged: UUID) -> None:
    """The verifier prints a row as PostgreSQL does: quotes, control characters, letters outside ASCII."""
    with psycopg.connect(postgres.dsn("akson_core")) as conn:
        set_person_sync(conn, logged)
        _append(conn, logged, _ODD)
    with psycopg.connect(postgres.dsn("akson_auditor")) as conn:
        report = verify_all(conn)
    assert report.intact
    assert report.rows == 3 * ROUNDS + 1


_ODD = 'Åse "Ø" \\ Čáhppes\t\n\x01\x7f😀/'
_WITH_ALL = (
    "SELECT core_record.append_access_log(%s, 'clinician', '\\xff00', %s, NULL, NULL, NULL, NULL, NULL, NULL,"
    " 'AKUTT', NULL, 'none', 'read', '{\"B\": 2, \"Aa\": 1}'::jsonb, 'permitted', NULL, NULL, NULL,"
    " '{\"restricted\": 1}'::jsonb, %s, %s)"
)
_HASHED = (
    "SELECT format, app_name, hash = sha256(prev || convert_to(core_record.access_log_text(a), 'UTF8'))"
    " FROM core_record.access_log a ORDER BY seq DESC LIMIT 1"
)


@pytest.mark.parametrize(
    ("app", "app_name", "written"),
    [
        (None, None, (2, None, True)),
        (None, _ODD, (2, None, True)),
        ("app-1", _ODD, (3, _ODD, True)),
        ("app-1", None, (3, None, True)),
    ],
)
def test_a_row_is_hashed_in_the_text_of_its_form(
    postgres: TestDatabase,
    logged: UUID,
    app: str | None,
    app_name: str | None,
    written: tuple[int, str | None, bool],
) -> None:
    with psycopg.connect(postgres.dsn("akson_core")) as conn:
        set_person_sync(conn, logged)
        conn.execute(_WITH_ALL, (logged, _ODD, app, app_name))
    with psycopg.connect(postgres.superuser_dsn) as conn:
        assert conn.execute(_HASHED).fetchone() == written
    with psycopg.connect(postgres.dsn("akson_auditor")) as conn:
        assert verify_all(conn).intact


def _append(conn: Connection[Any], person: UUID, name: str) -> None:
    conn.execute(
        "SELECT core_record.append_access_log(%s, 'clinician', '\\xff00', %s, NULL, NULL, NULL, NULL, NULL,"
        " NULL, 'AKUTT', NULL, 'none', 'read', '{\"B\": 2, \"Aa\": 1}'::jsonb, 'permitted', NULL, NULL)",
        (person, name),
    )
