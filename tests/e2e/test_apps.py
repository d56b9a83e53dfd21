"""Another vendor's app: proposed, admitted, opened for a patient in a tab of its own, and in the log."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e import steps
from tests.e2e.conftest import ROOT, Instance, Visit

NURSE, NAME = "Ingunn Solvang", "Blodtrykk over tid"
steps.PERSONAS |= {"administrator": "Sigrid Aune", "sykepleier": NURSE}


@pytest.fixture
def sample(akson: Instance) -> Iterator[str]:
    """The sample app beside the instance; its address."""
    url = f"http://127.0.0.1:{akson.environment['AKSON_SAMPLE_APP_PORT']}"
    process = subprocess.Popen([sys.executable, "-m", "dev.sample_app"], cwd=ROOT, env=akson.environment)
    try:
        for _ in range(100):
            try:
                httpx.get(url)
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def test_an_app_is_admitted_opened_for_a_patient_and_named_to_the_citizen(
    akson: Instance, sample: str, visit: Visit
) -> None:
    page = visit("administrator")
    page.goto("/administration/apps")
    row = page.get_by_test_id("apps").get_by_role("row").filter(has_text=NAME)
    row.get_by_role("button").click()
    expect(page.get_by_test_id("app-opened")).to_contain_text("målinger")
    assert steps.axe_faults(page) == []
    page.set_viewport_size(steps.NARROW)
    steps.expect_no_sideways_scroll(page, "an app, opened")
    page.get_by_test_id("state").select_option("approved")
    page.get_by_test_id("reason").select_option("reviewed")
    page.get_by_role("button", name="Lagre").click()
    expect(page.get_by_test_id("outcome")).to_contain_text("godkjent")

    nurse = visit("sykepleier")
    seen = steps.watch(nurse)
    expect(
        nurse.get_by_role("navigation").first.get_by_role("link", name="Apper", exact=True)
    ).to_be_visible()
    steps.ask_by_number(nurse, steps.LINE)
    steps.declare(nurse, "home-care", "SAMTYKKE")
    steps.expect_reports(nurse)
    nurse.goto("/clinician/apps")
    expect(nurse.get_by_test_id("apps")).to_contain_text(NAME)
    assert steps.axe_faults(nurse) == []
    nurse.set_viewport_size(steps.NARROW)
    steps.expect_no_sideways_scroll(nurse, "apps")
    with nurse.context.expect_page() as opened:
        nurse.get_by_test_id("open-app").click()
    app = opened.value
    app.get_by_role("button", name=NURSE).click()
    app.wait_for_url(f"{sample}/callback**")
    expect(app.get_by_role("heading", name=NAME)).to_be_visible()
    assert not [address for address in seen.addresses if steps.LINE in address]

    citizen = visit("line")
    citizen.goto("/citizen/access-log")
    expect(citizen.get_by_text(f"Gjennom appen {NAME}").first).to_be_visible()
    citizen.get_by_role("link", name=f"Gjennom appen {NAME}").first.click()
    expect(citizen.get_by_role("heading", name=NAME)).to_be_visible()
    expect(citizen.get_by_text("Fjordvik kommune (til")).to_be_visible()
    assert steps.axe_faults(citizen) == []
    citizen.set_viewport_size(steps.NARROW)
    steps.expect_no_sideways_scroll(citizen, "what is admitted")
