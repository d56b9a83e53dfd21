"""A clinician's screen in a real browser: from choosing a person to results on screen, and what follows.

Starts `akson up` with a folder and ports of its own, sends a person's course through the intake, and measures
in Chromium from the click to the frame in which the answer is painted.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.courses import course
from benchmarks.figures import Figure, show

_AKSON = Path(sys.executable).parent / "akson"
_PORTS = ("PORT", "IDENTITY_PROVIDER_PORT", "CORE_RECORD_PORT", "RESULTS_SERVICE_PORT")
_PATIENT, _NAME, _DOCTOR = "12057900499", "Telokk", "Magnar Koman"
_START_SECONDS = 300
_PATIENTS = "/clinician/patients"
_OPEN_LIMIT_MS, _STEP_LIMIT_MS = 500.0, 100.0

# Runs in the page: click, then look once a frame until the answer is there; milliseconds between.
_MEASURE = """
async ([press, wanted, text]) => {
  const there = () => {
    const found = document.querySelector(wanted);
    return found && (!text || found.textContent.includes(text)) ? found : null;
  };
  const before = there() && there().textContent;
  const start = performance.now();
  document.querySelector(press).click();
  while (true) {
    await new Promise(requestAnimationFrame);
    const found = there();
    if (found && found.textContent !== before) {
      await new Promise(requestAnimationFrame);
      return performance.now() - start;
    }
    if (performance.now() - start > 20000) return -1;
  }
}
"""
_TYPE = """
async ([field, typed]) => {
  const rows = () => document.querySelector('[data-testid="reports"]')?.textContent;
  const input = document.querySelector(field);
  const before = rows();
  const start = performance.now();
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(input, typed);
  input.dispatchEvent(new Event('input', {bubbles: true}));
  while (performance.now() - start < 20000) {
    await new Promise(requestAnimationFrame);
    if (rows() !== before) { await new Promise(requestAnimationFrame); return performance.now() - start; }
  }
  return -1;
}
"""


def run(reports: int = 500, rounds: int = 20) -> list[Figure]:
    """p50 and p95 of each step, in milliseconds, each p95 beside its limit; nothing without Chromium."""
    if shutil.which("chromium") is None:
        print("screen: Chromium is not installed (tests/install-chromium): not measured")
        return []
    with _running() as (url, command), tempfile.TemporaryDirectory(prefix="akson-course-") as name:
        folder = Path(name)
        for index, message in enumerate(course(_PATIENT, reports)):
            (folder / f"{index:05d}.xml").write_bytes(message)
        command("import", name)
        with _page(url) as page:
            _log_in(page, url)
            times: dict[str, list[float]] = {}
            for _ in range(rounds):
                for step, took in _round(page):
                    times.setdefault(step, []).append(took)
    figures = [figure for step, found in times.items() for figure in _figures(step, found)]
    show(f"screen: a person with {reports} reports more than the population's", figures, _NOTES)
    return figures


_NOTES = (
    "headless Chromium on this machine; from the click to the second frame after the answer is in the page",
    "every opening is decided and logged; the rest of the reports and the table follow behind the first page",
)


def _round(page: Page) -> Iterator[tuple[str, float]]:
    """Open the patient from one's list, wait until all is fetched, then filter, sort, look over time."""
    page.click('nav a[href="/clinician/patients"]')
    page.get_by_test_id("own-patients").wait_for()
    page.fill('input[type="search"]', _NAME)
    expect(page.get_by_test_id("own-patients").locator("tbody tr")).to_have_count(1)
    first = '[data-testid="report-row"]'
    yield (
        "person chosen → results on screen",
        _timed(page, '[data-testid="own-patients"] tbody button', first),
    )
    page.locator('.results-covered[data-complete="yes"]').wait_for()
    box, rows = '[data-testid="abnormal-only"]', '[data-testid="reports"] tbody'
    yield "filter by abnormal", _timed(page, box, rows)
    yield "filter off", _timed(page, box, rows)
    yield "filter by text", page.evaluate(_TYPE, ['[data-testid="filter-text"]', "kalium"])
    page.locator('[data-testid="report-row"]').first.wait_for()
    page.evaluate(_TYPE, ['[data-testid="filter-text"]', ""])
    yield "sort", _timed(page, ".results-col-kind button, th.results-col-kind button", rows)
    yield "sort back", _timed(page, "th.results-col-sampled button", rows)
    table = '[data-testid="view-choice"] button:nth-of-type(2)'
    yield "table", _timed(page, table, '[data-testid="cumulative"]')
    yield "table, older", _timed(page, '[data-testid="older"]', '[data-testid="cumulative"]')
    yield "over time", _timed(page, '[data-testid="table-trend"]', '[data-testid="trend-view"]')


def _timed(page: Page, press: str, wanted: str, text: str = "") -> float:
    took: float = page.evaluate(_MEASURE, [press, wanted, text])
    if took < 0:
        raise RuntimeError(f"{press}: no answer in {wanted}")
    return took


def _figures(step: str, found: list[float]) -> list[Figure]:
    found = sorted(found)
    limit = _OPEN_LIMIT_MS if step.startswith("person chosen") else _STEP_LIMIT_MS
    p95 = found[min(len(found) - 1, round(0.95 * len(found)))]
    return [Figure(f"{step}, p50", found[len(found) // 2], "ms"), Figure(f"{step}, p95", p95, "ms", limit)]


@contextmanager
def _running() -> Iterator[tuple[str, Callable[..., None]]]:
    """`akson up` with the personas alone: its address, and a way to run other commands against it."""
    with tempfile.TemporaryDirectory(prefix="akson-screen-", dir="/tmp") as name:
        Path(name).chmod(0o755)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("AKSON_")}
        ports = dict(zip(_PORTS, _free_ports(len(_PORTS)), strict=True))
        environment |= {f"AKSON_{key}": str(port) for key, port in ports.items()}
        environment |= {"XDG_STATE_HOME": f"{name}/state", "PYTHONUNBUFFERED": "1"}
        command = [str(_AKSON), "up", "--data", f"{name}/data", "--persons", "1"]
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
        )

        def also(*arguments: str) -> None:
            subprocess.run([str(_AKSON), *arguments], env=environment, check=True, stdout=subprocess.DEVNULL)

        try:
            _wait_until_ready(process)
            yield f"http://127.0.0.1:{ports['PORT']}", also
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(90)


def _wait_until_ready(process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    lines = []
    while process.stdout is not None and time.monotonic() < deadline:
        line = process.stdout.readline()
        if not line and process.poll() is not None:
            break
        lines.append(line)
        if line.startswith("Ready: "):
            return
    raise RuntimeError("akson up did not become ready:\n" + "".join(lines))


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


@contextmanager
def _page(url: str) -> Iterator[Page]:
    chromium = shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_context(
            base_url=url, locale="nb-NO", viewport={"width": 1280, "height": 900}
        ).new_page()
        page.set_default_timeout(60_000)
        try:
            yield page
        finally:
            browser.close()


def _log_in(page: Page, url: str) -> None:
    page.goto(url + "/")
    page.get_by_role("link", name="HelseID").click()
    page.get_by_role("button", name=_DOCTOR).click()
    page.get_by_test_id("log-out").wait_for()
    if not page.url.endswith(_PATIENTS):
        page.goto(url + _PATIENTS)
