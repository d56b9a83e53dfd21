"""The running instance: where `akson up` left its settings, so that other commands need no options.

`akson up` writes `DIR/run/instance.json` (mode 600: it holds Valkey's password) and, since DIR may be any
folder, a pointer to DIR in the user's state folder.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from kit.settings import default_data_folder


class NoInstance(RuntimeError):
    """No running instance was found; the message says what to do."""


def pointer_file() -> Path:
    """Where the newest instance's DIR is noted for this user."""
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "akson" / "instance"


def write_instance(data: Path, environment: dict[str, str]) -> None:
    """Note a running instance's `AKSON_*` settings."""
    path = data / "run" / "instance.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(environment, indent=1))
    pointer = pointer_file()
    pointer.parent.mkdir(parents=True, exist_ok=True)
    pointer.write_text(str(data))


def forget_instance(data: Path) -> None:
    """The instance has stopped."""
    (data / "run" / "instance.json").unlink(missing_ok=True)
    pointer = pointer_file()
    if pointer.exists() and pointer.read_text() == str(data):
        pointer.unlink()


def use_instance() -> None:
    """Bring the running instance's settings into the environment; what is set there already wins.

    With `AKSON_DATABASE_URL` set there is nothing to find: the environment describes the instance.
    Raises `NoInstance`.
    """
    if os.environ.get("AKSON_DATABASE_URL"):
        return
    for folder in _candidates():
        path = folder / "run" / "instance.json"
        if path.exists():
            for name, value in json.loads(path.read_text()).items():
                os.environ.setdefault(name, value)
            return
    raise NoInstance(
        "No running Akson was found. Start one with `make run` or `akson up`, or set AKSON_DATA."
    )


def _candidates() -> list[Path]:
    if named := os.environ.get("AKSON_DATA"):
        return [Path(named)]
    pointer = pointer_file()
    pointed = [Path(pointer.read_text())] if pointer.exists() else []
    return [*pointed, default_data_folder()]
