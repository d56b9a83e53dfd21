"""Restriction of a field or a source: what is kept out, and the columns that say what a report is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from kit.db import SyncDatabase
from kit.ids import NationalId
from results_service.reports.filling import fill_all
from tests.conftest import TestDatabase
from tests.integration.privacy.conftest import (
    ENH,
    GP,
    MakeActor,
    Results,
    Set,
    codes,
    kinds,
    log,
    notices,
    party,
)


async def test_sperring_of_a_field_keeps_its_reports_out_of_every_answer(
    results: Results, line: NationalId, actor: MakeActor, make_setting: Set, postgres: TestDatabase
) -> None:
    gp = actor("lege-koman")
    before = {
        kind: (await results.search(gp, line, kind, **GP)).json()["total"]
        for kind in ("DiagnosticReport", "Observation", "Specimen", "ServiceRequest")
    }
    shown = await results.search(gp, line, **GP)
    genetic = next(
        e["resource"]["id"]
        for e in shown.json()["entry"]
        if e["resource"]["code"]["coding"][0]["code"] == "MGEN"
    )
    await make_setting("line", "sperring", **{"class": [{"system": "x", "code": "MGEN"}]})
    for kind, total in before.items():
        answer = await results.search(gp, line, kind, **GP)
        assert answer.status_code == 200
        assert 0 < answer.json()["total"] < total, kind
        assert codes(answer) == ["General"]
        assert genetic not in answer.text
        assert "NPU19276" not in answer.text
    included = await results.search(
        gp, line, path="/fhir/DiagnosticReport/_search?_include=DiagnosticReport:result", **GP
    )
    assert "NPU19276" not in included.text
    history = await results.search(gp, line, path=f"/fhir/DiagnosticReport/{genetic}/_history", **GP)
    assert (history.status_code, "report-not-found" in history.text) == (404, True)
    for screen in ("/screens/cumulative/_search", "/screens/new/_search"):
        answer = await results.search(gp, line, path=screen, **GP)
        assert answer.status_code == 200, screen
        assert genetic not in answer.text
        assert "NPU19276" not in answer.text
        assert answer.json()["withheld"] is True
    assert log(postgres)[-1][3] == {"restricted": 1}
    opened = await results.search(gp, line, **GP | {"access_basis": "FORHOYET_SAMTYKKE"})
    assert (len(kinds(opened)), codes(opened)) == (4, [])
    assert notices(postgres) == ["restriction-opened"]


async def test_sperring_of_a_source_covers_what_it_and_what_is_below_it_sent(
    results: Results, line: NationalId, actor: MakeActor, make_setting: Set
) -> None:
    gp = actor("lege-koman")
    await make_setting("line", "sperring", actor=[party("CST", ENH, "313901866")])
    assert len(kinds(await results.search(gp, line, **GP))) == 3
    await make_setting("line", "sperring", actor=[party("CST", ENH, "313901319")])  # owns the laboratory
    answer = await results.search(gp, line, **GP)
    assert (kinds(answer), codes(answer)) == ([], ["General"])


async def test_versions_stored_before_the_columns_are_opened_and_covered_alike(
    results: Results, line: NationalId, actor: MakeActor, make_setting: Set, postgres: TestDatabase
) -> None:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("UPDATE results.report_version SET fields = NULL, source = NULL")
    gp = actor("lege-koman")
    await make_setting("line", "sperring", **{"class": [{"system": "x", "code": "MGEN"}]})
    assert kinds(await results.search(gp, line, **GP)) == ["CLIN", "CLIN", "MBIO"]
    await make_setting("line", "sperring", actor=[party("CST", ENH, "313901866")])
    assert len(kinds(await results.search(gp, line, **GP))) == 2


def columns(postgres: TestDatabase) -> list[tuple[Any, ...]]:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        query = "SELECT version_id, fields, source FROM results.report_version ORDER BY version_id"
        return conn.execute(query).fetchall()


@pytest.fixture
def results_sync(postgres: TestDatabase) -> Iterator[SyncDatabase]:
    database = SyncDatabase(postgres.dsn("akson_results"), max_size=1)
    database.open()
    yield database
    database.close()


def emptied(postgres: TestDatabase) -> None:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("UPDATE results.report_version SET fields = NULL, source = NULL")


@pytest.mark.parametrize(
    "covered",
    [
        {"class": [{"system": "x", "code": "MGEN"}]},
        {"class": [{"system": "x", "code": "CLIN"}]},
        {"actor": [party("CST", ENH, "313901866")]},
        {"actor": [party("CST", ENH, "313901319")]},
    ],
)
async def test_filled_columns_are_those_of_today_and_withhold_as_what_is_opened_does(
    results: Results,
    line: NationalId,
    actor: MakeActor,
    make_setting: Set,
    postgres: TestDatabase,
    results_sync: SyncDatabase,
    covered: dict[str, Any],
) -> None:
    gp = actor("lege-koman")
    stored = columns(postgres)
    await make_setting("line", "sperring", **covered)
    at_once = kinds(await results.search(gp, line, **GP))
    emptied(postgres)
    opened = kinds(await results.search(gp, line, **GP))
    *_, done = fill_all(results_sync)
    assert (done.filled, done.failed, done.ended) == (len(stored), 0, True)
    assert columns(postgres) == stored
    assert kinds(await results.search(gp, line, **GP)) == opened == at_once
    assert len(at_once) < 4
    *_, again = fill_all(results_sync)
    assert (again.filled, again.done) == (0, done.done)


async def test_a_run_that_was_stopped_goes_on_where_it_was(
    results: Results,
    line: NationalId,
    postgres: TestDatabase,
    results_sync: SyncDatabase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("gry", "roland"):
        await results.send("immunologi.xml", number={"gry": "12057900499", "roland": "15076500565"}[name])
    stored = columns(postgres)
    emptied(postgres)
    monkeypatch.setattr("results_service.reports.filling.MESSAGES", 1)
    with psycopg.connect(postgres.superuser_dsn, autocommit=True) as conn:
        conn.execute("ANALYZE results.intake_message")
    for step in fill_all(results_sync):
        assert step.total == 6  # estimated: a count of ten million is not waited for
        if step.done == 4:  # all of Line's
            break
    emptied(postgres)  # so that what was gone through is seen not to be gone through again
    *_, rest = fill_all(results_sync)
    assert (step.filled, rest.filled - step.filled, rest.done) == (4, 2, 6)
    assert [fields for _, fields, _ in columns(postgres)].count(None) == 4
    *_, anew = fill_all(results_sync)
    assert (anew.filled, columns(postgres)) == (4, stored)


async def test_a_sender_that_nobody_knows_stays_unknown_and_a_damaged_version_is_told(
    results: Results, line: NationalId, postgres: TestDatabase, results_sync: SyncDatabase
) -> None:
    emptied(postgres)
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("UPDATE results.intake_message SET sender = NULL")
        conn.execute(
            "UPDATE results.report_version SET resources = 'x' WHERE version_id ="
            " (SELECT min(version_id::text)::uuid FROM results.report_version)"
        )
    *_, done = fill_all(results_sync)
    assert (done.failed, done.filled) == (1, len(columns(postgres)) - 1)
    assert {source for _, _, source in columns(postgres)} == {None}
    assert [fields is None for _, fields, _ in columns(postgres)].count(True) == 1


async def test_what_no_sender_or_field_is_known_of_counts_as_covered(
    results: Results, line: NationalId, actor: MakeActor, make_setting: Set, postgres: TestDatabase
) -> None:
    gp = actor("lege-koman")
    await make_setting("line", "sperring", **{"class": [{"system": "x", "code": "NUK"}]})
    assert len(kinds(await results.search(gp, line, **GP))) == 4
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("UPDATE results.report_version SET fields = '*', source = NULL")
        conn.execute("UPDATE results.intake_message SET sender = NULL")
    answer = await results.search(gp, line, **GP)
    assert (kinds(answer), codes(answer)) == ([], ["General"])
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("UPDATE results.report_version SET fields = 'CLIN'")
    assert len(kinds(await results.search(gp, line, **GP))) == 4
    await make_setting("line", "sperring", actor=[party("CST", ENH, "313901866")])
    assert kinds(await results.search(gp, line, **GP)) == []
