"""Processes by what the kernel tells of them (proc(5))."""

from __future__ import annotations

from pathlib import Path


def is_running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] not in "ZX"


def processes_below(pid: int) -> list[int]:
    """The direct children of a process (/proc/PID/task/TID/children), threads' children included."""
    return [number for number in _children(pid) if b"resource_tracker" not in _command(number)]


def tree_of(pid: int) -> list[int]:
    """A process and all below it, the deepest last."""
    found = [pid]
    for one in found:
        found += _children(one)
    return found


def processes_of(session: int) -> list[int]:
    """Every living process of a session (field 6): what belongs to one start of a child."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] not in "ZX":
            found.append(int(stat.parent.name))
    return found


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(number) for number in listed.read_text().split()]
        except OSError:
            continue  # a thread that ended meanwhile
    return found


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
