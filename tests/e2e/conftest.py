"""The running product, started as a user starts it: `akson up` with free ports and a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e import steps
from tests.ports import free_port

AKSON = Path(sys.executable).parent / "akson"
ROOT = Path(__file__).resolve().parents[2]
_PORTS = (
    "PORT",
    "IDENTITY_PROVIDER_PORT",
    "CORE_RECORD_PORT",
    "RESULTS_SERVICE_PORT",
    "SEALER_PORT",
    "HOUSEKEEPING_PORT",
    "JOURNAL_API_PORT",
    "CITIZEN_PANEL_PORT",
    "SAMPLE_APP_PORT",
)
START_SECONDS = 300
MESSAGES = ROOT / "tests" / "messages"
WAITS = MESSAGES / "bad" / "uten-fodselsnummer.xml"  # for an operator; it names nobody
expect.set_options(timeout=15_000)  # the machine may be busy
Visit = Callable[[str], Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Last: while Playwright lives, its event loop counts as running, which other async tests cannot bear."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.timeout(START_SECONDS + 120))
    items.sort(key=lambda item: item.path.is_relative_to(here))


@dataclass
class Instance:
    """One `akson up` and what it printed."""

    data: Path
    environment: dict[str, str]
    lines: list[str] = field(default_factory=list)
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.environment['AKSON_PORT']}"

    def start(self, *options: str) -> None:
        """Start and wait for `Ready:`."""
        self.lines = []
        self.process = subprocess.Popen(
            [str(AKSON), "up", "--data", str(self.data), *options],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._read, args=(self.process,), daemon=True).start()
        deadline = time.monotonic() + START_SECONDS
        while not any(line.startswith("Ready: ") for line in self.lines):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                pytest.fail("akson up did not become ready:\n" + "\n".join(self.lines))
            time.sleep(0.1)

    def stop(self, number: int = signal.SIGINT) -> int:
        """Press Ctrl-C and wait."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(90)

    def run(self, *arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Another command against this instance."""
        return subprocess.run(
            [str(AKSON), *arguments],
            cwd=folder or self.data,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self.lines.extend(line.rstrip("\n") for line in process.stdout)


def new_instance(folder: Path) -> Instance:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("AKSON_")}
    ports = {name: free_port() for name in _PORTS}
    environment = {
        **kept,
        **{f"AKSON_{name}": str(port) for name, port in ports.items()},
        "XDG_STATE_HOME": str(folder / "state"),
        "NO_COLOR": "1",
        "PYTHONUNBUFFERED": "1",
    }
    return Instance(folder / "data", environment)


@pytest.fixture(scope="session")
def built_at(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of this run, of all its processes: where the portal has been built already, once it has."""
    folder = tmp_path_factory.getbasetemp()
    return (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "portal-built-at"


def take_build(built_at: Path, data: Path) -> None:
    """Spare an instance the portal's build, if there is one; without it, it builds its own as ever."""
    try:
        built = Path(built_at.read_text())
        shutil.copytree(built, data / "portal", symlinks=True, copy_function=os.link)
    except (OSError, shutil.Error):  # not yet built, or deleted with its instance
        shutil.rmtree(data / "portal", ignore_errors=True)


@pytest.fixture(scope="session")
def akson(built_at: Path) -> Iterator[Instance]:
    """The product with its personas, five more persons, and the messages of `tests/messages`."""
    with tempfile.TemporaryDirectory(prefix="akson-e2e-", dir="/tmp") as name:
        Path(name).chmod(0o755)
        instance = new_instance(Path(name))
        try:
            instance.start("--persons", "5")
            built_at.write_text(str(instance.data / "portal"))
            sent = instance.run("import", *map(str, [*sorted(MESSAGES.glob("*.xml")), WAITS]))
            assert sent.returncode == 0, sent.stderr
            yield instance
        finally:
            if instance.process is not None:
                instance.stop()


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Debian's Chromium, without calls to anywhere else."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed: see tests/install-chromium")
    return {
        "executable_path": path,
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    }


@pytest.fixture(scope="session")
def base_url(request: pytest.FixtureRequest) -> str:
    """The portal's address: of the instance that `--base-url` names, else of one started for the tests."""
    given = request.config.getoption("base_url")
    return given or request.getfixturevalue("akson").url


@pytest.fixture(scope="session")
def logins() -> dict[str, list[Any]]:
    """The cookies of whoever has logged in: one login each serves all tests that do not log out."""
    return {}


@pytest.fixture
def visit(browser: Browser, base_url: str, logins: dict[str, list[Any]]) -> Iterator[Visit]:
    """`visit("line")` gives a page in a browser where that person is logged in. No page may show a fault."""
    opened: list[tuple[Page, steps.Seen]] = []

    def come(name: str) -> Page:
        page = steps.new_page(browser, base_url)
        opened.append((page, steps.watch(page)))
        if name in logins:
            page.context.add_cookies(logins[name])
            page.goto(steps.home_of(name))
        else:
            steps.log_in(page, name)
            logins[name] = page.context.cookies()
        return page

    yield come
    for page, seen in opened:
        page.context.close()
        assert seen.problems == []
