"""A temporary Akson for benchmarks: own database, Valkey, keys and ports; stopped and deleted afterwards."""

from __future__ import annotations

import os
import shutil
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

from cli.processes import processes
from core_record.registers.service import import_registers, read_register_file
from dev.embedded import Postgres, Valkey
from dev.personas import PERSONAS_FILE
from kit.ids import parse_national_id
from kit.keys import KeyRing
from kit.migrate import upgrade_all
from kit.roles import OWNER
from kit.settings import Settings, get_settings

ONE_STATEMENT = "bench-one-statement"  # a header for the bare app: read and insert in one statement
_BARE = """
CREATE SCHEMA bench;
CREATE TABLE bench.bytes (number text, effective timestamptz, body bytea STORAGE EXTERNAL,
    whole bytea STORAGE EXTERNAL);
CREATE INDEX ON bench.bytes (number, effective DESC);
CREATE TABLE bench.log (at timestamptz DEFAULT now(), actor text);
CREATE TABLE bench.message (id uuid PRIMARY KEY, body bytea STORAGE EXTERNAL);
GRANT USAGE ON SCHEMA bench TO akson_results;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA bench TO akson_results;
"""


# Copied persons have a cipher that is a mark, and no number until they are asked about.
_DRAWN = """
SELECT person_id FROM core_record.person_number WHERE number_cipher = %s ORDER BY random() LIMIT %s
"""
_GIVE_NUMBER = "UPDATE core_record.person_number SET number_hash = %s WHERE person_id = %s"


@dataclass(frozen=True)
class Instance:
    """Where everything is; `bare_url` is the app that the product is measured beside."""

    settings: Settings
    keys: KeyRing
    superuser_dsn: str
    bare_url: str
    data: Path
    database_pid: int
    environment: dict[str, str]

    @contextmanager
    def active(self) -> Iterator[None]:
        """Where there are several instances: this is the one that settings and tokens are of."""
        before = dict(os.environ)
        _restore(self.environment)
        try:
            yield
        finally:
            _restore(before)

    def vacuum(self) -> None:
        """What autovacuum would do sooner or later, before the clock starts."""
        with psycopg.connect(self.superuser_dsn, autocommit=True) as conn:
            conn.execute("VACUUM ANALYZE")
            conn.execute("CHECKPOINT")


def need_disk(place: Path, needed: int, what: str) -> None:
    """Stop before anything is made where there is no room; `needed` in bytes. Raises `SystemExit`."""
    free = shutil.disk_usage(place).free
    if free < needed:
        raise SystemExit(f"{what} need {needed / 1e9:.0f} GB below {place}; {free / 1e9:.0f} GB are free.")


def give_numbers(instance: Instance, mark: bytes, numbers: list[str]) -> list[str]:
    """Give the numbers to persons drawn at random among the copies of that mark; those that were given."""
    with psycopg.connect(instance.superuser_dsn) as conn:
        drawn = conn.execute(_DRAWN, (mark, len(numbers))).fetchall()
        given = numbers[: len(drawn)]
        for (person_id,), number in zip(drawn, given, strict=True):
            found_by = instance.keys.number_hash(parse_national_id(number))
            conn.execute(_GIVE_NUMBER, (found_by, person_id))
    return given


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def temporary_instance(folder: Path | None = None) -> Iterator[Instance]:
    """Servers and a migrated database with the personas' registers; no service runs yet."""
    before = dict(os.environ)
    with (
        tempfile.TemporaryDirectory(prefix="akson-bench-", dir=folder or "/tmp") as name,  # noqa: S108
        ExitStack() as stack,
    ):
        data = Path(name)
        data.chmod(0o755)
        postgres, valkey = Postgres(data), Valkey(data)
        for server in (postgres, valkey):
            stack.callback(server.stop)
            server.start()
        stack.callback(_restore, before)
        yield _prepare(data, postgres, valkey)


def _prepare(data: Path, postgres: Postgres, valkey: Valkey) -> Instance:
    provider, results, journal, bare = (_free_port() for _ in range(4))
    os.environ |= {
        "AKSON_ENVIRONMENT": "development",
        "AKSON_DATA": str(data),
        "AKSON_KEYS": str(data / "keys"),
        "AKSON_DATABASE_URL": postgres.url,
        "AKSON_REDIS_URL": valkey.url,
        "AKSON_IDENTITY_PROVIDER_PORT": str(provider),
        "AKSON_RESULTS_SERVICE_PORT": str(results),
        "AKSON_RESULTS_URL": f"http://127.0.0.1:{results}",
        "AKSON_JOURNAL_API_PORT": str(journal),
        "AKSON_JOURNAL_URL": f"http://127.0.0.1:{journal}",
        "AKSON_HELSEID_ISSUER": f"http://127.0.0.1:{provider}/helseid",
        "AKSON_IDPORTEN_ISSUER": f"http://127.0.0.1:{provider}/idporten",
        "AKSON_BENCH_BARE_URL": f"http://127.0.0.1:{bare}",
        "AKSON_LOG_LEVEL": "WARNING",
        # One doctor and one sender stand for a country's: their limits are counted, never reached.
        "AKSON_READS_A_MINUTE": "1000000000",
        "AKSON_WRITES_A_MINUTE": "1000000000",
        "AKSON_MESSAGES_A_MINUTE": "1000000000",
    }
    get_settings.cache_clear()
    settings = get_settings()
    keys = KeyRing.load(settings.keys_folder, create=True)
    upgrade_all(settings.dsn(OWNER))
    with psycopg.connect(settings.dsn("akson_core")) as conn:
        import_registers(conn, keys, read_register_file(PERSONAS_FILE))
    superuser = make_conninfo(postgres.superuser_dsn, dbname="akson")
    with psycopg.connect(superuser, autocommit=True) as conn:
        conn.execute(_BARE)
    pid = postgres.process.pid if postgres.process else 0
    bare_url = f"http://127.0.0.1:{bare}"
    return Instance(settings, keys, superuser, bare_url, data, pid, dict(os.environ))


def _restore(before: dict[str, str]) -> None:
    os.environ.clear()
    os.environ |= before
    get_settings.cache_clear()


def _granian(target: str, port: int) -> list[str]:
    """An app served as the product serves its own: one worker."""
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--no-ws", "--loop", "uvloop"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--log-level", "warning"]
    return [*command, target]


@contextmanager
def serving(instance: Instance, service: str = "results_service") -> Iterator[dict[str, int]]:
    """The development identity provider, a service by its own command line, and the bare app.

    Yields the process id behind each address.
    """
    settings = instance.settings
    product = processes(settings)
    bare_port = int(instance.bare_url.rpartition(":")[2])
    commands = {
        settings.identity_provider_port: _granian(
            "dev.identity_provider.app:app", settings.identity_provider_port
        ),
        getattr(settings, f"{service}_port"): product[service].command,
        bare_port: _granian("benchmarks.bare:app", bare_port),
    }
    with ExitStack() as stack:
        started = {port: stack.enter_context(_running(command)) for port, command in commands.items()}
        for port, process in started.items():
            _wait(f"http://127.0.0.1:{port}/health/live", process)
        yield {f"http://127.0.0.1:{port}": process.pid for port, process in started.items()}


@contextmanager
def provider(instance: Instance) -> Iterator[None]:
    """The development identity provider alone."""
    port = instance.settings.identity_provider_port
    with _running(_granian("dev.identity_provider.app:app", port)) as process:
        _wait(f"http://127.0.0.1:{port}/health/live", process)
        yield


@contextmanager
def working() -> Iterator[None]:
    """The product's worker and beat."""
    product = processes(get_settings())
    with _running(product["worker"].command, quiet=True), _running(product["beat"].command, quiet=True):
        yield


@contextmanager
def _running(command: list[str], *, quiet: bool = False) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, env=os.environ, stdout=subprocess.DEVNULL if quiet else None)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def cpu_seconds(pid: int) -> float:
    """CPU time of a process and all below it, also of those that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):  # ended just now: its parent has its time
        return 0.0
    own = sum(int(ticks) for ticks in fields[11:15]) / os.sysconf("SC_CLK_TCK")
    return own + sum(cpu_seconds(int(child)) for child in below)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} stopped")
        try:
            httpx.get(url)
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{url} does not answer")
