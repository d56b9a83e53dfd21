"""Who is killed: one process of one child of the supervisor, always by SIGKILL."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from dev.runner.supervisor import Child


@dataclass(frozen=True)
class Victim:
    """`pick` chooses one of the process ids of the child called `child`."""

    name: str
    child: str
    pick: Callable[[int, Random], int | None]


def _itself(pid: int, _random: Random) -> int | None:
    return pid


def _one_below(pid: int, random: Random) -> int | None:
    below = processes_below(pid)
    return random.choice(below) if below else None


VICTIMS = (
    Victim("API: the process that serves", "results_service", _one_below),
    Victim("Celery: a child at work", "worker", _one_below),
    Victim("Valkey", "valkey", _itself),
    Victim("PostgreSQL: the postmaster", "postgres", _itself),
    Victim("Celery: the main process", "worker", _itself),
    Victim("API: the main process", "results_service", _itself),
    Victim("PostgreSQL: one backend", "postgres", _one_below),
    Victim("Celery: beat", "beat", _itself),
)


def kill(victim: Victim, child: Child, random: Random) -> int | None:
    """SIGKILL one process; None when there is none at the moment (it is just being started)."""
    if child.process is None or child.process.poll() is not None:
        return None
    pid = victim.pick(child.process.pid, random)
    if pid is None:
        return None
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return None
    return pid


def is_running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] not in "ZX"


def processes_below(pid: int) -> list[int]:
    """The direct children of a process (proc(5): /proc/PID/task/TID/children), threads' children included."""
    found: list[int] = []
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(number) for number in listed.read_text().split()]
        except OSError:
            continue  # a thread that ended meanwhile
    return [number for number in found if b"resource_tracker" not in _command(number)]


def processes_of(session: int) -> list[int]:
    """Every living process of a session (proc(5), field 6): what belongs to one start of a child."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] not in "ZX":
            found.append(int(stat.parent.name))
    return found


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
