"""Statements straight through libpq: values, errors, rollbacks and callers that go away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import date
from uuid import UUID

import psycopg
import pytest

from kit import wire
from kit.db import Database
from kit.errors import Unavailable
from tests.conftest import TestDatabase

ECHO = wire.Statement(
    "SELECT %(id)s::uuid, %(text)s::text, %(data)s::bytea, %(day)s::date, %(ids)s::uuid[],"
    " %(none)s::int, %(text)s"
)
VALUES = {
    "id": UUID(int=5),
    "text": "hei 'du'",
    "data": b"\0\xff",
    "day": date(2026, 2, 28),
    "ids": [UUID(int=1), UUID(int=2)],
    "none": None,
}
DIVIDE = wire.Statement("SELECT 10 / %s::int")
NOTE = wire.Statement("SELECT set_config('akson.unit', %s, true)")


@pytest.fixture
async def db(postgres: TestDatabase) -> AsyncIterator[Database]:
    database = Database(postgres.dsn("akson_results"), max_size=1)
    await database.open()
    yield database
    await database.close()


async def divided(db: Database, by: int) -> int:
    async with db.transaction() as conn:
        (result,) = await wire.run(conn, (DIVIDE, (by,)))
        ((answer,),) = wire.rows(conn, result)
        return int(answer)


async def test_values_come_back_as_they_went(db: Database) -> None:
    async with db.transaction() as conn:
        for _ in range(2):  # prepared, then known
            (result,) = await wire.run(conn, (ECHO, VALUES))
            assert wire.rows(conn, result) == [(*VALUES.values(), VALUES["text"])]


async def test_several_steps_are_one_transaction_with_its_commit(db: Database) -> None:
    async with db.transaction() as conn:
        noted, divided_ = await wire.run(conn, (NOTE, ("u",)), (DIVIDE, (5,)))
        assert (wire.rows(conn, noted), wire.rows(conn, divided_)) == ([("u",)], [(2,)])
        await wire.run(conn, (NOTE, ("v",)), wire.COMMIT)
        assert conn.info.transaction_status is psycopg.pq.TransactionStatus.IDLE


async def test_steps_apart_are_a_transaction_of_their_own_committed_on_return(db: Database) -> None:
    served = wire.Statement("SELECT current_setting('akson.unit', true)")
    async with db.transaction() as conn:
        _, seen = await wire.run(conn, (NOTE, ("u",)), (served, ()), apart=True)
        assert wire.rows(conn, seen) == [("u",)]
        assert conn.info.transaction_status is psycopg.pq.TransactionStatus.IDLE
        (after,) = await wire.run(conn, (served, ()), apart=True)
        assert wire.rows(conn, after)[0][0] in (None, "")
        with pytest.raises(psycopg.errors.DivisionByZero):
            await wire.run(conn, (NOTE, ("u",)), (DIVIDE, (0,)), apart=True)
        assert conn.info.transaction_status is psycopg.pq.TransactionStatus.IDLE
        await wire.run(conn, (NOTE, ("u",)))
        with pytest.raises(ValueError, match="a transaction is open"):
            await wire.run(conn, (DIVIDE, (5,)), apart=True)


async def test_given_a_step_fails_then_nothing_behind_it_runs_and_the_connection_is_usable_again(
    db: Database,
) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        async with db.transaction() as conn:
            await wire.run(conn, (NOTE, ("u",)), (DIVIDE, (0,)), wire.COMMIT)
    assert await divided(db, 2) == 5


async def test_given_a_rollback_then_statements_are_prepared_anew(db: Database) -> None:
    assert await divided(db, 1) == 10
    with pytest.raises(ValueError, match="enough"):
        async with db.transaction() as conn:
            await conn.execute("SELECT 1", prepare=True)  # psycopg deallocates all after the rollback
            raise ValueError("enough")
    assert await divided(db, 2) == 5


async def test_given_a_caller_that_goes_away_then_its_answer_reaches_nobody_else(db: Database) -> None:
    async def slow() -> None:
        async with db.transaction() as conn:
            await wire.run(conn, (wire.Statement("SELECT pg_sleep(20)"), ()))

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(slow(), 0.2)
    assert await divided(db, 5) == 2


async def test_given_cursors_between_then_every_wait_ends(db: Database) -> None:
    for _ in range(3):
        async with db.transaction() as conn:
            for number in range(5):
                (first,) = await wire.run(conn, (wire.Statement("SELECT %s::int"), (number,)))
                assert wire.rows(conn, first) == [(number,)]
                if number % 2:
                    cursor = await conn.execute("SELECT %s::int", (number,))
                    assert await cursor.fetchone() == (number,)


async def test_given_the_server_ends_a_connection_in_the_middle_then_the_next_one_is_heard(
    db: Database, postgres: TestDatabase
) -> None:
    """The new connection's socket mostly has the number of the one that is gone."""
    for _ in range(5):
        with pytest.raises(Unavailable):
            async with db.transaction() as conn:
                await wire.run(conn, (wire.Statement("SELECT 1"), ()))
                with psycopg.connect(postgres.superuser_dsn, autocommit=True) as other:
                    other.execute("SELECT pg_terminate_backend(%s)", (conn.info.backend_pid,))
                await asyncio.sleep(0.05)  # the end of the connection is told while nobody waits
                await wire.run(conn, (wire.Statement("SELECT 1"), ()))
        async with asyncio.timeout(3), db.transaction() as conn:
            (result,) = await wire.run(conn, (wire.Statement("SELECT 2"), ()))
            assert wire.rows(conn, result) == [(2,)]


async def test_given_work_to_do_meanwhile_then_the_database_is_at_work_already(
    db: Database, postgres: TestDatabase
) -> None:
    waited = wire.Statement("SELECT pg_advisory_xact_lock(%s), 'done'")
    seen: list[str] = []

    def let_go_once_it_waits(other: psycopg.Connection[tuple[str]]) -> None:
        asked = "SELECT wait_event_type FROM pg_stat_activity WHERE query LIKE '%_xact_lock($1)%'"
        while ("Lock",) not in other.execute(asked).fetchall():
            time.sleep(0.001)
        seen.append("waits")
        other.execute("SELECT pg_advisory_unlock(7)")

    with psycopg.connect(postgres.superuser_dsn, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(7)")
        async with db.transaction() as conn:
            (result,) = await wire.run(conn, (waited, (7,)), meanwhile=lambda: let_go_once_it_waits(other))
            assert wire.rows(conn, result)[0][1] == "done"
    assert seen == ["waits"]


async def test_given_that_work_fails_then_its_error_is_raised_and_the_next_transaction_is_a_new_one(
    db: Database,
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with db.transaction() as conn:
            await wire.run(conn, (DIVIDE, (2,)), meanwhile=lambda: 1 // 0)
    assert await divided(db, 5) == 2


def test_placeholders_are_all_named_or_none_is() -> None:
    assert wire.Statement("SELECT %s, %s").text == b"SELECT $1, $2"
    assert ECHO.text.endswith(b"$6::int, $2")
    with pytest.raises(ValueError, match="names"):
        wire.Statement("SELECT %s, %(a)s")


async def test_given_more_kinds_of_statements_than_a_connection_keeps_then_old_ones_are_closed(
    db: Database,
) -> None:
    async with db.transaction() as conn:
        for number in range(700):
            statement = wire.Statement(f"SELECT {number} + %s::int")
            (answer,) = await wire.run(conn, (statement, (1,)))
            assert wire.rows(conn, answer) == [(number + 1,)]
        kept = await (await conn.execute("SELECT count(*) FROM pg_prepared_statements")).fetchone()
    assert kept is not None
    assert kept[0] < 300
    async with db.transaction() as conn:
        (answer,) = await wire.run(conn, (DIVIDE, (5,)))
        assert wire.rows(conn, answer) == [(2,)]
