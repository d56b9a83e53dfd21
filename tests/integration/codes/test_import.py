"""`akson codes import`: lists go into the database once, and the workers' book follows."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.db import SyncDatabase
from kit.tables import CodeFileError
from results_service.codes.service import CurrentBook, code_files, import_file
from results_service.codes.systems import NLK
from tests.conftest import TestDatabase
from tests.shared import SHARED, requires_shared

NLK_HEAD = (
    "kode,gyldig_fra,gyldig_til,erstattes_av,norsk_bruksnavn,komponent,system,"
    "egenskapsart,enhet,primært_fagområde,gruppering\n"
)


@pytest.fixture
def database(postgres: TestDatabase, clean_db: None) -> Iterator[SyncDatabase]:
    db = SyncDatabase(postgres.dsn("akson_results"), max_size=1)
    db.open()
    yield db
    db.close()


def nlk_file(folder: Path, name: str = "P-Prøve") -> Path:
    path = folder / "nlk.csv"
    path.write_text(
        NLK_HEAD + f"NPU99999,2013-01-25,,NPU99998,{name},Prøve,P,,mmol/L,Medisinsk biokjemi,Enzymer\n"
    )
    return path


def test_a_loaded_code_is_in_the_workers_book_from_the_next_look(
    database: SyncDatabase, tmp_path: Path
) -> None:
    book = CurrentBook()
    with database.transaction() as conn:
        assert book.fresh(conn).find(NLK, "NPU99999") is None
        loaded = import_file(conn, nlk_file(tmp_path))
        assert (loaded.codes, loaded.changed) == (1, 1)
    with database.transaction() as conn:
        fresh = book.fresh(conn)
    found = fresh.find(NLK, "NPU99999")
    assert found is not None
    assert (found.name, found.field, found.group, found.ucum, found.successor) == (
        "P-Prøve",
        "CLIN",
        "Enzymer",
        "mmol/L",
        "NPU99998",
    )
    assert fresh.complete


def test_repeating_changes_nothing_and_a_new_edition_updates(database: SyncDatabase, tmp_path: Path) -> None:
    with database.transaction() as conn:
        import_file(conn, nlk_file(tmp_path))
        assert import_file(conn, nlk_file(tmp_path)).changed == 0
        assert import_file(conn, nlk_file(tmp_path, "P-Nytt navn")).changed == 1
        assert CurrentBook().fresh(conn).find(NLK, "NPU99999").name == "P-Nytt navn"  # type: ignore[union-attr]


def test_a_file_that_is_no_code_list_says_what_is_missing(database: SyncDatabase, tmp_path: Path) -> None:
    path = tmp_path / "list_8245.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(CodeFileError, match="code and display"), database.transaction() as conn:
        import_file(conn, path)
    with pytest.raises(CodeFileError, match="There is no"):
        code_files([tmp_path / "absent"])


@requires_shared
def test_the_command_loads_all_the_official_lists(database: SyncDatabase) -> None:
    assert SHARED is not None
    akson = Path(sys.executable).parent / "akson"
    done = subprocess.run(
        [str(akson), "codes", "import", str(SHARED / "codes")],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "nlk_7280.csv: 11391 codes, 11391 new or changed" in done.stdout
    assert "nlk_7280.csv: 11391 codes to order by" in done.stdout
    with database.transaction() as conn:
        book = CurrentBook().fresh(conn)
    genetic = book.find(NLK, "NPU54286")
    assert genetic is not None
    assert genetic.is_genetic
