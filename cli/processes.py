"""The product's processes and their command lines: for `akson up`, `akson serve` and the containers."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from kit.settings import Settings

# Workers need know nothing of each other: to find out costs a second at every start, and breaks with Valkey.
_ALONE = ("--without-gossip", "--without-mingle", "--without-heartbeat")
_QUIET = ("--loglevel", "WARNING")


@dataclass(frozen=True)
class Process:
    """One process: its command, and the address that tells when it can work (None: no address)."""

    name: str
    command: list[str]
    port: int | None = None

    @property
    def ready_url(self) -> str | None:
        """`/health/ready` on loopback."""
        return f"http://127.0.0.1:{self.port}/health/ready" if self.port else None


def _service(name: str, target: str, port: int, host: str) -> Process:
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--no-ws", "--loop", "uvloop"]
    command += ["--host", host, "--port", str(port), "--workers", "1", "--log-level", "warning", target]
    return Process(name, command, port)


def processes(settings: Settings, host: str = "127.0.0.1") -> dict[str, Process]:
    """The product's own processes in the order in which they start; the portal is `portal.build`'s."""
    worker = [sys.executable, "-m", "celery", "-A", "results_service.worker"]
    table = [
        _service("core_record", "core_record.app:app", settings.core_record_port, host),
        _service("results_service", "results_service.app:app", settings.results_service_port, host),
        _service("journal_api", "journal_api.app:app", settings.journal_api_port, host),
        _service("citizen_panel", "citizen_panel.app:app", settings.citizen_panel_port, host),
        _service("sealer", "core_record.sealer:app", settings.sealer_port, host),
        _service("housekeeping", "core_record.housekeeping:app", settings.housekeeping_port, host),
        Process("worker", [*worker, "worker", *_ALONE, *_QUIET, "--concurrency", "2", "-n", "intake@%h"]),
        Process("beat", [*worker, "beat", *_QUIET, "--pidfile", ""]),
    ]
    return {process.name: process for process in table}
