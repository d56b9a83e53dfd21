"""What the clinician sees where the patient has restricted something, and how it is opened."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from kit.identity.apiclient import DpopAuth
from kit.identity.dpop import DpopKey
from tests.e2e import steps
from tests.e2e.conftest import Instance, Visit


class Settings:
    """Roland's own settings, made with a token of his."""

    def __init__(self, akson: Instance, session: DpopAuth) -> None:
        self.base = f"http://127.0.0.1:{akson.environment['AKSON_CORE_RECORD_PORT']}/fhir/Consent"
        self.session = session
        self.made: list[dict[str, Any]] = []

    def put(self, category: str, **provision: Any) -> None:
        body = {
            "resourceType": "Consent",
            "status": "active",
            "category": [{"coding": [{"system": "urn:akson:privacy-setting", "code": category}]}],
            "provision": {"type": "deny", **provision},
        }
        answer = httpx.post(self.base, json=body, auth=self.session, timeout=30)
        assert answer.status_code == 201, answer.text
        self.made.append(answer.json())

    def withdraw(self) -> None:
        for made in self.made:
            url, headers = f"{self.base}/{made['id']}", {"If-Match": 'W/"1"'}
            done = httpx.put(
                url, json=made | {"status": "inactive"}, headers=headers, auth=self.session, timeout=30
            )
            assert done.status_code == 200, done.text


@pytest.fixture
def settings_of_roland(akson: Instance) -> Iterator[Settings]:
    printed = json.loads(akson.run("token", "roland", "--audience", "akson:core-record", "--json").stdout)
    made = Settings(akson, DpopAuth(DpopKey.from_jwk(printed["dpop_jwk"]), printed["access_token"]))
    yield made
    made.withdraw()


def test_something_restricted_is_said_calmly_and_opened_with_consent(
    visit: Visit, settings_of_roland: Settings
) -> None:
    settings_of_roland.put("sperring", **{"class": [{"system": "x", "code": "MGEN"}]})
    page = visit("lege-lin")
    steps.ask_by_number(page, steps.ROLAND)
    steps.declare(page, "listed", "UNNTAK")
    notice = page.get_by_test_id("restricted-some")
    expect(notice).to_contain_text("Noe er sperret")
    expect(page.get_by_role("main")).not_to_contain_text("Cys282Tyr")
    notice.locator("summary").click()
    assert steps.axe_faults(page) == []
    page.get_by_test_id("open-with-consent").click()
    expect(page.get_by_test_id("patient-banner")).to_contain_text("Samtykke til sperret")
    expect(page.get_by_test_id("restricted-some")).to_be_hidden()
    steps.expect_reports(page)


def test_everything_restricted_says_what_can_be_done_and_emergency_asks_for_reason_and_confirmation(
    visit: Visit, settings_of_roland: Settings, akson: Instance
) -> None:
    settings_of_roland.put("sperring")
    asked = ("lookup", "DiagnosticReport", "--person", steps.ROLAND, "--as", "lege-lin")
    refused = akson.run(*asked)
    assert (refused.returncode, json.loads(refused.stdout)["resourceType"]) == (1, "OperationOutcome")
    opened = akson.run(*asked, "--basis", "FORHOYET_SAMTYKKE")
    assert (opened.returncode, json.loads(opened.stdout)["resourceType"]) == (0, "Bundle")
    page = visit("lege-lin")
    steps.ask_by_number(page, steps.ROLAND)
    steps.declare(page, "listed", "UNNTAK")
    closed = page.get_by_test_id("restricted-all")
    expect(closed).to_contain_text("Opplysningene er sperret")
    assert steps.axe_faults(page) == []
    page.get_by_test_id("open-in-emergency").click()
    expect(closed).to_contain_text("Velg hvorfor du slår opp.")
    expect(closed).to_contain_text("Bekreft at det er øyeblikkelig hjelp.")
    page.get_by_test_id("emergency-reason").select_option("emergency")
    steps.tick(page.get_by_label("Jeg bekrefter"), on=True)
    page.get_by_test_id("open-in-emergency").click()
    expect(page.get_by_test_id("patient-banner")).to_contain_text("Akutt, også sperret")
    steps.expect_reports(page)
