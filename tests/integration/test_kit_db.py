"""The database frame on a real server: scope of a transaction, roles, busy → 503."""

from __future__ import annotations

from uuid import UUID, uuid4

import psycopg
import pytest

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
