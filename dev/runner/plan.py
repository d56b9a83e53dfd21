"""What `akson up` starts, and in which environment."""

from __future__ import annotations

import json
import os
import socket
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path

from cli.processes import Process, processes
from dev.embedded import Postgres, Valkey
from dev.runner.supervisor import Child
from kit.norway import OSLO
from kit.settings import Settings

_FRESH = timedelta(days=6)


class UpProblem(RuntimeError):
    """`akson up` cannot go on; the message says what to do."""


_PORT_SETTINGS = {
    "port": "--port or AKSON_PORT",
    "identity_provider_port": "AKSON_IDENTITY_PROVIDER_PORT",
    "core_record_port": "AKSON_CORE_RECORD_PORT",
    "results_service_port": "AKSON_RESULTS_SERVICE_PORT",
    "journal_api_port": "AKSON_JOURNAL_API_PORT",
    "citizen_panel_port": "AKSON_CITIZEN_PANEL_PORT",
    "sealer_port": "AKSON_SEALER_PORT",
    "housekeeping_port": "AKSON_HOUSEKEEPING_PORT",
}


def environment_for(data: Path, port: int | None, postgres: Postgres, valkey: Valkey) -> dict[str, str]:
    """The `AKSON_*` settings of this instance; settings already in the environment are kept."""
    if port is not None:
        os.environ["AKSON_PORT"] = str(port)
    os.environ["AKSON_DATA"] = str(data)
    os.environ.setdefault("AKSON_ENVIRONMENT", "development")
    given = Settings()  # type: ignore[call-arg, unused-ignore]
    provider = f"http://127.0.0.1:{given.identity_provider_port}"
    values = {
        "AKSON_DATA": str(data),
        "AKSON_ENVIRONMENT": given.environment,
        "AKSON_KEYS": str(given.keys_folder),
        "AKSON_WITNESS": str(given.witness_file),
        "AKSON_DATABASE_URL": given.database_url or postgres.url,
        "AKSON_REDIS_URL": given.redis_url or valkey.url,
        "AKSON_PORTAL_URL": f"http://127.0.0.1:{given.port}",
        "AKSON_CORE_RECORD_URL": f"http://127.0.0.1:{given.core_record_port}",
        "AKSON_RESULTS_URL": f"http://127.0.0.1:{given.results_service_port}",
        "AKSON_JOURNAL_URL": f"http://127.0.0.1:{given.journal_api_port}",
        "AKSON_PANEL_URL": f"http://127.0.0.1:{given.citizen_panel_port}",
        "AKSON_HELSEID_ISSUER": f"{provider}/helseid",
        "AKSON_IDPORTEN_ISSUER": f"{provider}/idporten",
        **{f"AKSON_{name.upper()}": str(getattr(given, name)) for name in _PORT_SETTINGS},
    }
    if given.is_development:
        values["AKSON_FOLLOW_UP_FROM"] = _follow_up_from(data).isoformat()
    if given.schemas is not None:  # `akson status` is called from other folders
        values["AKSON_SCHEMAS"] = os.environ["AKSON_SCHEMAS"] = str(given.schemas.absolute())
    return {name: os.environ.get(name) or value for name, value in values.items()}


def _follow_up_from(data: Path) -> datetime:
    """Some days before the fictitious population's day: its years of results were followed up long ago."""
    plan, day = data / "population.json", datetime.now(OSLO).date()
    if plan.exists():
        day = date.fromisoformat(str(json.loads(plan.read_text())["anchor"]))
    return datetime.combine(day - _FRESH, time(), OSLO)


def check_ports(settings: Settings) -> None:
    """Every port must be free; raises `UpProblem` naming the port and the setting that moves it."""
    for name, setting in _PORT_SETTINGS.items():
        port: int = getattr(settings, name)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise UpProblem(
                    f"Port {port} is taken by another program. Stop it, or choose another with {setting}."
                ) from error


def children(settings: Settings, environment: dict[str, str]) -> list[Child]:
    """The services in the order in which they start; the portal comes last, from `portal_child`."""
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--no-ws", "--loop", "uvloop"]
    command += ["--host", "127.0.0.1", "--port", str(settings.identity_provider_port), "--workers", "1"]
    command += ["--log-level", "warning", "dev.identity_provider.app:app"]
    provider = Process("identity_provider", command, settings.identity_provider_port)
    table = [provider, *processes(settings).values()]
    return [Child(p.name, p.command, environment, p.ready_url) for p in table]
