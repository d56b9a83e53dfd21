"""A notice stands or falls with what it tells of, is told once, and points to its row in the log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import AsyncConnection

from core_record.access.service import AccessBasis, AccessRequest, Decision, LookUp, look_up
from core_record.notices import service as notices
from core_record.notices.service import NoticeKind
from core_record.registers.service import resolve_person
from kit.db import Database
from kit.identity.actor import Actor
from kit.ids import NationalId
from kit.keys import KeyRing
from tests.conftest import TestDatabase

pytestmark = pytest.mark.usefixtures("registers")
MakeActor = Callable[..., Actor]
Number = Callable[[str], NationalId]
KEY = notices.key_of_day(b"\x01\x02", date(2026, 11, 23))


async def tell(conn: AsyncConnection[Any], person: UUID, _d: Decision) -> LookUp[UUID | None]:
    told = await notices.add(
        conn, person, NoticeKind.REPRESENTATION_USED, key=KEY, details={"power": "results"}
    )
    return LookUp(told, {"Note": 1})


async def line_of(db: Database, keys: KeyRing, number: Number) -> UUID:
    async with db.transaction() as conn:
        person = await resolve_person(conn, keys, number("line"))
    assert person is not None
    return person


async def test_notice_points_to_the_log_row_of_its_transaction(
    core_db: Database, results_db: Database, keys: KeyRing, actor: MakeActor, number: Number
) -> None:
    asked = AccessRequest(AccessBasis.AKUTT, "LE", "emergency")
    calls = [
        look_up(results_db, keys, actor("legevakt"), number("line"), asked, ("Note",), tell) for _ in range(5)
    ]
    told = await asyncio.gather(*calls)
    line = await line_of(core_db, keys, number)
    async with core_db.transaction(person=line) as conn:
        rows = [one for one in await notices.page(conn, line, 0, 10) if one.kind == "representation-used"]
        linked = await (
            await conn.execute(
                "SELECT actor_name, seq FROM core_record.access_log WHERE event_id = %s", (rows[0].log_event,)
            )
        ).fetchone()
    assert sum(one is not None for one in told) == 1
    assert [(row.details, row.read_at) for row in rows] == [({"power": "results"}, None)]
    assert rows[0].actor_name == "Samira Haugland"
    assert linked is not None
    assert linked[0] is not None


async def test_nothing_is_told_of_what_did_not_happen(
    core_db: Database, keys: KeyRing, actor: MakeActor, number: Number
) -> None:
    async def fail(conn: AsyncConnection[Any], person: UUID, decision: Decision) -> LookUp[None]:
        await tell(conn, person, decision)
        raise RuntimeError

    asked = AccessRequest(AccessBasis.AKUTT, "LE", "emergency")
    with pytest.raises(RuntimeError):
        await look_up(core_db, keys, actor("legevakt"), number("line"), asked, ("Note",), fail)
    line = await line_of(core_db, keys, number)
    async with core_db.transaction(person=line) as conn:
        assert await notices.counts(conn, line) == (0, 0)


async def test_reading_leaves_later_notices_unread(core_db: Database, keys: KeyRing, number: Number) -> None:
    line = await line_of(core_db, keys, number)
    async with core_db.transaction(person=line) as conn:
        await notices.add(conn, line, NoticeKind.RESERVATION_DONE, key="1", of_next_row=False)
        seen = (await notices.page(conn, line, 0, 10))[0].at
        await notices.add(conn, line, NoticeKind.RESULT_CHANGED, key="2", of_next_row=False)
        assert await notices.mark_read(conn, line, seen) == 1
        assert await notices.counts(conn, line) == (2, 1)
        assert await notices.mark_read(conn, line, datetime.now(UTC)) == 1
        assert await notices.mark_read(conn, line, datetime.now(UTC)) == 0


@pytest.mark.parametrize("role", ["akson_core", "akson_results"])
async def test_no_service_writes_a_notice_for_a_person_it_does_not_serve(
    core_db: Database, keys: KeyRing, number: Number, postgres: TestDatabase, role: str
) -> None:
    line = await line_of(core_db, keys, number)
    with (
        psycopg.connect(postgres.dsn(role)) as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"),
    ):
        notices.add_sync(conn, line, NoticeKind.RESERVATION_DONE, key="1")
