"""`akson apps` as it is typed."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from cli import apps
from dev import sample_app
from kit.norway import today_in_norway
from kit.settings import Settings
from tests.conftest import TestDatabase

pytestmark = pytest.mark.usefixtures("registers")
RUNNER = CliRunner(env={"COLUMNS": "200"})
BY = ["--by", "Oskar Brekke"]


def a_file(folder: Path, **changed: object) -> str:
    entry = {
        "client_id": "trend-app",
        "org_number": "313900215",
        "name": "Trend",
        "vendor": "313902307",
        "vendor_name": "Leverandør AS",
        "purpose": "Viser utviklingen",
        "grants": ["akson:journal user/Observation.rs"],
        "data_protection": "Avtale 12",
        "valid_to": (today_in_norway() + timedelta(100)).isoformat(),
        **changed,
    }
    path = folder / f"{entry['org_number']}.json"
    path.write_text(json.dumps(entry))
    return str(path)


def states(postgres: TestDatabase) -> list[tuple[str, str]]:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        return conn.execute("SELECT org_number, state FROM core_record.app ORDER BY 1").fetchall()


def run(*arguments: str) -> tuple[int, str]:
    done = RUNNER.invoke(apps.app, list(arguments))
    return done.exit_code, done.output


def test_an_app_of_two_organisations_is_stopped_in_both_at_once(
    tmp_path: Path, postgres: TestDatabase
) -> None:
    for org_number in ("313900215", "313900436"):
        assert run("propose", a_file(tmp_path, org_number=org_number), *BY) == (0, "proposed\n")
    assert run("propose", a_file(tmp_path), *BY) == (0, "it stood so already\n")
    code, told = run("approve", "trend-app", *BY, "--reason", "reviewed", "--org", "313900215")
    assert (code, told) == (0, "Fjordvik kommune: approved\n")
    assert states(postgres) == [("313900215", "approved"), ("313900436", "proposed")]
    code, told = run("approve", "trend-app", *BY, "--reason", "reviewed")
    assert (code, "--org" in told) == (2, True)  # each organisation answers for its own
    assert run("approve", "trend-app", *BY, "--reason", "reviewed", "--org", "313900436")[0] == 0

    code, told = run("suspend", "trend-app", *BY, "--reason", "incident")

    assert (code, "Fjordvik legesenter AS: suspended" in told) == (0, True)
    assert {state for _, state in states(postgres)} == {"suspended"}
    listed = run("list")[1]
    assert listed.count("suspended") == 2
    with psycopg.connect(postgres.superuser_dsn) as conn:
        row = conn.execute(
            "SELECT source, actor_name, reason FROM core_record.register_change WHERE register = 'app'"
            " ORDER BY at DESC LIMIT 1"
        ).fetchone()
    assert row == ("operator", "Oskar Brekke", "incident")


def test_what_cannot_be_done_is_told_with_its_code(tmp_path: Path, postgres: TestDatabase) -> None:
    assert run("suspend", "nobodys", *BY, "--reason", "incident")[0] == 1
    code, told = run("propose", a_file(tmp_path, grants=["akson:journal user/*.rs"]), *BY)
    assert (code, "grant-unknown" in told) == (1, True)
    code, told = run("propose", a_file(tmp_path, more=1), *BY)
    assert (code, "unknown field" in told) == (2, True)
    assert run("propose", a_file(tmp_path), *BY)[0] == 0
    code, told = run("approve", "trend-app", *BY, "--reason", "because", "--org", "313900215")
    assert (code, "reason-unknown" in told) == (1, True)
    code, told = run("suspend", "trend-app", *BY, "--reason", "incident", "--org", "313900215")
    assert (code, "app-state" in told) == (1, True)
    assert states(postgres) == [("313900215", "proposed")]


def test_the_sample_app_is_proposed_once(settings: Settings, postgres: TestDatabase) -> None:
    for _ in range(2):
        asyncio.run(sample_app.propose(settings))
    assert states(postgres) == [("313900215", "proposed")]
    assert run("approve", sample_app.CLIENT, *BY, "--reason", "reviewed", "--org", "313900215")[0] == 0
    asyncio.run(sample_app.propose(settings))
    assert states(postgres) == [("313900215", "approved")]
