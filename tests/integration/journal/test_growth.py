"""Growth against a reference that is loaded, and without one. The reference is made up, for tests alone."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli import growth as command
from kit.settings import Settings
from tests.conftest import TestDatabase
from tests.integration.journal.conftest import Journal
from tests.unit.journal.growth_table import MADE_UP, csv_of

NAMED = ["--name", MADE_UP, "--version", "0", "--source", "nobody"]


GIRL = "ungdom"
"""Of fourteen, by the registers of the tests."""


async def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    monkeypatch.setattr(command, "get_settings", lambda: settings)
    return await asyncio.to_thread(CliRunner().invoke, command.app, list(arguments))


async def load(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *measures: str, sex: str = "female"
) -> Result:
    for measure in measures:
        (tmp_path / f"{measure}.csv").write_text(csv_of(measure, sex), encoding="utf-8")
    return await run(settings, monkeypatch, "import", *[str(tmp_path / f"{m}.csv") for m in measures], *NAMED)


async def measured(journal: Journal, at: str, **values: float) -> None:
    """Values as a signed check has them: one time for all."""
    for measure, value in values.items():
        body = {"measure": measure.replace("_", "-"), "value": value}
        sent = {"state": "final", "at": at, "body": body}
        await journal.ok("helsestasjon", GIRL, "PUT", f"/journal/Observation/{uuid4()}", sent)


async def growth(journal: Journal, who: str = "helsestasjon", about: str = GIRL) -> dict[str, Any]:
    found: dict[str, Any] = await journal.ok(who, about, "POST", "/growth/_search")
    return found


async def test_given_no_reference_then_it_is_told_and_nothing_is_invented(
    journal: Journal, postgres: TestDatabase
) -> None:
    await measured(journal, "2026-11-20T09:00:00+01:00", weight=28, height=130)
    found = await growth(journal)
    assert (found["child"], found["loaded"], found["courses"]) == (True, False, [])
    with psycopg.connect(postgres.superuser_dsn) as conn:
        query = "SELECT items FROM core_record.access_log ORDER BY at DESC LIMIT 1"
        assert conn.execute(query).fetchone() == ({"Observation": 2},)


async def test_given_a_reference_then_values_have_sds_and_percentile_and_bmi_follows(
    journal: Journal, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    done = await load(settings, monkeypatch, tmp_path, "weight", "height", "bmi")
    assert done.exit_code == 0, done.output
    await measured(journal, "2025-11-20T09:00:00+01:00", weight=50, height=150)
    await measured(journal, "2026-11-20T09:00:00+01:00", weight=54, height=156, head_circumference=52)
    found = await growth(journal)
    courses = {one["measure"]: one for one in found["courses"]}
    assert courses.keys() == {"weight", "height", "bmi"}
    for course in courses.values():
        assert course["references"] == [{"name": MADE_UP, "version": "0", "source": "nobody"}]
        assert [one["corrected"] for one in course["values"]] == [False, False]
        assert all(one["z"] is not None and 0 < one["percentile"] < 100 for one in course["values"])
        assert [line["percentile"] for line in course["lines"]] == [3, 10, 25, 50, 75, 90, 97]
    assert [one["value"] for one in courses["bmi"]["values"]] == [22.22, 22.19]
    adult = await growth(journal, "lege-koman", "line")
    assert (adult["child"], adult["courses"]) == (False, [])
    other = await journal.call("line", GIRL, "POST", "/growth/_search")
    assert other.status_code == 403


async def test_given_the_weeks_of_gestation_then_they_are_told_and_a_value_in_error_counts_for_nothing(
    journal: Journal, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await load(settings, monkeypatch, tmp_path, "weight")
    await measured(journal, "2026-11-20T09:00:00+01:00", weight=28, gestational_age=31)
    assert (await growth(journal))["gestation"] == 31
    listed = (await journal.entries("helsestasjon", GIRL, "Observation"))["Observation"]
    weight = next(one for one in listed if one["body"]["measure"] == "weight")
    wrong = {"state": "entered-in-error", "at": weight["at"], "body": weight["body"]}
    path = f"/journal/Observation/{weight['id']}"
    await journal.ok("helsestasjon", GIRL, "PUT", path, wrong, If_Match='"1"')
    assert (await growth(journal))["courses"] == []


async def test_given_a_great_many_other_values_then_the_early_ones_and_the_gestation_still_count(
    journal: Journal,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    postgres: TestDatabase,
) -> None:
    await load(settings, monkeypatch, tmp_path, "weight")
    await measured(journal, "2013-01-20T09:00:00+01:00", weight=3.2, gestational_age=31)
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute(
            "INSERT INTO journal.entry SELECT (jsonb_populate_record(e, jsonb_build_object("
            "'entry_id', gen_random_uuid(), 'at', e.at + interval '1 day' * n,"
            ' \'body\', \'{"measure": "pulse", "value": 80}\'::jsonb))).*'
            " FROM journal.entry e, generate_series(1, 1001) n WHERE e.body->>'measure' = 'weight'"
        )
    found = await growth(journal)
    assert found["gestation"] == 31
    assert [one["value"] for one in found["courses"][0]["values"]] == [3.2]


async def test_a_reference_is_listed_loaded_again_and_taken_out(
    journal: Journal, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for _ in range(2):
        done = await load(settings, monkeypatch, tmp_path, "weight", "height")
        assert (done.exit_code, "height, female: 6 rows" in done.output) == (0, True), done.output
    listed = await run(settings, monkeypatch, "list")
    assert listed.output.count("nobody") == 2
    removed = await run(settings, monkeypatch, "remove", MADE_UP)
    assert (removed.exit_code, removed.output) == (0, "2 tables taken out.\n")
    assert (await run(settings, monkeypatch, "remove", MADE_UP)).exit_code == 1


async def test_given_two_references_for_the_same_ages_then_the_second_is_refused_unless_it_is_cut(
    journal: Journal, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "weight.csv"
    path.write_text(csv_of("weight"), encoding="utf-8")
    other = ["--name", "OTHER " + MADE_UP, "--version", "0", "--source", "nobody"]
    first = await run(settings, monkeypatch, "import", str(path), *NAMED, "--to", "3")
    assert first.exit_code == 0, first.output
    refused = await run(settings, monkeypatch, "import", str(path), *other)
    assert (refused.exit_code, "--from" in refused.output) == (1, True)
    cut = await run(settings, monkeypatch, "import", str(path), *other, "--from", "3")
    assert cut.exit_code == 0, cut.output


async def test_given_one_bad_file_among_several_then_none_is_loaded(
    journal: Journal, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "good.csv").write_text(csv_of("weight"), encoding="utf-8")
    (tmp_path / "bad.csv").write_text("sex,measure,age_days,l,m,s\n1,weight,0,1,3300,0.1\n")
    files = [str(tmp_path / "good.csv"), str(tmp_path / "bad.csv")]
    done = await run(settings, monkeypatch, "import", *files, *NAMED)
    assert (done.exit_code, "another unit" in done.output) == (1, True)
    listed = await run(settings, monkeypatch, "list")
    assert MADE_UP not in listed.output
