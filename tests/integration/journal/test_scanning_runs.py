"""The run that scans what waits: beside others, without a scanner that answers, and by the command."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from cli import documents as command
from journal_api.journal.documents.rescanning import scan_one, scanning_tasks
from kit.db import Database
from kit.errors import Unavailable
from kit.settings import Settings
from kit.web import REGISTRY
from tests.conftest import TestDatabase
from tests.integration.journal.conftest import Journal
from tests.integration.journal.papers import (
    EICAR,
    a_pdf,
    an_image,
    clamd,
    finds_eicar,
    kept,
    scanned,
)


async def test_given_no_answer_from_the_scanner_then_nothing_is_taken(
    journal: Journal, tmp_path: Path, db: Database
) -> None:
    made = await kept(journal, a_pdf(1))
    with pytest.raises(Unavailable, match="scanner-unavailable"):
        await scan_one(db, journal.app.state.keys, f"unix:{tmp_path}/nobody")
    async with clamd(tmp_path / "c", finds_eicar):
        done = await scan_one(db, journal.app.state.keys, f"unix:{tmp_path}/c")
    assert done is not None
    assert (str(done[0]), done[1]) == (made["id"], "clean")


async def test_given_several_at_work_then_each_document_is_scanned_once(
    journal: Journal, tmp_path: Path, db: Database
) -> None:
    made = [await kept(journal, an_image("PNG", (10 + number, 10))) for number in range(4)]
    async with clamd(tmp_path / "c", finds_eicar) as given:
        await asyncio.gather(*[scan_one(db, journal.app.state.keys, f"unix:{tmp_path}/c") for _ in range(4)])
        assert await scanned(journal, tmp_path / "c") == {}
    assert len(given) == len(made) == len({bytes(one) for one in given})


@pytest.mark.parametrize("off", [(), ("hashjoin", "mergejoin"), ("hashjoin", "mergejoin", "material")])
async def test_however_it_is_planned_then_one_document_is_taken_at_a_time(
    journal: Journal, postgres: TestDatabase, off: tuple[str, ...]
) -> None:
    """With statistics of one row the planner puts what is to be taken inside a loop over all rows."""
    await kept(journal, an_image("PNG"))
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("ANALYZE journal.document_scan")
    for width in (10, 11, 12):
        await kept(journal, an_image("PNG", (width, 10)))
    with psycopg.connect(postgres.superuser_dsn) as conn:
        for name in off:
            conn.execute(f"SET enable_{name} = off".encode())
        for taken in (1, 2, 3, 4):
            row = conn.execute("SELECT entry_id FROM journal.take_unscanned()").fetchall()
            tried = conn.execute("SELECT sum(tries) FROM journal.document_scan").fetchone()
            assert (len(row), tried) == (1, (taken,))
        assert conn.execute("SELECT entry_id FROM journal.take_unscanned()").fetchall() == []


async def test_what_waits_and_what_is_shut_is_counted_and_scanned_while_the_journal_runs(
    journal: Journal, tmp_path: Path, db: Database
) -> None:
    await kept(journal, a_pdf(1) + EICAR)
    counting, *none = scanning_tasks(db, journal.app.state.keys, "")
    assert none == []
    assert await counting._step() is False
    assert REGISTRY.get_sample_value("akson_documents_scan_waiting") == 1
    assert (REGISTRY.get_sample_value("akson_documents_scan_waiting_seconds") or 0) > 0
    async with clamd(tmp_path / "c", finds_eicar):
        counting, scanning = scanning_tasks(db, journal.app.state.keys, f"unix:{tmp_path}/c")
        assert [await scanning._step(), await scanning._step()] == [True, False]
    await counting._step()
    assert REGISTRY.get_sample_value("akson_documents_scan_waiting") == 0
    assert REGISTRY.get_sample_value("akson_documents_quarantined") == 1


async def test_the_command_scans_lists_and_says_what_is_missing(
    journal: Journal, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    infected = await kept(journal, a_pdf(1) + EICAR)
    await kept(journal, a_pdf(1))
    async with clamd(tmp_path / "c", finds_eicar):
        monkeypatch.setattr(command, "get_settings", lambda: settings)
        missing = await asyncio.to_thread(CliRunner().invoke, command.app, ["scan"])
        assert (missing.exit_code, "AKSON_CLAMD" in missing.output) == (1, True)
        with_one = settings.model_copy(update={"clamd": f"unix:{tmp_path}/c"})
        monkeypatch.setattr(command, "get_settings", lambda: with_one)
        done = await asyncio.to_thread(CliRunner().invoke, command.app, ["scan"])
        more = await asyncio.to_thread(CliRunner().invoke, command.app, ["scan", "--again", "0"])
    assert done.exit_code == 1
    assert f"{infected['id']}  infected" in done.output
    assert "1 clean, 1 infected, 0 could not be scanned." in done.output
    assert (more.exit_code, "1 clean, 0 infected" in more.output) == (0, True), more.output
    listed = await asyncio.to_thread(CliRunner().invoke, command.app, ["quarantined"])
    assert listed.output.startswith(infected["id"])
