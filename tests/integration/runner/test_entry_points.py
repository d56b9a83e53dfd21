"""`akson serve NAME`, which the containers run: each process comes up alone and answers."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import redis

from dev.embedded import Valkey
from kit.jobs import make_celery
from kit.keys import KeyRing
from kit.settings import Settings
from tests.conftest import TestDatabase
from tests.ports import free_port

AKSON = Path(sys.executable).parent / "akson"


@contextmanager
def serving(name: str, environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as out:
        process = subprocess.Popen([str(AKSON), "serve", name], env=environment, stdout=out, stderr=out)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:  # what the runner does too when its patience ends
            process.kill()
            process.wait()


@pytest.mark.parametrize("name", ["core_record", "results_service", "sealer", "housekeeping"])
def test_a_service_comes_up_alone(
    name: str, settings: Settings, postgres: TestDatabase, keys: KeyRing, tmp_path: Path
) -> None:
    port = free_port()
    environment = {**os.environ, f"AKSON_{name.upper()}_PORT": str(port)}
    log = tmp_path / "log"
    with serving(name, environment, log) as process:
        deadline = time.monotonic() + 60
        while True:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            try:
                if httpx.get(f"http://127.0.0.1:{port}/health/ready").status_code == 200:
                    break
            except httpx.HTTPError:
                time.sleep(0.1)
        assert "akson_http_requests" in httpx.get(f"http://127.0.0.1:{port}/metrics").text


def test_the_worker_comes_up_and_answers_a_ping(
    settings: Settings, postgres: TestDatabase, keys: KeyRing, tmp_path: Path
) -> None:
    from results_service.worker import app

    log = tmp_path / "log"
    with serving("worker", dict(os.environ), log) as process:
        deadline = time.monotonic() + 60
        while not app.control.inspect(timeout=0.5).ping():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()


def test_a_worker_whose_folder_of_schemas_is_not_there_does_not_start(
    settings: Settings, postgres: TestDatabase, keys: KeyRing, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with serving("worker", {**os.environ, "AKSON_SCHEMAS": str(tmp_path / "none")}, log) as process:
        assert process.wait(60) != 0
    assert f"AKSON_SCHEMAS names {tmp_path / 'none'}, and there is no such folder" in log.read_text()


def test_a_worker_tells_at_its_start_which_schemas_are_there(
    settings: Settings, postgres: TestDatabase, keys: KeyRing, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with serving("worker", {**os.environ, "AKSON_SCHEMAS": str(tmp_path)}, log) as process:
        deadline = time.monotonic() + 60
        while "official schemas" not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
    assert "svarrapport 1.4 MISSING" in log.read_text()


def test_the_scheduler_comes_up_and_sends_its_sweeps(
    settings: Settings, postgres: TestDatabase, keys: KeyRing, valkey: Valkey, tmp_path: Path
) -> None:
    from results_service.worker import BEAT_KEY

    log = tmp_path / "log"
    with serving("beat", dict(os.environ), log) as process:
        deadline = time.monotonic() + 60
        while not redis.Redis.from_url(valkey.url).exists(BEAT_KEY):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)


def test_an_unknown_process_is_refused_with_the_list(settings: Settings) -> None:
    answer = subprocess.run([str(AKSON), "serve", "nothing"], capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert "results_service" in answer.stderr


def test_jobs_speak_json_alone() -> None:
    assert make_celery("check", include=[]).conf.accept_content == ("json",)
