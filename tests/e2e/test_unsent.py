"""What somebody has written and not sent is not lost by a click beside it."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e import steps
from tests.e2e.conftest import Visit


def test_given_a_letter_is_begun_then_the_page_is_not_left_unasked_and_nothing_is_stored_in_the_browser(
    visit: Visit,
) -> None:
    page = visit("lege-koman")
    steps.open_own(page, "Telokk")
    menu = page.get_by_role("navigation").first
    menu.get_by_role("link", name="Meldinger", exact=True).click()
    page.get_by_test_id("new-letter").click()
    words = page.get_by_test_id("letter-form").locator("textarea:visible")
    words.fill("Kan dere måle blodtrykket?")
    menu.get_by_role("link", name="Pasienter", exact=True).click()
    asked = page.get_by_role("alertdialog")
    expect(asked).to_contain_text("Teksten er ikke lagret")
    asked.get_by_role("button", name="Bli her").click()
    expect(words).to_have_value("Kan dere måle blodtrykket?")
    assert "blodtrykket" not in steps.stored(page)

    words.fill("")  # nothing is left to lose
    menu.get_by_role("link", name="Pasienter", exact=True).click()
    expect(steps.own_patients(page)).to_be_visible()

    steps.open_own(page, "Telokk")
    menu.get_by_role("link", name="Meldinger", exact=True).click()
    words.fill("Ombestemte meg.")
    menu.get_by_role("link", name="Pasienter", exact=True).click()
    asked.get_by_role("button", name="Gå uten å lagre").click()
    expect(steps.own_patients(page)).to_be_visible()
