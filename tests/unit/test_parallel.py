"""`make test` in several processes: the browser's tests keep to one, and nothing is silently left out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.parallel import BROWSER, LONGEST_FIRST, NO_BROWSER, rank, scope

ROOT = Path(__file__).resolve().parents[2]
NOTE = """
import os
import pytest

@pytest.mark.parametrize("number", range(4))
def test_noted(number, request):
    with open(os.environ["NOTES"], "a") as notes:
        notes.write(f"{os.getpid()} {request.node.nodeid}\\n")
"""
FILES = ("tests/e2e/test_a.py", "tests/e2e/test_b.py", "tests/integration/test_c.py", "tests/unit/test_d.py")
LEFT_OUT = "def pytest_runtest_protocol(item):\n    return True if item.name == 'test_noted[2]' else None\n"


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A suite of four files, two of them the browser's; each test notes its process."""
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(NOTE)
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\ntestpaths = tests\naddopts = -q --import-mode=importlib\n"
    )
    return tmp_path


def pytest_in(suite: Path, *arguments: str) -> tuple[subprocess.CompletedProcess[str], dict[str, set[str]]]:
    """Run it with our plugin; also the processes that ran each file's tests."""
    notes = suite / "notes"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    kept["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # the others take most of the time
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "xdist", "-p", "tests.parallel", *arguments],
        cwd=suite,
        env={**kept, "PYTHONPATH": f"{ROOT}{os.pathsep}{suite}", "NOTES": str(notes)},
        capture_output=True,
        text=True,
        check=False,
    )
    ran: dict[str, set[str]] = {}
    for line in notes.read_text().splitlines():
        process, nodeid = line.split()
        ran.setdefault(nodeid.partition("::")[0], set()).add(process)
    return done, ran


@pytest.mark.parametrize("processes", ["1", "3"])
def test_given_processes_when_run_then_every_test_runs_once_and_a_file_keeps_together(
    suite: Path, processes: str
) -> None:
    done, ran = pytest_in(suite, "-n", processes)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "16 passed" in done.stdout.splitlines()[-1]
    assert len((suite / "notes").read_text().splitlines()) == 16
    assert set(ran) == set(FILES)
    assert all(len(by) == 1 for by in ran.values()), json.dumps({k: sorted(v) for k, v in ran.items()})
    assert ran[FILES[0]] == ran[FILES[1]], "the browser's tests share a process"
    if processes != "1":
        assert ran[FILES[0]].isdisjoint(ran[FILES[2]] | ran[FILES[3]]), "which runs nothing else"


@pytest.mark.parametrize("processes", [(), ("-n", "1")])
def test_given_a_test_that_is_not_run_when_all_others_pass_then_the_run_fails_and_names_it(
    suite: Path, processes: tuple[str, ...]
) -> None:
    (suite / "conftest.py").write_text(LEFT_OUT)
    done, _ = pytest_in(suite, *processes)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "collected, but not run" in done.stdout
    assert "tests/unit/test_d.py::test_noted[2]" in done.stdout
    assert "tests/unit/test_d.py::test_noted[1]" not in done.stdout


def test_given_a_failing_test_when_run_in_parallel_then_the_closing_line_counts_it(suite: Path) -> None:
    (suite / "tests" / "unit" / "test_d.py").write_text("def test_wrong():\n    assert False\n")
    done, _ = pytest_in(suite, "-n", "2")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].startswith("1 failed, 12 passed")


def test_what_takes_long_comes_first_and_the_runners_tests_need_no_browser() -> None:
    assert scope("tests/e2e/test_table.py::test_x[a::b]") == BROWSER
    assert scope(f"{NO_BROWSER}::test_x") == NO_BROWSER
    files = [str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py")]
    assert all(any(file.startswith(start) for file in files) for start in LONGEST_FIRST)
    assert rank("tests/faults/test_faults.py") < rank("tests/integration/a.py") < rank("tests/unit/a.py")
