"""Children of `akson up`: restarted when they crash, stopped at the end; leftovers end at the next start."""

from __future__ import annotations

import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dev.embedded import EmbeddedProblem, Postgres
from dev.runner.plan import UpProblem, check_ports
from dev.runner.supervisor import Child, ChildFailed, Supervisor
from kit.settings import Settings

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
STUBBORN = [sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str]) -> Iterator[Supervisor]:
    for name in ("log", "run"):
        (tmp_path / name).mkdir()
    made = Supervisor(tmp_path, said.append)
    yield made
    made.stop_all()


def wait_until(true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)


def child(name: str, command: list[str]) -> Child:
    return Child(name, command, dict(os.environ))


def test_a_crashed_child_is_told_and_started_again(supervisor: Supervisor, said: list[str]) -> None:
    worker = child("worker", SLEEPER)
    supervisor.start(worker)
    first = worker.process
    assert first is not None

    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    supervisor.watch()
    assert "worker stopped by itself (exit -9)" in said[0]

    wait_until(lambda: (supervisor.watch(), worker.process is not first)[1])
    assert worker.process is not None
    assert worker.process.poll() is None
    assert said[-1] == "worker: started again."


def test_what_a_killed_child_had_started_ends_before_it_is_started_again(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    note = tmp_path / "grandchild"
    script = (
        "import pathlib, subprocess, sys, time\n"
        "below = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"path = pathlib.Path({str(note)!r})\n"
        "path.with_suffix('.new').write_text(str(below.pid))\n"
        "path.with_suffix('.new').rename(path)\n"
        "time.sleep(600)\n"
    )
    server = child("server", [sys.executable, "-c", script])
    supervisor.start(server)
    assert server.process is not None
    wait_until(note.exists)
    below = int(note.read_text())

    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    assert running(below)
    supervisor.watch()
    wait_until(lambda: not running(below))


def running(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] not in "ZX"


def test_a_child_that_keeps_crashing_is_started_ever_later(supervisor: Supervisor) -> None:
    broken = child("broken", [sys.executable, "-c", "raise SystemExit(3)"])
    supervisor.start(broken)
    pauses = []
    for _ in range(2):
        wait_until(lambda: (supervisor.watch(), broken.restart_at is not None)[1])
        pauses.append(broken.pause)
        wait_until(lambda: (supervisor.watch(), broken.restart_at is None)[1])
    assert pauses[1] > pauses[0]


def test_a_child_that_never_comes_up_is_named_with_the_end_of_its_log(supervisor: Supervisor) -> None:
    broken = child("broken", [sys.executable, "-c", "raise SystemExit('no such table')"])
    broken.ready_url = "http://127.0.0.1:9/health/ready"
    supervisor.start(broken)
    with pytest.raises(ChildFailed, match=r"broken did not start[\s\S]*no such table"):
        supervisor.wait_ready(broken)


def test_all_children_end_even_a_stubborn_one(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dev.runner.supervisor._PATIENCE", 0.3)
    both = [child("one", SLEEPER), child("two", STUBBORN)]
    for each in both:
        supervisor.start(each)
    supervisor.stop_all()
    assert all(each.process is not None and each.process.poll() is not None for each in both)


def test_what_a_killed_runner_left_behind_is_stopped_at_the_next_start(
    supervisor: Supervisor, tmp_path: Path, said: list[str]
) -> None:
    left = child("left", SLEEPER)
    supervisor.start(left)
    assert left.process is not None

    next_run = Supervisor(tmp_path, said.append)
    next_run.stop_leftovers()
    assert left.process.wait(5) is not None
    assert "1 processes" in said[0]
    assert not (tmp_path / "run" / "pids.json").exists()


def test_a_pid_that_is_another_program_now_is_left_alone(supervisor: Supervisor, tmp_path: Path) -> None:
    innocent = child("innocent", SLEEPER)
    supervisor.start(innocent)
    assert innocent.process is not None
    pids = tmp_path / "run" / "pids.json"
    pids.write_text(f'[{{"name": "x", "pid": {innocent.process.pid}, "started": "1", "signal": 15}}]')
    Supervisor(tmp_path, print).stop_leftovers()
    assert innocent.process.poll() is None


def test_a_taken_port_is_a_clear_error_that_names_the_setting() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UpProblem, match=f"Port {port} is taken.*--port or AKSON_PORT"):
            check_ports(Settings(port=port))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's database runs as another user")
def test_a_folder_the_database_cannot_reach_names_one_that_works() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="akson-") as closed,  # mode 700
        pytest.raises(EmbeddedProblem, match="/var/lib/akson"),
    ):
        Postgres(Path(closed) / "data").prepare()


def test_a_path_too_long_for_a_socket_is_a_clear_error() -> None:
    with pytest.raises(EmbeddedProblem, match="too long"):
        Postgres(Path("/", "x" * 90))
