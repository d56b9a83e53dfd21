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
from results_service.codes import CodeBook
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


def text(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


ONE = "NPU99999,2013-01-25,,,P-Prøve,Prøve,P,,mmol/L,Medisinsk biokjemi,Enzymer\n"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("nlk.csv", NLK_HEAD, "nlk.csv: there is no code"),
        ("nlk.csv", NLK_HEAD + ONE + "NPU12345,2013-01", "nlk.csv: Line 3 has 2 cells, not 11"),
        ("nlk.csv", NLK_HEAD + ONE.replace("P-Prøve", ""), "Line 2: NPU99999 has no name"),
        ("nlk.csv", NLK_HEAD + ONE.replace("25,,,", "25,31.12.2026,,"), "Line 2: gyldig_til must be a date"),
        ("nlk.csv", NLK_HEAD + ONE.replace("P-Prøve", '"P-Prøve'), "quotes"),
        ("list_8245.csv", "code,display\n", "list_8245.csv: there is no code"),
        ("list_8245.csv", "code,display\n1,A\n2", "Line 3 has 1 cell, not 2"),
        ("list_8245.csv", "code,display\n1,A\n1,B\n", "1 stands twice"),
        ("list_8245.csv", "code,display\n1,\n", "Line 2: 1 has no name"),
        ("list.csv", "code,display\n1,A\n", "list.csv: The file's name must end with the number"),
        ("own.csv", "system,code,to_code,kind,source\n7280,A,B,likt,x\n", "own.csv: Line 2: kind must be"),
    ],
)
def test_a_broken_file_is_refused_as_a_whole_with_its_name_and_line(
    database: SyncDatabase, tmp_path: Path, name: str, content: str, says: str
) -> None:
    with pytest.raises(CodeFileError) as refused, database.transaction() as conn:
        import_file(conn, text(tmp_path, name, content))
    assert says in str(refused.value)
    with database.transaction() as conn:
        assert len(CurrentBook().fresh(conn)) == len(CodeBook.builtin())


def test_an_edition_without_codes_of_before_says_how_many_and_keeps_their_names(
    database: SyncDatabase, tmp_path: Path
) -> None:
    rows = [ONE.replace("NPU99999", f"NPU9{n:04}") for n in range(40)]
    rows[0] = rows[0].replace("25,,,", "25,2026-06-30,NPU90001,")
    with database.transaction() as conn:
        assert import_file(conn, text(tmp_path, "nlk.csv", NLK_HEAD + "".join(rows))).missing == 0
        loaded = import_file(conn, text(tmp_path, "nlk.csv", NLK_HEAD + "".join(rows[1:])))
        assert (loaded.codes, loaded.changed, loaded.missing) == (39, 0, 1)
        assert loaded.equivalences == 1  # nor do courses that it began come apart
        assert CurrentBook().fresh(conn).find(NLK, "NPU90000") is not None  # old answers keep its name


def test_an_edition_that_lacks_a_tenth_of_the_codes_is_a_file_broken_off_unless_said(
    database: SyncDatabase, tmp_path: Path
) -> None:
    rows = [ONE.replace("NPU99999", f"NPU9{n:04}").replace("25,,,", f"25,,NPU8{n:04},") for n in range(40)]
    with database.transaction() as conn:
        import_file(conn, text(tmp_path, "nlk.csv", NLK_HEAD + "".join(rows)))
    short = text(tmp_path, "nlk.csv", NLK_HEAD + "".join(rows[:20]))
    with pytest.raises(CodeFileError, match=r"lacks 20 of 40 codes.*--fewer"), database.transaction() as conn:
        import_file(conn, short)
    with database.transaction() as conn:
        assert import_file(conn, short, fewer=True).missing == 20


def test_a_code_that_ends_in_a_newer_edition_leads_to_its_successor_from_then(
    database: SyncDatabase, tmp_path: Path
) -> None:
    ended = ONE.replace("25,,,", "25,2026-06-30,NPU88888,")
    with database.transaction() as conn:
        assert import_file(conn, text(tmp_path, "nlk.csv", NLK_HEAD + ONE)).equivalences == 0
        loaded = import_file(conn, text(tmp_path, "nlk.csv", NLK_HEAD + ended))
        assert (loaded.changed, loaded.equivalences) == (1, 1)
        found = CurrentBook().fresh(conn).find(NLK, "NPU99999")
    assert found is not None
    assert (found.valid_to, found.successor) == ("2026-06-30", "NPU88888")
