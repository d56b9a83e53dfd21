"""The whole path of a look-up on a real database: resolve, decide, read, log, commit."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import AsyncConnection, sql
from psycopg.rows import dict_row

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
from kit.db import Database
from kit.errors import NotFound
from kit.identity.actor import Actor
from kit.ids import NationalId, parse_national_id
from kit.keys import KeyRing
from tests.conftest import TestDatabase

pytestmark = pytest.mark.usefixtures("registers")
UNKNOWN = "02013299997"  # valid, on nobody's register here


async def names(conn: AsyncConnection[Any], person_id: UUID, _: Decision) -> LookUp[str]:
    row = await (await conn.execute("SELECT given_name FROM core_record.person")).fetchall()
    return LookUp(row[0][0], {"Person": len(row)})


def rows(postgres: TestDatabase, table: str) -> list[dict[str, Any]]:
    with psycopg.connect(postgres.superuser_dsn, row_factory=dict_row) as conn:
        name = sql.Identifier("core_record", table)
        return conn.execute(sql.SQL("SELECT * FROM {} ORDER BY at").format(name)).fetchall()


async def test_listed_gp_sees_and_leaves_a_row(
    core_db: Database,
    keys: KeyRing,
    actor: Callable[..., Actor],
    number: Callable[[str], NationalId],
    postgres: TestDatabase,
) -> None:
    request = AccessRequest(AccessBasis.UNNTAK, "LE", None, "corr-1")
    found = await look_up(
        core_db, keys, actor("lege-koman"), number("line"), request, ("Person", "Note"), names
    )
    assert found == "Line"
    (row,) = rows(postgres, "access_log")
    assert row["actor_name"] == "Magnar Koman"
    assert (row["organisation_name"], row["place_name"]) == ("Fjordvik legesenter AS", "Fjordvik legesenter")
    assert (row["basis"], row["relation"], row["outcome"]) == ("UNNTAK", "listed-gp", "permitted")
    assert row["items"] == {"Person": 1, "Note": 0}
    assert (row["db_role"], row["correlation_id"], row["seq"]) == ("akson_core", "corr-1", 1)
    with psycopg.connect(postgres.dsn("akson_auditor")) as conn:
        report = verify_all(conn)
    assert report.intact
    assert (report.chains, report.rows) == (1, 1)


async def test_refused_look_up_leaves_a_row_in_the_persons_log(
    core_db: Database,
    keys: KeyRing,
    actor: Callable[..., Actor],
    number: Callable[[str], NationalId],
    postgres: TestDatabase,
) -> None:
    request = AccessRequest(AccessBasis.UNNTAK, "LE")
    with pytest.raises(AccessDenied, match="exception-needs-listed-gp"):
        await look_up(core_db, keys, actor("lege-lin"), number("line"), request, ("Person",), names)
    (row,) = rows(postgres, "access_log")
    assert (row["outcome"], row["outcome_code"]) == ("refused", "exception-needs-listed-gp")
    assert row["items"] == {"Person": 0}
    assert row["actor_name"] == "Rita Lin"


async def test_number_nobody_has_is_logged_by_actor(
    core_db: Database, keys: KeyRing, actor: Callable[..., Actor], postgres: TestDatabase
) -> None:
    request = AccessRequest(AccessBasis.SAMTYKKE, "LE", "treatment")
    unknown = parse_national_id(UNKNOWN)
    with pytest.raises(PersonNotFound):
        await look_up(core_db, keys, actor("lege-lin"), unknown, request, ("Person",), names)
    (row,) = rows(postgres, "actor_log")
    assert row["outcome"] == "nobody-found"
    assert row["number_hash"] == keys.number_hash(unknown)
    assert rows(postgres, "access_log") == []


async def test_refused_caller_does_not_learn_that_a_number_is_unknown(
    core_db: Database, keys: KeyRing, actor: Callable[..., Actor], postgres: TestDatabase
) -> None:
    with pytest.raises(AccessDenied, match="authorisation-required"):
        await look_up(
            core_db,
            keys,
            actor("pleieassistent"),
            parse_national_id(UNKNOWN),
            AccessRequest(AccessBasis.SAMTYKKE, None, "home-care"),
            ("Person",),
            names,
        )
    (row,) = rows(postgres, "actor_log")
    assert (row["outcome"], row["outcome_code"]) == ("refused", "authorisation-required")


async def test_citizen_sees_own_data_and_nobody_elses(
    core_db: Database,
    keys: KeyRing,
    actor: Callable[..., Actor],
    number: Callable[[str], NationalId],
    postgres: TestDatabase,
) -> None:
    request = AccessRequest()
    assert await look_up(core_db, keys, actor("gry"), number("gry"), request, ("Person",), names) == "Gry"
    with pytest.raises(AccessDenied, match="not-own-data"):
        await look_up(core_db, keys, actor("gry"), number("line"), request, ("Person",), names)
    with pytest.raises(AccessDenied, match="not-own-data"):
        await look_up(core_db, keys, actor("gry"), parse_national_id(UNKNOWN), request, ("Person",), names)
    own, others = rows(postgres, "access_log")
    assert (own["actor_name"], own["basis"], own["relation"]) == ("Gry Telokk", "EGEN", "own")
    assert (others["actor_name"], others["outcome"]) == (None, "refused")


async def test_read_that_fails_leaves_nothing(
    core_db: Database,
    keys: KeyRing,
    actor: Callable[..., Actor],
    number: Callable[[str], NationalId],
    postgres: TestDatabase,
) -> None:
    async def fails(_c: AsyncConnection[Any], _p: UUID, _d: Decision) -> LookUp[None]:
        raise NotFound("no-such-version", "There is no such version.")

    with pytest.raises(NotFound, match="no-such-version"):
        await look_up(core_db, keys, actor("gry"), number("gry"), AccessRequest(), ("Person",), fails)
    assert rows(postgres, "access_log") == []


async def test_results_service_decides_with_its_own_role(
    results_db: Database,
    keys: KeyRing,
    actor: Callable[..., Actor],
    number: Callable[[str], NationalId],
    postgres: TestDatabase,
) -> None:
    async def nothing(_c: AsyncConnection[Any], _p: UUID, decision: Decision) -> LookUp[str]:
        return LookUp(decision.relation.value)

    request = AccessRequest(AccessBasis.SAMTYKKE, "LE", "treatment")
    who = actor("sykehuslege")
    assert await look_up(results_db, keys, who, number("line"), request, ("Observation",), nothing) == (
        "self-declared"
    )
    (row,) = rows(postgres, "access_log")
    assert (row["db_role"], row["reason"], row["relation"]) == ("akson_results", "treatment", "self-declared")


async def test_given_a_log_row_that_cannot_be_written_then_nothing_is_answered(
    core_db: Database,
    keys: KeyRing,
    actor: Callable[..., Actor],
    number: Callable[[str], NationalId],
    postgres: TestDatabase,
) -> None:
    async def read_and_hide_a_fault(conn: AsyncConnection[Any], _: UUID, __: Decision) -> LookUp[str]:
        with contextlib.suppress(psycopg.errors.DivisionByZero):
            await conn.execute("SELECT 1 / 0")  # from here on the transaction takes no statement
        return LookUp("seen", {"Person": 1})

    request = AccessRequest(AccessBasis.UNNTAK, "LE")
    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        await look_up(
            core_db, keys, actor("lege-koman"), number("line"), request, ("Person",), read_and_hide_a_fault
        )
    assert rows(postgres, "access_log") == []
    assert await look_up(core_db, keys, actor("lege-koman"), number("line"), request, ("Person",), names)


async def test_given_the_answer_cannot_be_made_then_nobody_gets_it_and_the_next_look_up_does(
    core_db: Database,
    keys: KeyRing,
    actor: Callable[..., Actor],
    number: Callable[[str], NationalId],
    postgres: TestDatabase,
) -> None:
    async def read(_c: AsyncConnection[Any], _p: UUID, _d: Decision) -> LookUp[str]:
        return LookUp("seen", {"Person": 1}, meanwhile=lambda: 1 // 0)

    who, request = actor("lege-koman"), AccessRequest(AccessBasis.UNNTAK, "LE")
    with pytest.raises(ZeroDivisionError):
        await look_up(core_db, keys, who, number("line"), request, ("Person",), read)
    assert await look_up(core_db, keys, who, number("line"), request, ("Person",), names) == "Line"
    with psycopg.connect(postgres.dsn("akson_auditor")) as conn:
        assert verify_all(conn).intact
