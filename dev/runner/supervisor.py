"""Children of `akson up`: started in order, restarted when they crash, stopped all when it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_PATIENCE = 15.0


@dataclass
class Child:
    """One process: how to start it anew, and how it is doing."""

    name: str
    command: list[str]
    environment: dict[str, str]
    ready_url: str | None = None
    spawn_options: dict[str, object] = field(default_factory=dict)
    stop_signal: int = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = None
    pause: float = _FIRST_PAUSE
    restart_at: float | None = None
    started_at: float = 0.0


class Supervisor:
    """Keeps the children and a list of their process ids in `data`/run/pids.json."""

    def __init__(self, data: Path, say: Callable[[str], None]) -> None:
        self.data = data
        self.say = say
        self.children: list[Child] = []
        self._pids = data / "run" / "pids.json"

    def stop_leftovers(self) -> None:
        """Stop what a killed runner left behind; a pid that now is another program is left alone."""
        if not self._pids.exists():
            return
        left = [
            entry
            for entry in json.loads(self._pids.read_text())
            if _started(entry["pid"]) == entry["started"]
        ]
        if left:
            self.say(f"Stopping {len(left)} processes that an earlier run left behind.")
        for entry in reversed(left):
            _end_group(entry["pid"], entry["signal"])
        self._pids.unlink()

    def start(self, child: Child) -> None:
        """Start a child in a session of its own, its output in `data`/log/NAME.log."""
        with (self.data / "log" / f"{child.name}.log").open("ab") as log:
            child.process = subprocess.Popen(
                child.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=child.environment,
                start_new_session=True,
                **child.spawn_options,  # type: ignore[call-overload, unused-ignore]
            )
        child.started_at = time.monotonic()
        child.restart_at = None
        if child not in self.children:
            self.children.append(child)
        self._note_pids()

    def wait_ready(self, child: Child, timeout: float = 90) -> None:
        """Wait until the child answers; raises `ChildFailed` when it ends or takes too long."""
        deadline = time.monotonic() + timeout
        while child.ready_url:
            if child.process is not None and child.process.poll() is not None:
                raise ChildFailed(child.name, self.data / "log" / f"{child.name}.log")
            try:
                if httpx.get(child.ready_url, timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                pass  # not listening yet
            if time.monotonic() > deadline:
                raise ChildFailed(child.name, self.data / "log" / f"{child.name}.log")
            time.sleep(0.1)

    def watch(self) -> None:
        """One round: say which child ended and start it again, later each time it ends at once."""
        now = time.monotonic()
        for child in self.children:
            if child.restart_at is not None and now >= child.restart_at:
                self.start(child)
                self.say(f"{child.name}: started again.")
            elif child.restart_at is None and child.process is not None and child.process.poll() is not None:
                child.pause = (
                    _FIRST_PAUSE if now - child.started_at > 60 else min(child.pause * 2, _LONGEST_PAUSE)
                )
                child.restart_at = now + child.pause
                # A server whose parent was killed goes on serving beside the next one, out of anyone's reach.
                _signal_group(child.process.pid, signal.SIGKILL)
                log = self.data / "log" / f"{child.name}.log"
                self.say(
                    f"{child.name} stopped by itself (exit {child.process.returncode}); "
                    f"starting it again in {child.pause:.0f} s. Its log: {log}"
                )

    def stop_all(self) -> None:
        """Stop every child, the last started first."""
        for child in reversed(self.children):
            if child.process is not None and child.process.poll() is None:
                _signal_group(child.process.pid, child.stop_signal)
                try:
                    child.process.wait(_PATIENCE)
                except subprocess.TimeoutExpired:
                    _signal_group(child.process.pid, signal.SIGKILL)
                    child.process.wait()
            if child.process is not None:
                _signal_group(child.process.pid, signal.SIGKILL)  # grandchildren that outlived it
        self._pids.unlink(missing_ok=True)

    def _note_pids(self) -> None:
        running = [c for c in self.children if c.process is not None and c.process.poll() is None]
        self._pids.write_text(json.dumps(list(_entries(running))))


class ChildFailed(RuntimeError):
    """A child did not come up; the message names its log."""

    def __init__(self, name: str, log: Path) -> None:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-12:]) if log.exists() else ""
        super().__init__(f"{name} did not start. The end of {log}:\n{tail}")


def _entries(children: list[Child]) -> Iterator[dict[str, object]]:
    for child in children:
        if child.process is not None:
            pid = child.process.pid
            yield {"name": child.name, "pid": pid, "started": _started(pid), "signal": child.stop_signal}


def _started(pid: int) -> str | None:
    """Start time in clock ticks since boot (proc(5), field 22); with the pid it identifies a process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return stat.rsplit(")", 1)[1].split()[19]


def _signal_group(pid: int, number: int) -> None:
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return  # it has ended already


def _end_group(pid: int, number: int) -> None:
    _signal_group(pid, number)
    deadline = time.monotonic() + _PATIENCE
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    _signal_group(pid, signal.SIGKILL)
