# ruff: noqa: ASYNC240 - a file of three lines, in a test
"""Every row is sealed, whatever order rows commit in; heads chain; the witness has them all."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from core_record.access_log import sealing, witness
from core_record.access_log.heads import FIRST, is_signed, key_name
from core_record.access_log.sealing import Sealer
from core_record.access_log.service import verify_all
from core_record.access_log.witness import WitnessProblem
from kit.db import Database, set_person_sync
from kit.errors import Unavailable
from kit.keys import KeyRing
from tests.conftest import TestDatabase
from tests.integration.access_log.conftest import LookMany

pytestmark = pytest.mark.usefixtures("registers")
APPEND = (
    "SELECT core_record.append_access_log(%s, 'clinician', '\\x00', 'N', NULL, NULL, NULL, NULL, NULL, NULL,"
    " 'AKUTT', NULL, 'none', 'read', '{}'::jsonb, 'permitted', NULL, NULL, gen_random_uuid(), '{\"X\": 1}')"
)


def verify(postgres: TestDatabase, keys: KeyRing, witness_file: Path | None = None) -> Any:
    with psycopg.connect(postgres.dsn("akson_auditor")) as conn:
        return verify_all(conn, keys.log_public_keys(), witness_file)


async def test_every_row_is_sealed_and_every_head_witnessed(
    sealer: Sealer, look: LookMany, postgres: TestDatabase, keys: KeyRing, witness_file: Path
) -> None:
    assert await sealer.round() == sealing.Sealed(0, whole=True)
    await look(5)
    assert await sealer.round() == sealing.Sealed(6, whole=True)
    assert await sealer.round() == sealing.Sealed(0, whole=True)
    await look(2)
    await sealer.round()
    report = verify(postgres, keys, witness_file)
    assert report.faults == []
    assert (report.rows, report.actor_rows, report.heads) == (7, 2, 2)
    heads = [head for _, head in witness.read(witness_file)]
    names = {key_name(key): key for key in keys.log_public_keys()}
    assert [head.number for head in heads if head] == [1, 2]
    assert heads[0]
    assert heads[1]
    assert (heads[0].prev, heads[1].prev) == (FIRST, heads[0].hash())
    assert all(head and is_signed(head, names) for head in heads)


async def test_no_row_is_passed_over_when_rows_commit_in_another_order(
    sealer: Sealer, look: LookMany, postgres: TestDatabase, keys: KeyRing, line: UUID
) -> None:
    with psycopg.connect(postgres.dsn("akson_core")) as slow:
        set_person_sync(slow, line)
        slow.execute(APPEND, (line,))
        for _ in range(4):  # others write and are sealed meanwhile
            await look(1, "gry")
            await sealer.round()
        slow.commit()
    assert (await sealer.round()).rows == 1
    assert verify(postgres, keys).rows == 5
    assert await sealer.round() == sealing.Sealed(0, whole=True)


async def test_a_row_from_before_a_clock_was_set_is_taken_with_the_next(
    sealer: Sealer, look: LookMany, postgres: TestDatabase, keys: KeyRing, line: UUID
) -> None:
    for _ in range(3):
        await sealer.round()
    await look(1)
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("SET session_replication_role = replica")
        conn.execute("UPDATE core_record.access_log SET at = at - interval '1 day'")
    assert (await sealer.round()).rows == 1  # the row of nobody; the other is out of sight
    await look(1)
    assert (await sealer.round()).rows == 3


async def test_many_rows_become_several_heads(
    sealer: Sealer,
    look: LookMany,
    postgres: TestDatabase,
    keys: KeyRing,
    witness_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sealing, "BATCH", 4)
    await look(11)
    rounds = [await sealer.round() for _ in range(6)]
    assert sum(one.rows for one in rounds) == 12
    assert rounds[-1] == sealing.Sealed(0, whole=True)
    report = verify(postgres, keys, witness_file)
    assert report.faults == []
    assert report.heads >= 3


async def test_sealers_at_once_make_one_chain(
    sealer_db: Database, keys: KeyRing, look: LookMany, postgres: TestDatabase, tmp_path: Path
) -> None:
    files = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    sealers = [Sealer(sealer_db, keys.log_signing_key(), file) for file in files]
    for _ in range(4):
        await look(3)
        await asyncio.gather(*(one.round() for one in sealers))
    for one in sealers:
        await one.round()
    assert [verify(postgres, keys, file).faults for file in files] == [[], []]


async def test_a_new_sealer_goes_on_and_writes_what_the_witness_lacks(
    sealer: Sealer,
    sealer_db: Database,
    look: LookMany,
    postgres: TestDatabase,
    keys: KeyRing,
    witness_file: Path,
) -> None:
    await look(1)
    await sealer.round()
    lines = witness_file.read_text().splitlines(keepends=True)
    witness_file.write_text("".join(lines) + lines[-1][:20])  # killed in the middle of a line
    await look(1)
    again = Sealer(sealer_db, keys.log_signing_key(), witness_file)
    await again.round()
    assert verify(postgres, keys, witness_file).faults == []
    witness_file.unlink()
    await Sealer(sealer_db, keys.log_signing_key(), witness_file).round()
    assert len(list(witness.read(witness_file))) == 2


@pytest.mark.parametrize(
    ("attack", "told"),
    [
        (
            "TRUNCATE core_record.log_head, core_record.sealed_row, core_record.sealed_actor_row",
            "does not have",
        ),
        ("UPDATE core_record.log_head SET root = prev", "differs"),
    ],
)
async def test_nothing_is_sealed_on_a_database_that_was_set_back(
    attack: str,
    told: str,
    sealer: Sealer,
    sealer_db: Database,
    look: LookMany,
    postgres: TestDatabase,
    keys: KeyRing,
    witness_file: Path,
) -> None:
    await look(1)
    await sealer.round()
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("SET session_replication_role = replica")
        conn.execute(attack.encode())
    with pytest.raises(WitnessProblem, match=told):
        await Sealer(sealer_db, keys.log_signing_key(), witness_file).round()
    assert len(witness_file.read_text().splitlines()) == 1


async def test_a_witness_that_cannot_be_written_waits(
    sealer_db: Database, look: LookMany, keys: KeyRing, tmp_path: Path, postgres: TestDatabase
) -> None:
    (tmp_path / "file").write_text("no folder")
    blocked = Sealer(sealer_db, keys.log_signing_key(), tmp_path / "file" / "heads.jsonl")
    await look(1)
    with pytest.raises(OSError):  # noqa: PT011 - whatever the system says
        await blocked.round()
    assert blocked.unwitnessed == 1
    assert verify(postgres, keys).heads == 1  # sealed all the same


async def test_the_sealer_reads_no_contents(postgres: TestDatabase, sealer: Sealer, look: LookMany) -> None:
    await look(1)
    with psycopg.connect(postgres.dsn("akson_sealer"), autocommit=True) as conn:
        for statement in (
            "SELECT actor_name FROM core_record.access_log",
            "SELECT * FROM core_record.access_log",
            "SELECT 1 FROM core_record.person",
            "DELETE FROM core_record.sealed_row",
            "UPDATE core_record.log_head SET rows = 1",
            "SELECT core_record.resolve_number('\\x00')",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(statement.encode())


async def test_a_head_is_a_line_of_json(sealer: Sealer, look: LookMany, witness_file: Path) -> None:
    await look(1)
    await sealer.round()
    line = json.loads(witness_file.read_text())
    assert list(line) == ["number", "at", "rows", "size", "root", "prev", "key", "signature"]
    assert (line["number"], line["rows"], line["size"]) == (1, 2, 2)


async def test_what_was_seen_and_could_not_be_sealed_is_looked_for_again(
    sealer: Sealer, look: LookMany, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "_SLACK", timedelta(0))
    await sealer.round()
    await look(5)

    async def full(*_: object) -> None:
        raise Unavailable("database-unavailable", "no space left")

    with monkeypatch.context() as broken:
        broken.setattr(sealing.repository, "insert_head", full)
        for _ in range(3):
            with pytest.raises(Unavailable):
                await sealer.round()

    assert await sealer.round() == sealing.Sealed(6, whole=True)
    assert await sealer.round() == sealing.Sealed(0, whole=True)
