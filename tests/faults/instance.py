"""A product of its own to break: embedded servers and services, kept up by the supervisor of `akson up`.

Everything lies in a temporary folder and on free ports. What takes no part in intake and look-up
(journal, panel, housekeeping) is left out.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from core_record.registers.file import register_file
from core_record.registers.service import import_registers
from dev.embedded import Postgres, Valkey
from dev.personas import RegisterFile
from dev.runner.plan import children
from dev.runner.supervisor import Child, Supervisor
from kit.keys import KeyRing
from kit.migrate import upgrade_all
from kit.roles import DATABASE, OWNER
from kit.settings import Settings
from portal.build import portal_command
from tests.faults.disk import WAL_ON_DISK, Disk, mounted
from tests.ports import free_port

_SERVICES = ("identity_provider", "core_record", "results_service", "sealer", "worker", "beat")


@dataclass(frozen=True)
class Instance:
    """A running product; `superuser_dsn` sees every row."""

    settings: Settings
    supervisor: Supervisor
    superuser_dsn: str
    disk: Disk | None = None  # the database's own, where it has one

    def child(self, name: str) -> Child:
        return next(child for child in self.supervisor.children if child.name == name)


@contextmanager
def running(
    registers: RegisterFile, logs: Path | None, say: Callable[[str], None], *, small_disk: bool
) -> Iterator[Instance]:
    """Start everything, load the registers; afterwards stop and delete everything but a copy in `logs`.

    `small_disk`: the database lies on a disk of its own that can be filled, where one can be mounted.
    """
    with tempfile.TemporaryDirectory(prefix="akson-faults-", dir="/tmp") as name:
        data = Path(name)
        data.chmod(0o755)  # the database's user must reach its folder
        for folder in ("log", "run"):
            (data / folder).mkdir()
        supervisor = Supervisor(data, say)
        disk = mounted(data / "postgres") if small_disk else None
        try:
            yield _started(data, supervisor, registers, disk)
        finally:
            try:
                supervisor.stop_all()
            finally:
                if disk:
                    disk.unmount()
            if logs:
                shutil.copytree(data / "log", logs, dirs_exist_ok=True)


def _started(data: Path, supervisor: Supervisor, registers: RegisterFile, disk: Disk | None) -> Instance:
    postgres, valkey = Postgres(data), Valkey(data)
    postgres.prepare()
    command = postgres.command() + (["-c", f"max_wal_size={WAL_ON_DISK}"] if disk else [])
    database = Child("postgres", command, dict(os.environ), stop_signal=2)
    database.spawn_options = postgres.spawn_options()
    supervisor.start(database)
    postgres.wait_ready()
    valkey.prepare()
    supervisor.start(Child("valkey", valkey.command(), dict(os.environ)))
    valkey.wait_ready()
    values = _values(data, postgres.url, valkey.url)
    settings = Settings.model_validate(values)
    upgrade_all(settings.dsn(OWNER))
    _load(settings, registers)
    environment = {**os.environ, **{f"AKSON_{name.upper()}": value for name, value in values.items()}}
    services = [child for child in children(settings, environment) if child.name in _SERVICES]
    services.append(_portal(settings, environment))
    for service in services:
        supervisor.start(service)
    for service in services:
        supervisor.wait_ready(service)
    return Instance(settings, supervisor, make_conninfo(postgres.superuser_dsn, dbname=DATABASE), disk)


def _portal(settings: Settings, environment: dict[str, str]) -> Child:
    """The portal without its pages' build, which no fault touches: logins and sessions are served."""
    folder = settings.data / "portal"
    command, extra = portal_command(settings.port, folder)
    extra.pop("__REFLEX_MOUNT_FRONTEND_COMPILED_APP")
    child = Child("portal", command, environment | extra)
    child.ready_url = f"http://127.0.0.1:{settings.port}/health/ready"
    return child


def _values(data: Path, database_url: str, redis_url: str) -> dict[str, str]:
    names = ("identity_provider_port", "core_record_port", "results_service_port")
    names += ("port", "sealer_port", "housekeeping_port", "citizen_panel_port", "journal_api_port")
    ports = {name: str(free_port()) for name in names}
    provider = f"http://127.0.0.1:{ports['identity_provider_port']}"
    return {
        "environment": "development",
        "data": str(data),
        "keys": str(data / "keys"),
        "database_url": database_url,
        "redis_url": redis_url,
        "core_record_url": f"http://127.0.0.1:{ports['core_record_port']}",
        "results_url": f"http://127.0.0.1:{ports['results_service_port']}",
        "journal_url": f"http://127.0.0.1:{ports['journal_api_port']}",
        "panel_url": f"http://127.0.0.1:{ports['citizen_panel_port']}",
        "portal_url": f"http://127.0.0.1:{ports['port']}",
        "helseid_issuer": f"{provider}/helseid",
        "idporten_issuer": f"{provider}/idporten",
        "log_level": "WARNING",
        "reads_a_minute": "0",
        "messages_a_minute": "0",
        "unknown_numbers_an_hour": "0",
        **ports,
    }


def _load(settings: Settings, registers: RegisterFile) -> None:
    keys = KeyRing.load(settings.keys_folder, create=True)
    with psycopg.connect(settings.dsn("akson_core")) as conn:
        import_registers(conn, keys, register_file(registers))
