"""The citizen panel in the browser: read without a login, answer as a member, tell what one thinks."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e import steps


def _open(page: Page, name: str) -> None:
    page.goto("/panel")
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


@pytest.mark.parametrize("width", [1280, steps.NARROW["width"]])
def test_given_nobody_is_logged_in_then_everything_public_can_be_read(
    browser: Browser, base_url: str, width: int
) -> None:
    page = steps.new_page(browser, base_url, viewport={"width": width, "height": 844})
    seen = steps.watch(page)
    faults: dict[str, list[str]] = {}

    def look(where: str) -> None:
        steps.expect_no_sideways_scroll(page, where)
        if found := steps.axe_faults(page):
            faults[where] = found

    _open(page, "Forstår du prøvesvarene?")
    expect(page.get_by_text("48 har svart.")).to_be_visible()
    page.get_by_text("Etter alder").first.click()
    look("result")
    page.goto("/panel/decisions")
    expect(page.get_by_role("heading", name="Merker som alle forstår")).to_be_visible()
    look("decisions")
    for address in ("/panel", "/panel/feedback?page=front", "/panel/membership"):
        page.goto(address)
        look(address)
    assert faults == {}
    assert [p for p in seen.problems if "401" not in p] == []  # membership asks for a login
    page.context.close()


def test_given_a_member_then_an_answer_is_asked_about_sent_and_changed(
    browser: Browser, base_url: str
) -> None:
    page = steps.new_page(browser, base_url)
    page.goto("/")
    page.get_by_role("link", name="ID-porten").click()
    page.get_by_role("button", name="Bjørg Tangen").click()
    expect(page.get_by_test_id("log-out")).to_be_visible()
    _open(page, "Hva skal vi lage først?")
    page.get_by_role("link", name="Svar", exact=True).click()
    page.get_by_label("Svar over tid i en graf").fill("1")
    page.get_by_label("Er det noe vi har glemt?").fill("Ring meg på 912 34 567")
    page.get_by_role("button", name="Send svar").click()
    expect(page.get_by_role("alert")).to_contain_text("telefonnummer")
    expect(page.get_by_label("Er det noe vi har glemt?")).to_have_value("Ring meg på 912 34 567")
    page.get_by_label("Er det noe vi har glemt?").fill("Noe om diabetes")
    page.get_by_role("button", name="Send svar").click()
    expect(page.get_by_role("alert")).to_contain_text("ord om helse")
    page.get_by_label("Teksten sier ikke noe om helsen").check()
    page.get_by_role("button", name="Send svar").click()
    expect(page.get_by_role("status")).to_contain_text("Svaret er sendt")
    page.get_by_label("Ja", exact=True).check()
    page.get_by_role("button", name="Lagre som kladd").click()
    expect(page.get_by_role("status")).to_contain_text("Kladden er lagret")
    expect(page.get_by_label("Svar over tid i en graf")).to_have_value("1")
    page.context.close()


def test_given_feedback_then_its_code_tells_what_became_of_it(browser: Browser, base_url: str) -> None:
    page = steps.new_page(browser, base_url, viewport=steps.NARROW)
    page.goto("/")
    page.get_by_role("link", name="Si hva du synes").click()
    page.get_by_label("Tilbakemelding").fill("Forsiden er fin, men bokstavene er små.")
    page.get_by_role("button", name="Send", exact=True).click()
    code = page.locator(".panel-code").inner_text()
    page.goto("/panel/feedback")
    page.get_by_label("Kode").fill(code.lower())
    page.get_by_role("button", name="Se svar").click()
    expect(page.get_by_text("Ikke besvart ennå.")).to_be_visible()
    page.goto("/panel/feedback")
    page.get_by_label("Kode").fill("AAAA-BBBB-CCCC")
    page.get_by_role("button", name="Se svar").click()
    expect(page.get_by_role("alert")).to_contain_text("Kontroller bokstavene")
    page.context.close()
