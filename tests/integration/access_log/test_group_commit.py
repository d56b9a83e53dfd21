"""Rows written together: each look-up has its own, or says that it has none."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import AsyncConnection

from core_record.access_log import group_commit, repository
from core_record.access_log.models import LogEntry, Who
from core_record.access_log.service import GroupCommit, verify_all
from core_record.registers.service import resolve_person
from kit.db import Database
from kit.errors import Unavailable
from kit.ids import NationalId
from kit.keys import KeyRing
from tests.conftest import TestDatabase

pytestmark = pytest.mark.usefixtures("registers")
ROWS = "SELECT correlation_id FROM core_record.access_log ORDER BY at, seq"
PERSONS = ("line", "gry", "roland")


@pytest.fixture
async def persons(core_db: Database, keys: KeyRing, number: Callable[[str], NationalId]) -> list[UUID]:
    """Three persons whose chains have begun, with a row each (`first`)."""
    found = []
    for name in PERSONS:
        async with core_db.transaction() as conn:
            person = await resolve_person(conn, keys, number(name))
        assert person is not None
        async with core_db.transaction(person=person) as conn:
            await repository.append_and_commit(conn, entry(person, "first"))
        found.append(person)
    return found


@pytest.fixture
def log(core_db: Database) -> GroupCommit:
    return GroupCommit(core_db)


def entry(person: UUID, name: str, kind: str = "clinician") -> LogEntry:
    return LogEntry(
        person_id=person,
        who=Who(actor_kind=kind, actor_hash=b"\1" * 32),
        basis="AKUTT",
        relation="none",
        items={"DiagnosticReport": 1},
        correlation_id=name,
    )


def written(postgres: TestDatabase) -> list[str]:
    """The rows but the first of each chain, by their names; all chains hold."""
    with psycopg.connect(postgres.superuser_dsn) as conn:
        assert verify_all(conn).faults == []
        return [name for (name,) in conn.execute(ROWS) if name != "first"]


async def bring(
    db: Database, log: GroupCommit, row: LogEntry, meanwhile: Callable[[], object] | None = None
) -> None:
    """What a look-up does with its row."""
    async with db.transaction() as conn:
        future = log.add(row)
        if log.due:
            await log.write(conn, meanwhile)
    await future


@pytest.fixture
def transactions(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each transaction was given."""
    seen: list[int] = []
    append = repository.append_if_free

    async def watched(conn: AsyncConnection[Any], entries: Any, meanwhile: Any = None) -> list[bool]:
        seen.append(len(entries))
        return await append(conn, entries, meanwhile)

    monkeypatch.setattr(repository, "append_if_free", watched)
    return seen


@contextmanager
def crowd(log: GroupCommit, many: int) -> Iterator[None]:
    with ExitStack() as stack:
        for _ in range(many):
            stack.enter_context(log.under_way())
        yield


async def test_given_many_then_they_share_transactions_and_each_has_its_row(
    core_db: Database,
    log: GroupCommit,
    persons: list[UUID],
    postgres: TestDatabase,
    transactions: list[int],
) -> None:
    rows = [entry(persons[number % 3], f"row-{number}") for number in range(24)]
    with crowd(log, 16):
        await asyncio.gather(*(bring(core_db, log, row) for row in rows))
    assert sorted(written(postgres)) == sorted(row.correlation_id or "" for row in rows)
    assert transactions == [8, 8, 8]


async def test_given_too_few_then_nobody_waits_longer_than_patience(
    core_db: Database,
    log: GroupCommit,
    persons: list[UUID],
    postgres: TestDatabase,
    transactions: list[int],
) -> None:
    with crowd(log, 16):
        await asyncio.wait_for(bring(core_db, log, entry(persons[0], "lonely")), 5)
    assert (written(postgres), transactions) == (["lonely"], [1])


async def test_given_somebody_holds_a_chain_then_the_others_are_written_and_that_row_waits_for_it(
    core_db: Database, log: GroupCommit, persons: list[UUID], postgres: TestDatabase
) -> None:
    with crowd(log, 6):
        async with core_db.transaction(person=persons[0]) as holder:
            await repository.append(holder, entry(persons[0], "held"))
            held, *others = (
                asyncio.create_task(bring(core_db, log, entry(person, f"of-{place}")))
                for place, person in enumerate(persons)
            )
            await asyncio.wait_for(asyncio.gather(*others), 2)
            assert not held.done()
        await asyncio.wait_for(held, 2)
    assert sorted(written(postgres)) == ["held", "of-0", "of-1", "of-2"]


async def test_given_a_chain_stays_held_then_that_look_up_alone_is_unavailable(
    core_db: Database, log: GroupCommit, persons: list[UUID], postgres: TestDatabase
) -> None:
    with crowd(log, 6):
        async with core_db.transaction(person=persons[0]) as holder:
            await repository.append(holder, entry(persons[0], "held"))
            done = await asyncio.gather(
                *(bring(core_db, log, entry(person, f"of-{p}")) for p, person in enumerate(persons)),
                return_exceptions=True,
            )
    assert [type(one) for one in done] == [Unavailable, type(None), type(None)]
    assert sorted(written(postgres)) == ["held", "of-1", "of-2"]


async def test_given_a_chain_has_not_begun_then_it_begins(
    core_db: Database, log: GroupCommit, keys: KeyRing, number: Callable[[str], NationalId]
) -> None:
    async with core_db.transaction() as conn:
        person = await resolve_person(conn, keys, number("line"))
    assert person is not None
    await bring(core_db, log, entry(person, "the very first"))
    async with core_db.transaction(person=person) as conn:
        found = await (
            await conn.execute("SELECT seq, correlation_id FROM core_record.access_log")
        ).fetchall()
    assert found == [(1, "the very first")]


async def test_given_a_row_that_cannot_be_written_then_the_others_are(
    core_db: Database, log: GroupCommit, persons: list[UUID], postgres: TestDatabase
) -> None:
    rows = [entry(person, f"of-{p}", "clinician" if p else "nobody") for p, person in enumerate(persons)]
    with crowd(log, 6):
        done = await asyncio.gather(*(bring(core_db, log, row) for row in rows), return_exceptions=True)
    assert [type(one) for one in done] == [psycopg.errors.CheckViolation, type(None), type(None)]
    assert sorted(written(postgres)) == ["of-1", "of-2"]


async def test_given_the_connection_dies_then_nobody_is_told_that_a_row_is_there(
    core_db: Database,
    log: GroupCommit,
    persons: list[UUID],
    postgres: TestDatabase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    append = repository.append_if_free

    async def cut(conn: AsyncConnection[Any], entries: Any, meanwhile: Any = None) -> list[bool]:
        with psycopg.connect(postgres.superuser_dsn, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 2000)", (conn.info.backend_pid,))
        return await append(conn, entries, meanwhile)

    monkeypatch.setattr(repository, "append_if_free", cut)
    with crowd(log, 6):
        done = await asyncio.gather(
            *(bring(core_db, log, entry(person, f"of-{p}")) for p, person in enumerate(persons)),
            return_exceptions=True,
        )
    assert [type(one) for one in done] == [Unavailable] * 3
    assert written(postgres) == []
    monkeypatch.undo()
    await bring(core_db, log, entry(persons[0], "again"))
    assert written(postgres) == ["again"]


async def test_given_the_one_who_writes_goes_away_then_the_others_are_unavailable_and_do_not_wait_for_ever(
    core_db: Database, log: GroupCommit, persons: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = asyncio.Event()

    async def slow(*_: Any) -> list[bool]:
        begun.set()
        await asyncio.sleep(60)
        raise AssertionError("cancelled before")

    monkeypatch.setattr(repository, "append_if_free", slow)
    with crowd(log, 4):
        waits = asyncio.create_task(bring(core_db, log, entry(persons[0], "waits")))
        await asyncio.sleep(0)
        writes = asyncio.create_task(bring(core_db, log, entry(persons[1], "writes")))
        await begun.wait()
        writes.cancel()
        with pytest.raises(Unavailable):
            await asyncio.wait_for(waits, 2)


async def test_given_one_who_waits_goes_away_then_its_row_is_written_all_the_same(
    core_db: Database, log: GroupCommit, persons: list[UUID], postgres: TestDatabase
) -> None:
    with crowd(log, 4):
        waits = asyncio.create_task(bring(core_db, log, entry(persons[0], "gone")))
        await asyncio.sleep(0)
        waits.cancel()
        await bring(core_db, log, entry(persons[1], "stays"))
    assert sorted(written(postgres)) == ["gone", "stays"]


async def test_given_work_meanwhile_fails_then_the_others_have_their_answers(
    core_db: Database, log: GroupCommit, persons: list[UUID], postgres: TestDatabase
) -> None:
    def broken() -> None:
        raise ValueError("cannot be joined")

    with crowd(log, 4):
        waits = asyncio.create_task(bring(core_db, log, entry(persons[0], "waits")))
        await asyncio.sleep(0)
        with pytest.raises(ValueError, match="joined"):
            await bring(core_db, log, entry(persons[1], "writes"), broken)
        await waits
    assert sorted(written(postgres)) == ["waits", "writes"]


class Exhausted(Database):
    """A database without a connection to spare."""

    def __init__(self) -> None:
        """It never connects."""

    @asynccontextmanager
    async def transaction(self, **_: Any) -> AsyncIterator[AsyncConnection[Any]]:
        await asyncio.sleep(0.05)
        raise Unavailable("database-unavailable", "No connection.")
        yield


async def test_given_no_connection_then_only_those_who_waited_for_it_are_told(persons: list[UUID]) -> None:
    log = GroupCommit(Exhausted())
    with crowd(log, 16):
        first = log.add(entry(persons[0], "first to come"))
        await asyncio.sleep(0.04)  # its patience is over
        second = log.add(entry(persons[1], "second"))
        with pytest.raises(Unavailable):
            await asyncio.wait_for(first, 2)
        assert not second.done()
        with pytest.raises(Unavailable):
            await asyncio.wait_for(second, 2)


async def test_given_nobody_fetches_an_error_then_it_is_printed_nowhere(
    core_db: Database, log: GroupCommit, persons: list[UUID]
) -> None:
    printed: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: printed.append(context))
    async with core_db.transaction() as conn:
        written = log.add(entry(persons[0], "wrong", "nobody"))
        await log.write(conn)
    await asyncio.wait({written}, timeout=2)
    assert written.done()
    del written
    gc.collect()
    assert printed == []


def test_with_few_under_way_each_writes_by_itself(core_db: Database) -> None:
    log = GroupCommit(core_db)
    with ExitStack() as stack:
        found = [stack.enter_context(log.under_way()) for _ in range(group_commit.CROWDED + 1)]
    assert found == [False] * (group_commit.CROWDED - 1) + [True, True]
    with log.under_way() as crowded:
        assert not crowded
