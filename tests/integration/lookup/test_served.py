"""`akson lookup` against the services as they are run: real login, real proofs, real processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
from fhir.resources.R4B.bundle import Bundle

from cli.processes import processes
from core_record.registers.service import resolve_person_sync
from kit.ids import parse_national_id
from kit.keys import KeyRing
from kit.settings import Settings
from tests.conftest import TestDatabase
from tests.integration.identity.test_served import SERVE
from tests.integration.lookup.builder import Report
from tests.integration.lookup.conftest import Store
from tests.ports import free_port

LINE = "13116900216"
Environment = dict[str, str]


@pytest.fixture
def running(settings: Settings, postgres: TestDatabase, registers: None) -> Iterator[Environment]:
    provider, core, results = (f"http://127.0.0.1:{free_port()}" for _ in range(3))
    values = {
        "AKSON_HELSEID_ISSUER": f"{provider}/helseid",
        "AKSON_IDPORTEN_ISSUER": f"{provider}/idporten",
        "AKSON_CORE_RECORD_URL": core,
        "AKSON_RESULTS_URL": results,
        "AKSON_CORE_RECORD_PORT": core.rpartition(":")[2],
        "AKSON_RESULTS_SERVICE_PORT": results.rpartition(":")[2],
    }
    environment = {**os.environ, **values}
    names = {name[len("AKSON_") :].lower(): value for name, value in values.items()}
    table = processes(settings.model_copy(update=names))
    commands = [
        [*SERVE, "--port", provider.rpartition(":")[2], "dev.identity_provider.app:app"],
        table["core_record"].command,
        table["results_service"].command,
    ]
    with ExitStack() as stack:
        for command in commands:
            process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
            stack.callback(process.wait, 20)
            stack.callback(process.terminate)
        for address in (f"{provider}/health/live", f"{core}/health/ready", f"{results}/health/ready"):
            wait_for(address)
        yield environment


def wait_for(address: str) -> None:
    for _ in range(600):
        try:
            if httpx.get(address).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"{address} did not come up")


def lookup(environment: Environment, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli.main", "lookup", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_given_running_services_then_personas_find_what_they_may(
    running: Environment, store: Store, keys: KeyRing
) -> None:
    with store.database.transaction() as conn:
        person_id = resolve_person_sync(conn, keys, parse_national_id(LINE))
    assert person_id is not None
    store.put(person_id, Report("R1", release_class=1))
    store.put(person_id, Report("R2", release_class=3))
    found = {}
    for persona in ("lege-koman", "sykehuslege", "line"):
        answer = lookup(running, "DiagnosticReport", "--person", LINE, "--as", persona, "-d", "_count=5000")
        assert answer.returncode == 0, answer.stdout + answer.stderr
        Bundle.model_validate_json(answer.stdout)
        found[persona] = answer.stdout.count('"resourceType":"DiagnosticReport"')
    assert found == {"lege-koman": 2, "sykehuslege": 2, "line": 1}
    refused = lookup(running, "DiagnosticReport", "--person", LINE, "--as", "gry")
    assert refused.returncode == 1
    assert '"resourceType":"OperationOutcome"' in refused.stdout
    assert "Traceback" not in refused.stderr
    unknown = lookup(running, "Observation", "--person", LINE, "--as", "line", "-d", "_sort=date")
    assert (unknown.returncode, "search-parameter-unknown" in unknown.stdout) == (1, True)
