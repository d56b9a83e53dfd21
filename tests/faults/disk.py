"""A small disk of its own for the database, in memory, so that it can be filled without harm to anybody."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from pathlib import Path

_SIZE = "900m"
WAL_ON_DISK = "192MB"
"""How much of it the write-ahead log may take."""
_BLOCK = bytes(1 << 16)


class Disk:
    """A tmpfs mounted at `place`."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def unmount(self) -> None:
        """Give the memory back."""
        subprocess.run(["umount", "--lazy", str(self.place)], check=True)

    def fill(self) -> None:
        """Until not a byte is free."""
        with self._balloon.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(_BLOCK)

    def relieve(self) -> None:
        """Give the room back."""
        self._balloon.unlink(missing_ok=True)

    @property
    def _balloon(self) -> Path:
        return self.place / "balloon"


def mounted(place: Path) -> Disk | None:
    """A disk at `place`, made anew; None where mounting is not allowed."""
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        return None
    place.mkdir(parents=True, exist_ok=True)
    command = [mount, "-t", "tmpfs", "-o", f"size={_SIZE},mode=0755", "tmpfs", str(place)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        return None
    return Disk(place)
