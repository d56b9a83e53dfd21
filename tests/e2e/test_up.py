"""`akson up` as its user meets it: ready, usable from any folder, stopped by Ctrl-C, continued next time."""

from __future__ import annotations

import json
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.conftest import ROOT, Instance, new_instance, take_build

MESSAGES = ROOT / "tests" / "messages"


@pytest.fixture(scope="module")
def own(built_at: Path) -> Iterator[Instance]:
    with tempfile.TemporaryDirectory(prefix="akson-up-", dir="/tmp") as name:
        Path(name).chmod(0o755)
        instance = new_instance(Path(name))
        take_build(built_at, instance.data)
        try:
            instance.start("--persons", "0")
            yield instance
        finally:
            if instance.process is not None:
                instance.stop()


def processes_of(instance: Instance) -> dict[str, int]:
    return {e["name"]: e["pid"] for e in json.loads((instance.data / "run" / "pids.json").read_text())}


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_the_last_start_up_line_is_the_address(own: Instance) -> None:
    assert own.lines[-1] == f"Ready: {own.url}"
    assert httpx.get(own.url, follow_redirects=True).status_code == 200


def test_every_command_finds_the_instance_from_any_folder(own: Instance, tmp_path: Path) -> None:
    answer = own.run("status", "--json", folder=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert set(json.loads(answer.stdout).values()) == {"ready"}


def test_import_tells_the_outcome_of_every_file_and_is_safe_to_repeat(own: Instance, tmp_path: Path) -> None:
    first = own.run("import", str(MESSAGES), "--json", folder=tmp_path)
    assert first.returncode == 0, first.stderr
    outcomes = json.loads(first.stdout)
    files = [p for p in MESSAGES.rglob("*") if p.suffix.lower() == ".xml"]
    assert len(outcomes) == len(files) > 20
    for outcome in outcomes:
        assert set(outcome) >= {"file", "id", "status", "errors", "warnings"}
        assert outcome["status"] in {"processed", "rejected", "needs-attention"}
        assert outcome["status"] == "processed" or outcome["errors"]

    again = json.loads(own.run("import", str(MESSAGES), "--json", folder=tmp_path).stdout)
    assert {o["file"]: o["status"] for o in again} == {o["file"]: o["status"] for o in outcomes}


def test_a_clinician_looks_up_and_the_citizen_sees_it(own: Instance) -> None:
    looked = own.run(
        "lookup", "DiagnosticReport", "--person", "13116900216", "--as", "lege-koman", "--basis", "UNNTAK"
    )
    assert looked.returncode == 0, looked.stdout + looked.stderr
    bundle = json.loads(looked.stdout)
    assert bundle["resourceType"] == "Bundle"
    assert bundle["total"] > 0


def test_a_doctor_without_relation_is_refused_the_gps_basis(own: Instance) -> None:
    looked = own.run(
        "lookup", "DiagnosticReport", "--person", "13116900216", "--as", "lege-lin", "--basis", "UNNTAK"
    )
    assert looked.returncode == 1
    assert json.loads(looked.stdout)["resourceType"] == "OperationOutcome"


def test_the_access_log_is_intact(own: Instance) -> None:
    verified = own.run("verify-log")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_a_crashed_service_is_shown_and_started_again(own: Instance) -> None:
    pid = processes_of(own)["results_service"]
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while "results_service: started again." not in own.lines:
        assert time.monotonic() < deadline, own.lines[-5:]
        time.sleep(0.1)
    assert any("results_service stopped by itself" in line for line in own.lines)
    while own.run("status").returncode != 0:
        assert time.monotonic() < deadline
    test_a_clinician_looks_up_and_the_citizen_sees_it(own)


def test_ctrl_c_stops_everything_and_the_next_start_continues(own: Instance) -> None:
    pids = list(processes_of(own).values())
    assert own.stop() == 0
    assert not [pid for pid in pids if alive(pid)]
    assert own.run("status").returncode == 2

    own.start()
    assert own.lines[-1] == f"Ready: {own.url}"
    test_a_clinician_looks_up_and_the_citizen_sees_it(own)


def test_a_second_runner_on_the_same_folder_is_refused(own: Instance) -> None:
    second = own.run("up", "--data", str(own.data))
    assert second.returncode == 1
    assert "already runs" in second.stdout
