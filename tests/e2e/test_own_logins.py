"""One's own logins in a browser: ended in one, another's open page leaves; the place of work is chosen."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.e2e import steps


def looks_right(page: Page) -> None:
    assert steps.axe_faults(page) == []
    steps.expect_no_sideways_scroll(page, page.url)


def test_given_log_out_everywhere_then_the_other_browsers_open_page_leaves(
    browser: Browser, base_url: str, logins: dict[str, list[Any]]
) -> None:
    logins.pop("gry", None)  # other tests' login of the same person ends too
    first = steps.new_page(browser, base_url, viewport=steps.NARROW)
    other = steps.new_page(browser, base_url)
    for page in (first, other):
        steps.log_in(page, "gry")
    first.get_by_role("link", name="Mine innlogginger").click()
    expect(first.get_by_role("heading", level=1)).to_have_text("Mine innlogginger")
    looks_right(first)
    first.get_by_role("button", name="Logg ut alle").click()
    expect(first.get_by_text("Du er logget ut overalt.")).to_be_visible()
    other.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(other.get_by_text("Du ble logget ut")).to_be_visible()
    for page in (first, other):
        page.context.close()


def test_given_two_places_of_work_then_one_is_chosen_shown_and_can_be_changed(
    browser: Browser, base_url: str
) -> None:
    page = steps.new_page(browser, base_url)
    page.goto("/")
    page.get_by_role("link", name="HelseID").click()
    page.get_by_role("button", name="Ida Moen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hvor arbeider du nå?")
    looks_right(page)
    page.get_by_role("button", name="Skogheim legekontor").click()
    page.get_by_role("button", name="Ida Moen").click()
    expect(page.get_by_test_id("user")).to_contain_text("Skogheim legekontor")
    page.get_by_role("link", name="Bytt arbeidssted").click()
    expect(page.get_by_role("button", name="Skogheim legekontor")).to_have_attribute("aria-current", "true")
    page.context.close()
