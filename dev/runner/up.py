"""`akson up`: everything on this machine, from an empty folder to `Ready:` and back to nothing running."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg
from rich.console import Console

from cli.instance import forget_instance, write_instance
from cli.schemas import schema_state
from core_record.registers.service import verify_keys_sync
from dev.embedded import EmbeddedProblem, Postgres, Valkey
from dev.runner.plan import UpProblem, check_ports, children, environment_for
from dev.runner.supervisor import Child, ChildFailed, Supervisor
from kit.keys import KeyProblem, KeyRing
from kit.migrate import upgrade_all
from kit.norway import OSLO
from kit.roles import OWNER
from kit.settings import Settings, get_settings

console = Console(highlight=False)


def up(data: Path, port: int | None, persons: int) -> int:
    """Start, watch, stop. Returns the exit status: 0 after Ctrl-C, 1 after a problem that it has told."""
    data = data.absolute()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        data.mkdir(parents=True, exist_ok=True)
        with _alone(data):
            Runner(data, port, persons).run()
    except KeyboardInterrupt:
        return 0
    except (UpProblem, EmbeddedProblem, ChildFailed, KeyProblem) as problem:
        console.print(f"[bold red]Akson did not start.[/] {problem}", soft_wrap=True)
        return 1
    return 0


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One runner per folder."""
    with (data / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UpProblem(
                f"Akson already runs with {data}. Use it, or stop it first (Ctrl-C there)."
            ) from error
        yield


class Runner:
    """One run of everything."""

    def __init__(self, data: Path, port: int | None, persons: int) -> None:
        self.data = data
        self.persons = persons
        self.postgres, self.valkey = Postgres(data), Valkey(data)
        self.environment = environment_for(data, port, self.postgres, self.valkey)
        os.environ.update(self.environment)
        get_settings.cache_clear()
        self.settings: Settings = get_settings()
        self.supervisor = Supervisor(data, lambda text: console.print(text, soft_wrap=True))
        self.build = _PortalBuild(data / "portal")

    def run(self) -> None:
        """Start everything, then watch until interrupted; stop everything whatever happens."""
        try:
            self._start()
            console.print(f"Ready: {self.settings.portal_url}", soft_wrap=True)
            while True:
                time.sleep(0.5)
                self.supervisor.watch()
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            console.print("Stopping …")
            forget_instance(self.data)
            self.supervisor.stop_all()

    def _start(self) -> None:
        (self.data / "log").mkdir(exist_ok=True)
        (self.data / "run").mkdir(exist_ok=True)
        self.supervisor.stop_leftovers()
        check_ports(self.settings)
        self._look_at_schemas()
        self.build.start()
        with _step("Database"):
            self._start_database()
        with _step("Valkey"):
            self._start_valkey()
        with _step("Migrations and keys"):
            upgrade_all(self.settings.dsn(OWNER))
            keys = KeyRing.load(self.settings.keys_folder, create=self.settings.is_development)
            with psycopg.connect(self.settings.dsn("akson_core")) as conn:
                verify_keys_sync(conn, keys)
        self._start_services()
        write_instance(self.data, self.environment)
        self._seed_once()
        with _step("Portal"):
            self._start_portal()

    def _look_at_schemas(self) -> None:
        state, words = schema_state(self.settings)
        if state and not words:
            raise UpProblem(state)
        if words:
            console.print(words, soft_wrap=True, markup=False)

    def _start_database(self) -> None:
        if self.settings.database_url != self.postgres.url:
            return  # the operator's own server
        self.postgres.prepare()
        child = Child("postgres", self.postgres.command(), dict(os.environ), stop_signal=signal.SIGINT)
        child.spawn_options = self.postgres.spawn_options()
        self.supervisor.start(child)
        self.postgres.wait_ready()

    def _start_valkey(self) -> None:
        if self.settings.redis_url != self.valkey.url:
            return
        self.valkey.prepare()
        self.supervisor.start(Child("valkey", self.valkey.command(), dict(os.environ)))
        self.valkey.wait_ready()

    def _start_services(self) -> None:
        table = children(self.settings, dict(os.environ))
        with _step("Services"):
            for child in table:
                self.supervisor.start(child)
            for child in table:
                self.supervisor.wait_ready(child)

    def _seed_once(self) -> None:
        if not self.settings.is_development:
            return
        mark, panel_mark = self.data / "seeded", self.data / "seeded-panel"
        if not mark.exists():
            from dev.seed import seed  # noqa: PLC0415 - the generator is needed at the first start alone

            console.print(f"Loading personas and {self.persons} fictitious persons through the intake")
            seed(self.persons)
            mark.write_text(str(self.persons))
        if not panel_mark.exists():
            from dev.panel import seed_panel  # noqa: PLC0415 - likewise

            with _step("Citizen panel"):
                made = asyncio.run(seed_panel(self.settings, KeyRing.load(self.settings.keys_folder)))
            panel_mark.write_text(str(made))
        self._write_today(int(mark.read_text()))

    def _write_today(self, persons: int) -> None:
        """A new day has its own contacts; the journal's first start of the day writes them."""
        from dev.orders import write_orders  # noqa: PLC0415 - likewise
        from dev.seed import registers_of  # noqa: PLC0415
        from dev.today import write_today  # noqa: PLC0415

        mark, today = self.data / "today", datetime.now(OSLO).date().isoformat()
        if not mark.exists() or mark.read_text() != today:
            with _step("Today's contacts"):
                registers = registers_of(self.data, persons)
                write_today(self.settings, registers)
                write_orders(self.settings, registers)
            mark.write_text(today)

    def _start_portal(self) -> None:
        from portal.build import portal_command  # noqa: PLC0415 - Reflex takes its time to import

        folder = self.build.finish()
        command, extra = portal_command(self.settings.port, folder)
        child = Child("portal", command, {**os.environ, **extra})
        child.ready_url = f"http://127.0.0.1:{self.settings.port}/health/ready"
        self.supervisor.start(child)
        self.supervisor.wait_ready(child)


class _PortalBuild:
    """The portal's frontend is built beside the other start-up work."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def finish(self) -> Path:
        """Wait; raises `UpProblem` when the build failed."""
        self._thread.join()
        if self.error is not None:
            raise UpProblem(f"The portal could not be built: {self.error}") from self.error
        return self.folder

    def _run(self) -> None:
        from portal.build import build_portal  # noqa: PLC0415

        try:
            build_portal(self.folder)
        except Exception as error:  # noqa: BLE001 - told by `finish`, on the main thread
            self.error = error


@contextmanager
def _step(name: str) -> Iterator[None]:
    started = time.monotonic()
    console.print(f"{name} … ", end="", soft_wrap=True)
    try:
        yield
    except BaseException:
        console.print("failed")
        raise
    console.print(f"done ({time.monotonic() - started:.1f} s)")
