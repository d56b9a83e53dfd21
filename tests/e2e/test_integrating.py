"""The programs of the integration page, as they stand there, against the running product."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import AKSON, MESSAGES, ROOT, Instance

PROGRAMS = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "integrating.md").read_text(), re.DOTALL)


def run(akson: Instance, *programs: str, **more: str) -> str:
    """What the programs print, run as one by somebody who has the product's address and no code of it."""
    known = json.loads((akson.data / "run" / "instance.json").read_text())
    mine = {"PATH": f"{AKSON.parent}:{akson.environment['PATH']}", **akson.environment, **known, **more}
    done = subprocess.run(
        [sys.executable, "-I", "-c", "\n".join(programs)],
        cwd=akson.data,
        env={**mine, "PATH": f"{AKSON.parent}:{mine['PATH']}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_given_the_pages_client_then_results_are_fetched_page_by_page(akson: Instance) -> None:
    client, fetching, _ = PROGRAMS
    said = run(akson, client, fetching)
    assert re.fullmatch(r"\d{2,} reports; the newest has \d+ versions\n", said)


@pytest.mark.parametrize(
    ("message", "status", "receipt"),
    [
        ("ringt-kalium.xml", "processed", 200),
        ("bad/uten-fodselsnummer.xml", "needs-attention", 200),
        ("bad/avkuttet.xml", "rejected", 404),
    ],
)
def test_given_the_pages_client_then_a_report_is_delivered_and_its_receipt_read(
    akson: Instance, message: str, status: str, receipt: int
) -> None:
    client, _, delivering = PROGRAMS
    said = run(akson, client, delivering, MESSAGE=str(Path(MESSAGES / message)))
    assert said.startswith(f"{status} ")
    assert f"\n{receipt} " in said
    assert ("<AppRec " in said) is (receipt == 200)
