"""The witness: every head as a line of JSON in a file outside the database.

Whoever rules the database can rewrite all of it, seals included, but not what was copied out of its reach.
The file only grows; it belongs on other storage than the database (docs/operations.md).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from core_record.access_log.heads import Head, HeadProblem

_LONGEST_LINE = 4096


class WitnessProblem(RuntimeError):
    """The witness file cannot be read, or does not fit the database; nothing may be sealed on it."""


def append(path: Path, heads: Iterable[Head]) -> None:
    """Add heads to the file, durably: they are on the disk when this returns."""
    lines = "".join(json.dumps(head.to_json(), separators=(",", ":")) + "\n" for head in heads)
    if not lines:
        return
    is_new = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, lines.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if is_new:
        _sync_folder(path.parent)


def read(path: Path) -> Iterator[tuple[int, Head | None]]:
    """Each line's number and its head; None for a line that is none. Nothing where there is no file."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            yield number, _head(line)


def last(path: Path) -> Head | None:
    """The newest head in the file.

    A line cut short by a crash is taken away: its head stands in the database and is written anew.
    Raises `WitnessProblem` when the last whole line is no head.
    """
    if not path.exists():
        return None
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        start = max(0, size - 2 * _LONGEST_LINE)
        file.seek(start)
        tail = file.read()
        whole = tail[: tail.rfind(b"\n") + 1]
        if len(whole) < len(tail):
            file.truncate(start + len(whole))
    lines = whole.splitlines()
    if not lines:
        return None
    head = _head(lines[-1])
    if head is None:
        raise WitnessProblem(f"the last line of {path} is no head: see docs/operations.md, Seals")
    return head


def _head(line: bytes) -> Head | None:
    try:
        return Head.from_json(json.loads(line))
    except (ValueError, HeadProblem):
        return None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
