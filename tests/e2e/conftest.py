"""The running product, started as a user starts it: `akson up` with free ports and a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

AKSON = Path(sys.executable).parent / "akson"
ROOT = Path(__file__).resolve().parents[2]
_PORTS = ("PORT", "IDENTITY_PROVIDER_PORT", "CORE_RECORD_PORT", "RESULTS_SERVICE_PORT")
START_SECONDS = 300


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


@dataclass
class Instance:
    """One `akson up` and what it printed."""

    data: Path
    environment: dict[str, str]
    lines: list[str] = field(default_factory=list)
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.environment['AKSON_PORT']}"

    def start(self, *options: str) -> None:
        """Start and wait for `Ready:`."""
        self.lines = []
        self.process = subprocess.Popen(
            [str(AKSON), "up", "--data", str(self.data), *options],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._read, args=(self.process,), daemon=True).start()
        deadline = time.monotonic() + START_SECONDS
        while not any(line.startswith("Ready: ") for line in self.lines):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                pytest.fail("akson up did not become ready:\n" + "\n".join(self.lines))
            time.sleep(0.1)

    def stop(self, number: int = signal.SIGINT) -> int:
        """Press Ctrl-C and wait."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(90)

    def run(self, *arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Another command against this instance."""
        return subprocess.run(
            [str(AKSON), *arguments],
            cwd=folder or self.data,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self.lines.extend(line.rstrip("\n") for line in process.stdout)


def new_instance(folder: Path) -> Instance:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("AKSON_")}
    ports = dict(zip(_PORTS, free_ports(len(_PORTS)), strict=True))
    environment = {
        **kept,
        **{f"AKSON_{name}": str(port) for name, port in ports.items()},
        "XDG_STATE_HOME": str(folder / "state"),
        "NO_COLOR": "1",
        "PYTHONUNBUFFERED": "1",
    }
    return Instance(folder / "data", environment)


@pytest.fixture(scope="session")
def akson() -> Iterator[Instance]:
    """The product with its personas and five more persons."""
    with tempfile.TemporaryDirectory(prefix="akson-e2e-", dir="/tmp") as name:
        Path(name).chmod(0o755)
        instance = new_instance(Path(name))
        try:
            instance.start("--persons", "5")
            yield instance
        finally:
            if instance.process is not None:
                instance.stop()


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Debian's Chromium, without calls to anywhere else."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed: see tests/install-chromium")
    return {
        "executable_path": path,
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    }


@pytest.fixture(scope="session")
def base_url(akson: Instance) -> str:
    return akson.url
