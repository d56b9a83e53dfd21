"""The whole suite in several processes (`make test`), and the proof that every collected test ran.

Each process has servers of its own (`tests/conftest.py`), and a file's tests stay together. The browser tests
share one running product and one process, which runs nothing else: while Playwright lives, its event loop
counts as running, which other asynchronous tests cannot bear.
"""

from __future__ import annotations

import os

import pytest
from _pytest.terminal import TerminalReporter
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

BROWSER = "tests/e2e/"
NO_BROWSER = "tests/e2e/test_up.py"
LONGEST_FIRST = (
    "tests/unit/benchmarks/",
    "tests/faults/",
    "tests/contract/",
    "tests/integration/",
    NO_BROWSER,
)
"""What takes long begins early, so that the processes end together; `akson up` once the portal is built."""


def scope(nodeid: str) -> str:
    """What a test must stay together with: its file; all that drive the browser."""
    file = nodeid.partition("::")[0]
    return BROWSER if file.startswith(BROWSER) and file != NO_BROWSER else file


def rank(name: str) -> int:
    """Place of a scope in the queue: the smaller, the earlier."""
    found = (place for place, start in enumerate(LONGEST_FIRST) if name.startswith(start))
    return next(found, len(LONGEST_FIRST))


class Scheduling(LoadScopeScheduling):
    """A file at a time; the browser's tests first, in a process that gets nothing else."""

    def _split_scope(self, nodeid: str) -> str:
        return scope(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        browser_at = -1 if len(self.nodes) > 1 else len(LONGEST_FIRST) + 1
        first = min(self.workqueue, key=lambda name: browser_at if name == BROWSER else rank(name))
        self.workqueue.move_to_end(first, last=False)
        super()._assign_work_unit(node)

    def _reschedule(self, node: WorkerController) -> None:
        if BROWSER in self.assigned_work[node] and not node.shutting_down:
            node.shutdown()  # once it has run what it has
        super()._reschedule(node)


class Ledger:
    """Which tests were collected and which were run: where the two differ, the run has failed."""

    def __init__(self) -> None:
        self.collected: set[str] = set()
        self.run: set[str] = set()
        self.to_its_end = False

    @property
    def left_out(self) -> list[str]:
        return sorted(self.collected - self.run)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.collected.update(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: WorkerController, ids: list[str]) -> None:
        self.collected.update(ids)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            self.run.add(report.nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        stopped = session.shouldfail or session.shouldstop or session.config.option.collectonly
        ended = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
        self.to_its_end = ended and not stopped
        if self.left_out and self.to_its_end:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        if self.left_out and self.to_its_end:
            terminalreporter.section("collected, but not run")
            for nodeid in self.left_out:
                terminalreporter.line(nodeid)


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # the process that reports, not one that only runs
        config.pluginmanager.register(Ledger(), "akson-ledger")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than processors: the browser's tests wait half of their time."""
    return max(2, len(os.sched_getaffinity(0))) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling:
    return Scheduling(config, log)
