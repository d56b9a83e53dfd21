"""`akson codes import` of equivalences: NLK's successors, the operator's file, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from kit.db import Database, SyncDatabase
from kit.tables import CodeFileError
from results_service.codes.equivalences import Place
from results_service.codes.service import CurrentCodes, import_file
from results_service.codes.systems import LOCAL, NLK
from tests.conftest import TestDatabase
from tests.integration.codes.test_import import NLK_HEAD

TODAY = date(2026, 11, 23)
HEAD = "sender,system,code,unit,to_system,to_code,to_unit,kind,factor,added,decimals,source,valid_from\n"
LOCAL_ROW = "8141234,8212,KREA,µmol/L,7280,NPU04998,µmol/L,equivalent,,,,avtalt,\n"


@pytest.fixture
def database(postgres: TestDatabase, clean_db: None) -> Iterator[SyncDatabase]:
    db = SyncDatabase(postgres.dsn("akson_results"), max_size=1)
    db.open()
    yield db
    db.close()


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def nlk(folder: Path) -> Path:
    rows = (
        "NOR05040,2013-01-25,2014-05-15,NPU19652,P-Amylase,,,,,Medisinsk biokjemi,\n"
        "NPU19652,2013-01-25,,,P-Amylase,,,,U/L,Medisinsk biokjemi,Enzymer\n"
    )
    return written(folder, "nlk.csv", NLK_HEAD + rows)


async def current(postgres: TestDatabase) -> CurrentCodes:
    database = Database(postgres.dsn("akson_results"), max_size=1)
    await database.open()
    try:
        async with database.transaction() as conn:
            return await CurrentCodes().fresh(conn)
    finally:
        await database.close()


async def test_nlk_brings_its_successors_and_the_operators_file_its_rows(
    database: SyncDatabase, postgres: TestDatabase, tmp_path: Path
) -> None:
    with database.transaction() as conn:
        assert import_file(conn, nlk(tmp_path)).equivalences == 1
        loaded = import_file(conn, written(tmp_path, "own.csv", HEAD + LOCAL_ROW))
    assert (loaded.codes, loaded.equivalences, loaded.changed) == (0, 1, 1)
    codes = await current(postgres)
    successor = codes.equivalences.joined(Place(NLK, "NOR05040", "U/L"), TODAY)
    local = codes.equivalences.joined(Place(LOCAL, "KREA", "umol/L", "8141234"), TODAY)
    assert successor is not None
    assert successor.end == Place(NLK, "NPU19652", "U/L")
    assert local is not None
    assert local.end == Place(NLK, "NPU04998", "umol/L")
    assert codes.book.complete
    assert codes.equivalences.joined(Place(NLK, "NPU29296", "%"), TODAY) is not None  # ours is still there


async def test_repeating_changes_nothing_and_a_row_left_out_is_gone(
    database: SyncDatabase, postgres: TestDatabase, tmp_path: Path
) -> None:
    with database.transaction() as conn:
        import_file(conn, written(tmp_path, "own.csv", HEAD + LOCAL_ROW))
        assert import_file(conn, tmp_path / "own.csv").changed == 0
        assert import_file(conn, written(tmp_path, "own.csv", HEAD)).changed == 1
    assert (await current(postgres)).equivalences.joined(
        Place(LOCAL, "KREA", "umol/L", "8141234"), TODAY
    ) is None


async def test_rows_that_run_in_a_ring_with_nlk_are_refused_and_nothing_is_taken_in(
    database: SyncDatabase, postgres: TestDatabase, tmp_path: Path
) -> None:
    ring = LOCAL_ROW + ",7280,NPU19652,,7280,NOR05040,,equivalent,,,,feil vei,\n"
    with database.transaction() as conn:
        import_file(conn, nlk(tmp_path))
    path = written(tmp_path, "own.csv", HEAD + ring)
    with (
        pytest.raises(CodeFileError, match=r"nothing was taken in.*ring.*NOR05040") as refused,
        database.transaction() as conn,
    ):
        import_file(conn, path)
    assert "own.csv" in str(refused.value)
    codes = await current(postgres)
    assert codes.equivalences.joined(Place(LOCAL, "KREA", "umol/L", "8141234"), TODAY) is None
    assert codes.equivalences.joined(Place(NLK, "NOR05040", "U/L"), TODAY) is not None
