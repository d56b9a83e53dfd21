"""Look-ups to seal, a sealer on the test database, and its witness in a folder of the test's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from psycopg import AsyncConnection

from core_record.access.service import (
    AccessBasis,
    AccessRequest,
    Decision,
    LookUp,
    PersonNotFound,
    look_up,
)
from core_record.access_log.sealing import Sealer
from core_record.registers.service import resolve_person
from kit.db import Database
from kit.identity.actor import Actor
from kit.ids import NationalId, parse_national_id
from kit.keys import KeyRing
from kit.roles import SEALER
from tests.conftest import TestDatabase
from tests.integration.core_record.conftest import actor, core_db, number, registers, results_db

__all__ = ["actor", "core_db", "number", "registers", "results_db"]
NOBODY = parse_national_id("02013299997")


@pytest.fixture
async def sealer_db(postgres: TestDatabase) -> AsyncIterator[Database]:
    db = Database(postgres.dsn(SEALER), max_size=4)
    await db.open()
    yield db
    await db.close()


@pytest.fixture
def witness_file(tmp_path: Path) -> Path:
    return tmp_path / "witness" / "heads.jsonl"


@pytest.fixture
def sealer(sealer_db: Database, keys: KeyRing, witness_file: Path) -> Sealer:
    return Sealer(sealer_db, keys.log_signing_key(), witness_file)


LookMany = Callable[..., Awaitable[None]]


@pytest.fixture
def look(
    results_db: Database, keys: KeyRing, actor: Callable[..., Actor], number: Callable[[str], NationalId]
) -> LookMany:
    """`await look(3)`: three look-ups of Line at once by the emergency doctor, and one of nobody."""

    async def read(_c: AsyncConnection[Any], _p: UUID, _d: Decision) -> LookUp[None]:
        return LookUp(None, {"Observation": 3})

    async def many(times: int, whom: str = "line") -> None:
        asked = AccessRequest(AccessBasis.AKUTT, "LE", "emergency")
        doctor = actor("legevakt")
        calls = [
            look_up(results_db, keys, doctor, number(whom), asked, ("Observation",), read)
            for _ in range(times)
        ]
        calls.append(look_up(results_db, keys, doctor, NOBODY, asked, ("Observation",), read))
        done = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(one) for one in done] == [type(None)] * times + [PersonNotFound]

    return many


@pytest.fixture
async def line(
    core_db: Database, keys: KeyRing, number: Callable[[str], NationalId], registers: None
) -> UUID:
    async with core_db.transaction() as conn:
        found = await resolve_person(conn, keys, number("line"))
    assert found is not None
    return found
