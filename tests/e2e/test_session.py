"""A login ends when it is ended, and what a tab holds belongs to one login alone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e import steps

PATIENT = ("Telokk", "120579", steps.GRY, "B-Hemoglobin", "P-TSH")
RESULTS = "/clinician/results"


@pytest.fixture
def koman(browser: Browser, base_url: str) -> Any:
    """Given a clinician who has logged in for this test alone, with Gry's results open."""
    page = steps.log_in(steps.new_page(browser, base_url), "lege-koman")
    steps.open_own(page, "Telokk")
    yield page
    page.context.close()


def token_of(page: Page) -> str:
    """The tab's name at the server, the only thing the browser's storage holds."""
    token: str = page.evaluate("() => sessionStorage.getItem('token')")
    assert token
    return token


def with_token(browser: Browser, base_url: str, token: str, cookies: list[Any]) -> tuple[Page, steps.Seen]:
    """Another browser that has got hold of a tab's token, and of these cookies."""
    page = steps.new_page(browser, base_url)
    page.context.add_cookies(cookies)
    page.goto("/")
    page.evaluate("token => sessionStorage.setItem('token', token)", token)
    return page, steps.watch(page)


def expect_nothing_of_the_patient(page: Page, seen: steps.Seen) -> None:
    expect(page.get_by_role("link", name="HelseID").or_(steps.own_patients(page))).to_be_visible()
    shown = page.locator("body").inner_text()
    for secret in PATIENT[1:]:
        assert secret not in seen.said()
        assert secret not in shown


def test_given_log_out_then_the_page_the_way_back_and_the_address_show_nothing(koman: Page) -> None:
    steps.log_out(koman)
    expect(koman.get_by_text("Du er logget ut.")).to_be_visible()
    assert koman.context.cookies() == []

    seen = steps.watch(koman)
    koman.go_back()
    expect(koman.get_by_role("link", name="HelseID")).to_be_visible()
    koman.goto(RESULTS)
    expect_nothing_of_the_patient(koman, seen)


def test_given_log_out_when_the_old_cookie_and_token_are_replayed_then_nothing_is_shown(
    browser: Browser, base_url: str, koman: Page
) -> None:
    token, cookies = token_of(koman), koman.context.cookies()
    steps.log_out(koman)
    thief, seen = with_token(browser, base_url, token, cookies)
    thief.goto(RESULTS)
    expect(thief.get_by_role("link", name="HelseID")).to_be_visible()
    expect_nothing_of_the_patient(thief, seen)
    thief.context.close()


def test_given_log_out_in_one_tab_then_the_other_tabs_open_connection_is_refused(koman: Page) -> None:
    other = koman.context.new_page()
    other.goto("/clinician/patients")
    expect(steps.own_patients(other)).to_be_visible()
    steps.log_out(other)

    seen = steps.watch(koman)
    steps.report_rows(koman).get_by_test_id("open-report").first.click()
    expect_nothing_of_the_patient(koman, seen)
    expect(koman.get_by_test_id("report")).to_have_count(0)


def test_given_a_tabs_token_without_its_cookie_then_nothing_is_shown(
    browser: Browser, base_url: str, koman: Page
) -> None:
    thief, seen = with_token(browser, base_url, token_of(koman), [])
    thief.goto(RESULTS)
    expect(thief.get_by_role("link", name="HelseID")).to_be_visible()
    expect_nothing_of_the_patient(thief, seen)
    thief.context.close()
    koman.reload()  # the rightful owner has lost nothing
    steps.expect_reports(koman)


def test_given_a_tabs_token_under_anothers_login_then_nothing_is_shown(
    browser: Browser, base_url: str, koman: Page
) -> None:
    own = steps.log_in(steps.new_page(browser, base_url), "lege-lin")
    thief, seen = with_token(browser, base_url, token_of(koman), own.context.cookies())
    koman.context.close()  # so that the token's connection is free
    thief.goto(RESULTS)
    expect(steps.own_patients(thief)).to_be_visible()
    expect_nothing_of_the_patient(thief, seen)
    thief.context.close()
    own.context.close()


def test_given_log_out_asked_for_from_elsewhere_then_the_session_lives_on(koman: Page) -> None:
    answer = koman.context.request.post("/auth/logout", headers={"origin": "https://elsewhere.example"})
    assert answer.status == 403
    koman.reload()
    steps.expect_reports(koman)


def test_given_a_new_login_in_the_same_browser_then_the_former_ones_patient_is_gone(
    koman: Page,
) -> None:
    before = koman.context.cookies()
    steps.log_in(koman, "lege-lin")
    assert {c["value"] for c in before}.isdisjoint({c["value"] for c in koman.context.cookies()})
    seen = steps.watch(koman)
    koman.goto(RESULTS)
    expect(koman.get_by_test_id("empty")).to_contain_text("Ingen pasient er åpen")
    for secret in PATIENT:
        assert secret not in seen.said()


def test_given_a_login_that_is_given_up_then_the_front_page_says_so(browser: Browser, base_url: str) -> None:
    page = steps.new_page(browser, base_url)
    page.goto("/")
    page.get_by_role("link", name="HelseID").click()
    page.get_by_role("button", name="Avbryt").click()
    expect(page.get_by_text("Innloggingen ble avbrutt.")).to_be_visible()
    assert "akson_session" not in {c["name"] for c in page.context.cookies()}
    page.context.close()


def test_given_a_login_below_the_highest_level_then_nothing_is_shown(browser: Browser, base_url: str) -> None:
    page = steps.new_page(browser, base_url)
    page.goto("/")
    page.get_by_role("link", name="ID-porten").click()
    page.get_by_label("Sikkerhetsnivå").select_option("3")
    page.get_by_role("button", name=steps.PERSONAS["gry"]).click()
    told = page.get_by_test_id("problem").or_(page.locator(".front-notice"))
    expect(told).to_be_visible()
    expect(page.get_by_test_id("own-reports")).to_have_count(0)
    page.context.close()
