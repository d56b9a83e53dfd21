"""The provider as `akson up` starts it: a process of its own, and the command line's login over its port."""

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

from dev.login import persona_token
from kit.identity.audiences import RESULTS
from kit.settings import Settings
from tests.ports import free_port

SERVE = [
    sys.executable,
    "-m",
    "granian",
    "--interface",
    "asgi",
    "--host",
    "127.0.0.1",
    "--log-level",
    "error",
]


@contextmanager
def serving(environment: str, data: Path) -> Iterator[tuple[subprocess.Popen[bytes], Settings]]:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    settings = Settings.model_validate(
        {
            "environment": environment,
            "data": data,
            "helseid_issuer": f"{base}/helseid",
            "idporten_issuer": f"{base}/idporten",
        }
    )
    values = {
        "AKSON_ENVIRONMENT": environment,
        "AKSON_DATA": str(data),
        "AKSON_HELSEID_ISSUER": settings.helseid_issuer,
        "AKSON_IDPORTEN_ISSUER": settings.idporten_issuer,
    }
    command = [*SERVE, "--port", str(port), "dev.identity_provider.app:app"]
    process = subprocess.Popen(command, env={**os.environ, **values}, stderr=subprocess.DEVNULL)
    try:
        yield process, settings
    finally:
        process.terminate()
        process.wait(20)


def wait_until_live(process: subprocess.Popen[bytes], settings: Settings) -> None:
    address = settings.helseid_issuer.removesuffix("/helseid") + "/health/live"
    for _ in range(300):
        assert process.poll() is None, "the provider stopped"
        try:
            if httpx.get(address).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AssertionError("the provider did not come up")


@pytest.mark.parametrize("name", ["lege-koman", "lab"])
def test_given_a_running_provider_then_the_command_line_gets_a_token(tmp_path: Path, name: str) -> None:
    with serving("development", tmp_path) as (process, settings):
        wait_until_live(process, settings)
        token, key = persona_token(name, RESULTS, settings=settings)
    assert token.count(".") == 2
    assert key.proof("GET", settings.results_url, token)


def test_given_production_then_the_process_does_not_serve(tmp_path: Path) -> None:
    with serving("production", tmp_path) as (process, _):
        assert process.wait(60) != 0
    assert list(tmp_path.iterdir()) == []
