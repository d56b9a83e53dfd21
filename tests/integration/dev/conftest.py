"""The services that seeding needs, as real processes on free ports: identity provider, results, worker."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev.runner.plan import children
from dev.runner.supervisor import Supervisor
from kit.keys import KeyRing
from kit.settings import Settings, get_settings
from tests.conftest import TestDatabase
from tests.ports import free_port

_NEEDED = ("identity_provider", "results_service", "worker", "beat")


@pytest.fixture
def running(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, keys: KeyRing, clean_db: None, postgres: TestDatabase
) -> Iterator[Settings]:
    """Settings of a running instance without portal; its processes are stopped afterwards."""
    provider, core, results = free_port(), free_port(), free_port()
    values = {
        "AKSON_IDENTITY_PROVIDER_PORT": str(provider),
        "AKSON_CORE_RECORD_PORT": str(core),
        "AKSON_RESULTS_SERVICE_PORT": str(results),
        "AKSON_CORE_RECORD_URL": f"http://127.0.0.1:{core}",
        "AKSON_RESULTS_URL": f"http://127.0.0.1:{results}",
        "AKSON_HELSEID_ISSUER": f"http://127.0.0.1:{provider}/helseid",
        "AKSON_IDPORTEN_ISSUER": f"http://127.0.0.1:{provider}/idporten",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    supervisor = Supervisor(_folders(settings.data), print)
    try:
        started = [c for c in children(get_settings(), dict(os.environ)) if c.name in _NEEDED]
        for child in started:
            supervisor.start(child)
        for child in started:
            supervisor.wait_ready(child)
        yield get_settings()
    finally:
        supervisor.stop_all()
        (settings.data / "population.json").unlink(missing_ok=True)
        monkeypatch.undo()
        get_settings.cache_clear()


def _folders(data: Path) -> Path:
    for name in ("log", "run"):
        (data / name).mkdir(exist_ok=True)
    return data
