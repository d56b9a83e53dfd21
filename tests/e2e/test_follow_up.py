"""What follows an emergency look: a notice to the citizen, a log to check alone, an entry to go through."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core_record.access_log import citizen_verifier
from tests.e2e import steps
from tests.e2e.conftest import Instance, Visit


@pytest.fixture(autouse=True)
def looked_at(akson: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(steps.PERSONAS, "administrator", "Sigrid Aune")
    # Somebody whom the emergency clinic has ordered nothing for: a result on its list would be a relation.
    look = ("lookup", "DiagnosticReport", "--person", steps.GRY, "--as", "legevakt")
    assert akson.run(*look, "--basis", "AKUTT", "--reason", "emergency").returncode == 0


def test_given_an_emergency_look_then_the_citizen_is_told_and_can_check_the_log(
    visit: Visit, tmp_path: Path
) -> None:
    page = visit("gry")
    page.goto("/citizen/notices")
    notices = page.get_by_test_id("notices")
    expect(notices).to_contain_text("Opplysningene ble åpnet fordi det var akutt")
    expect(notices).to_contain_text("Samira Haugland")
    page.get_by_role("button", name="Marker alle som lest").click()
    expect(page.get_by_role("button", name="Marker alle som lest")).to_have_count(0)
    assert steps.axe_faults(page) == []
    page.goto("/citizen/access-log")
    expect(page.get_by_test_id("access-log")).to_contain_text("Samira Haugland")
    with page.expect_download() as download:
        page.get_by_test_id("download-log").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    log = citizen_verifier.read(str(file))
    faults, _ = citizen_verifier.check(log)
    assert faults == []
    assert any(row["seal"] for row in log["rows"])


def test_given_an_emergency_look_then_the_administrator_goes_through_it(visit: Visit) -> None:
    page = visit("administrator")
    page.wait_for_url(re.compile("/administration/personnel"))  # on its way there from the login
    listed = page.get_by_test_id("unusual")
    for _ in range(30):  # housekeeping looks every twenty seconds
        page.goto("/administration/unusual-access")
        expect(listed.or_(page.get_by_test_id("empty"))).to_be_visible()
        if listed.get_by_text("Samira Haugland").count():  # others' looks may be listed before
            break
        page.wait_for_timeout(2000)
    expect(listed).to_contain_text("Samira Haugland")
    expect(listed).not_to_contain_text("Telokk")
    assert steps.axe_faults(page) == []
    listed.get_by_role("button", name="Åpne Samira Haugland").first.click()
    expect(page.get_by_test_id("unusual-opened")).to_contain_text("Gry Telokk")
    page.get_by_role("button", name="Lagre").click()
    expect(page.get_by_test_id("unusual-opened")).to_contain_text("Gry Telokk")  # nothing was chosen
    page.get_by_test_id("outcome").select_option("in-order")
    page.get_by_test_id("reason").select_option("care-confirmed")
    assert steps.axe_faults(page) == []
    page.get_by_role("button", name="Lagre").click()
    expect(page.get_by_text("Gjennomgangen er lagret.")).to_be_visible()
