"""A temporary Akson for benchmarks: own database, Valkey and ports; stopped and deleted afterwards."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
from psycopg.conninfo import make_conninfo

from core_record.registers.service import import_registers, read_register_file
from dev.embedded import Postgres, Valkey
from dev.personas import PERSONAS_FILE
from kit.keys import KeyRing
from kit.migrate import upgrade_all
from kit.roles import OWNER
from kit.settings import Settings, get_settings

GRANIAN = [
    sys.executable,
    "-m",
    "granian",
    "--interface",
    "asgi",
    "--no-ws",
    "--loop",
    "uvloop",
    "--workers",
    "1",
]


@dataclass(frozen=True)
class Instance:
    """Where everything is; `bare_url` is the endpoint that the look-up is measured beside."""

    settings: Settings
    keys: KeyRing
    superuser_dsn: str
    bare_url: str


def _free_url() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@contextmanager
def temporary_instance() -> Iterator[Instance]:
    """Servers and a migrated database with the personas' registers; no service runs yet."""
    with tempfile.TemporaryDirectory(prefix="akson-bench-", dir="/tmp") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        postgres, valkey = Postgres(folder), Valkey(folder)
        for server in (postgres, valkey):
            server.start()
            stack.callback(server.stop)
        provider, bare = _free_url(), _free_url()
        os.environ |= {
            "AKSON_ENVIRONMENT": "development",
            "AKSON_DATA": name,
            "AKSON_DATABASE_URL": postgres.url,
            "AKSON_REDIS_URL": valkey.url,
            "AKSON_RESULTS_URL": _free_url(),
            "AKSON_HELSEID_ISSUER": f"{provider}/helseid",
            "AKSON_IDPORTEN_ISSUER": f"{provider}/idporten",
            "AKSON_BENCH_BARE_URL": bare,
        }
        get_settings.cache_clear()
        settings = get_settings()
        keys = KeyRing.load(settings.keys_folder, create=True)
        upgrade_all(settings.dsn(OWNER))
        with psycopg.connect(settings.dsn("akson_core")) as conn:
            import_registers(conn, keys, read_register_file(PERSONAS_FILE))
        yield Instance(settings, keys, make_conninfo(postgres.superuser_dsn, dbname="akson"), bare)


@contextmanager
def serving(target: str, url: str) -> Iterator[None]:
    """One ASGI app on the address, by one granian worker."""
    command = [*GRANIAN, "--port", url.rpartition(":")[2], "--log-level", "warning", target]
    process = subprocess.Popen(command, env=os.environ)
    try:
        for _ in range(600):
            if process.poll() is not None:
                raise RuntimeError(f"{target} stopped")
            try:
                httpx.get(f"{url}/health/live")
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(20)
