"""The database frame on a real server: scope of a transaction, roles, busy → 503."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from kit.db import Database, SyncDatabase
from kit.errors import Unavailable
from kit.keys import KeyProblem, KeyRing
from tests.conftest import TestDatabase


async def test_a_transaction_serves_one_person_and_forgets_it(postgres: TestDatabase) -> None:
    db = Database(postgres.dsn("akson_results"), max_size=1)
    await db.open()
    person = uuid4()
    try:
        async with db.transaction(person=person, unit="974760673") as conn:
            row = await (
                await conn.execute("SELECT current_setting('akson.person'), current_setting('akson.unit')")
            ).fetchone()
            assert row is not None
            assert UUID(row[0]) == person
            assert row[1] == "974760673"
        async with db.transaction() as conn:
            row = await (await conn.execute("SELECT current_setting('akson.person', true)")).fetchone()
            assert row is not None
            assert not row[0]
    finally:
        await db.close()


def test_no_service_role_can_bypass_row_level_security(postgres: TestDatabase) -> None:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        roles = conn.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname LIKE 'akson%'"
        ).fetchall()
    assert {r[0] for r in roles} >= {"akson_owner", "akson_core", "akson_results"}
    assert not any(any(r[1:]) for r in roles)


def test_a_lock_that_is_not_released_is_a_503(postgres: TestDatabase) -> None:
    db = SyncDatabase(postgres.dsn("akson_results"), max_size=2)
    db.open()
    try:
        with db.transaction() as holder:
            holder.execute("SELECT pg_advisory_xact_lock(42)")
            with pytest.raises(Unavailable) as caught, db.transaction() as waiter:
                waiter.execute("SET LOCAL lock_timeout = '50ms'")
                waiter.execute("SELECT pg_advisory_xact_lock(42)")
        assert caught.value.permanent is False
    finally:
        db.close()


def test_keys_that_do_not_fit_are_refused(keys: KeyRing) -> None:
    blob = keys.encrypt("number-encrypt", b"secret", b"place")
    assert keys.decrypt("number-encrypt", blob, b"place") == b"secret"
    with pytest.raises(KeyProblem):
        keys.decrypt("number-encrypt", blob, b"another place")
    with pytest.raises(KeyProblem):
        keys.decrypt("original-encrypt", blob, b"place")


_LONGER = 3.0  # seconds more: waits that double would now end in five, when the next call has given up


@pytest.fixture
def reachable(postgres: TestDatabase) -> Iterator[tuple[str, Path, str]]:
    """A way to the server that can be taken away: its data source name, the way, and where it leads."""
    with tempfile.TemporaryDirectory(prefix="akson-test-", dir="/tmp") as folder:
        parts = conninfo_to_dict(postgres.dsn("akson_results"))
        way, target = Path(folder) / "way", str(parts["host"])
        way.symlink_to(target)
        yield make_conninfo(**{**parts, "host": str(way), "application_name": "taken away"}), way, target


def _end_connections(postgres: TestDatabase) -> None:
    with psycopg.connect(postgres.superuser_dsn, autocommit=True) as conn:
        conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'taken away'"
        )


def test_given_a_server_away_for_long_when_it_is_back_then_the_next_call_of_a_worker_is_answered(
    postgres: TestDatabase, reachable: tuple[str, Path, str]
) -> None:
    dsn, way, target = reachable
    db = SyncDatabase(dsn, max_size=2)
    db.open()
    try:
        way.unlink()
        _end_connections(postgres)
        for _ in range(2):  # on the connection that was lost, and waiting for another
            with pytest.raises(Unavailable), db.transaction() as conn:
                conn.execute("SELECT 1")
        time.sleep(_LONGER)
        way.symlink_to(target)

        with db.transaction() as conn:
            assert conn.execute("SELECT 1").fetchone() == (1,)
    finally:
        db.close()


async def test_given_a_server_away_for_long_when_it_is_back_then_the_next_call_of_a_service_is_answered(
    postgres: TestDatabase, reachable: tuple[str, Path, str]
) -> None:
    dsn, way, target = reachable
    db = Database(dsn, max_size=2)
    await db.open()
    try:
        way.unlink()
        _end_connections(postgres)
        for _ in range(2):  # on the connection that was lost, and waiting for another
            with pytest.raises(Unavailable):
                await db.ping()
        await asyncio.sleep(_LONGER)
        way.symlink_to(target)

        await db.ping()
    finally:
        await db.close()
