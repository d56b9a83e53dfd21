"""What `akson status` and `akson up` tell of the official schemas."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from cli.schemas import schema_state
from dev.embedded import Postgres, Valkey
from dev.runner.plan import environment_for
from kit.settings import Settings
from tests.shared import SHARED, requires_shared


def test_given_no_folder_is_named_then_nothing_is_told() -> None:
    assert schema_state(Settings(schemas=None)) == ("", "")


@requires_shared
def test_given_all_are_there_then_ready_and_each_by_its_file() -> None:
    assert SHARED is not None
    state, words = schema_state(Settings(schemas=SHARED / "testdata" / "xsd"))
    assert state == "ready"
    assert "svarrapport 1.4 svar-v1.4.xsd; svarrapport 1.3 svar-v13.xsd; MsgHead 1.2" in words


def test_given_some_are_missing_then_that_is_told_and_the_rest_is_in_use(tmp_path: Path) -> None:
    state, words = schema_state(Settings(schemas=tmp_path))
    assert state == "ready"
    assert "svarrapport 1.4 MISSING" in words


def test_given_one_is_broken_then_it_is_not_ready(tmp_path: Path) -> None:
    (tmp_path / "svar.xsd").write_text("<schema")
    state, words = schema_state(Settings(schemas=tmp_path))
    assert state.startswith("svarrapport 1.4 BROKEN: svar.xsd cannot be read")
    assert state in words


def test_given_no_such_folder_then_it_is_not_ready_and_it_is_said_what_to_do(tmp_path: Path) -> None:
    state, words = schema_state(Settings(schemas=tmp_path / "none"))
    assert "there is no such folder: make it" in state
    assert words == ""


def test_given_a_relative_folder_then_other_commands_find_it_from_anywhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("AKSON_DATA", "AKSON_ENVIRONMENT", "AKSON_SCHEMAS"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    monkeypatch.setenv("AKSON_ENVIRONMENT", "development")
    monkeypatch.setenv("AKSON_SCHEMAS", "schemas")
    with TemporaryDirectory(dir="/tmp") as name:  # a database's socket must have a short path
        folder = Path(name)
        monkeypatch.chdir(folder)
        values = environment_for(folder, None, Postgres(folder), Valkey(folder))
        monkeypatch.undo()
    assert values["AKSON_SCHEMAS"] == str(folder / "schemas")
