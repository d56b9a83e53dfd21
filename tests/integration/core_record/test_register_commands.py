"""`akson registers import` and `akson persons merge` as they are typed."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from cli import persons, registers
from core_record.registers.service import ensure_person_sync, resolve_person_sync
from kit.ids import parse_national_id
from kit.keys import KeyRing
from tests.conftest import TestDatabase

pytestmark = pytest.mark.usefixtures("registers")
LINE, D_NUMBER = "13116900216", "70019950032"
NEW = "org_number,name,kind\n314000005,Nordbyen kommune,municipality\n"
BELOW = "org_number,name,kind,parent\n314000102,Nordbyen hjemmetjeneste,home_care,314000005\n"


def known(postgres: TestDatabase, org_number: str) -> bool:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        found = conn.execute("SELECT 1 FROM core_record.organisation WHERE org_number = %s", (org_number,))
        return found.fetchone() is not None


def test_a_folder_is_tried_imported_and_repeated(tmp_path: Path, postgres: TestDatabase) -> None:
    (tmp_path / "1-below.csv").write_text(BELOW)
    (tmp_path / "2-new.csv").write_text(NEW)
    runner = CliRunner()
    files = [str(tmp_path / "2-new.csv"), str(tmp_path / "1-below.csv")]
    tried = runner.invoke(registers.app, ["import", *files, "--dry-run"])
    assert (tried.exit_code, known(postgres, "314000005")) == (0, False), tried.output
    assert "organisation: 1 added" in tried.output
    done = runner.invoke(registers.app, ["import", *files])
    assert (done.exit_code, known(postgres, "314000102")) == (0, True), done.output
    again = runner.invoke(registers.app, ["import", *files])
    assert "imported, 0 rows differ" in again.output


def test_a_faulty_file_is_told_by_line_and_the_others_are_imported(
    tmp_path: Path, postgres: TestDatabase
) -> None:
    (tmp_path / "bad.csv").write_text(f"national_id,former_id\n{LINE},1\n")
    (tmp_path / "new.csv").write_text(NEW)
    done = CliRunner().invoke(registers.app, ["import", str(tmp_path)])
    assert done.exit_code == 1
    assert "bad.csv: nothing imported, 1 faults" in done.output
    assert "line 2: national-id-format: former_id is no valid" in done.output
    assert known(postgres, "314000005")
    assert LINE not in done.output


def test_two_persons_are_merged_by_numbers_that_stand_on_no_command_line(
    postgres: TestDatabase, keys: KeyRing
) -> None:
    with psycopg.connect(postgres.dsn("akson_core")) as conn:
        ensure_person_sync(conn, keys, parse_national_id(D_NUMBER))
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("UPDATE core_record.person SET birth_date = '1969-11-13' WHERE NOT registered")
    options = ["--by", "Oskar Brekke", "--reason", "D-number became FNR"]
    runner = CliRunner()
    done = runner.invoke(persons.app, ["merge", *options], input=f"{D_NUMBER}\n{LINE}\n")
    assert done.exit_code == 0, done.output
    with psycopg.connect(postgres.dsn("akson_core")) as conn:
        both = {resolve_person_sync(conn, keys, parse_national_id(n)) for n in (D_NUMBER, LINE)}
    assert len(both) == 1
    again = runner.invoke(persons.app, ["merge", *options], input=f"{D_NUMBER}\n{LINE}\n")
    assert "Both numbers are one person's" in again.output
    refused = runner.invoke(persons.app, ["merge", *options], input=f"80005045804\n{LINE}\n")
    assert (refused.exit_code, "number-unknown" in refused.output) == (1, True)
