"""The administrator in a real browser: someone is registered, the link ended, the history read; axe too."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import steps
from tests.e2e.conftest import Visit

SOMEONE = "04859918838"
PAGES = ("organisations", "gp-lists", "changes", "personnel")


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(steps.PERSONAS, "administrator", "Sigrid Aune")


def register(page: Page, given: str, family: str) -> None:
    page.get_by_test_id("go-register").click()
    page.get_by_label("Fødselsnummer").fill(SOMEONE)
    page.get_by_label("Fornavn").fill(given)
    page.get_by_label("Etternavn").fill(family)
    page.get_by_test_id("org_number").select_option("313900878")
    page.get_by_test_id("role").select_option("pleieassistent")
    page.get_by_test_id("valid_from").fill("2026-11-01")
    page.get_by_test_id("reason").select_option("hired")
    page.get_by_test_id("submit-register").press("Enter")


def test_someone_is_registered_the_link_ended_and_every_page_fits_and_is_accessible(visit: Visit) -> None:
    page = visit("administrator")
    page.goto("/administration/personnel")
    expect(page.get_by_test_id("personnel")).to_be_visible()
    register(page, "Ida", "Solheim")
    expect(page.get_by_role("heading", name="Ida Solheim")).to_be_focused()
    expect(page.get_by_test_id("links").get_by_role("row")).to_have_count(2)
    page.get_by_test_id("links").get_by_role("button").click()
    expect(page.get_by_test_id("submit-end")).to_be_visible()  # until then, the other form has these fields
    page.get_by_test_id("valid_to").fill("2026-11-20")
    page.get_by_test_id("reason").select_option("left")
    page.get_by_test_id("submit-end").click()
    expect(page.get_by_test_id("links")).to_contain_text("20.11.2026")
    expect(page.get_by_test_id("changes")).to_contain_text("Sigrid Aune")
    expect(page.get_by_test_id("changes")).to_contain_text("Sluttet")
    assert SOMEONE not in page.content()
    assert steps.axe_faults(page) == []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for name in PAGES:
            page.goto(f"/administration/{name}")
            expect(page.get_by_test_id(name)).to_be_visible()
            steps.expect_no_sideways_scroll(page, name)
            for box in page.locator(".adm-search").all():
                assert (box.bounding_box() or {})["height"] < 120, f"{name}: a field with nothing below it"
            assert steps.axe_faults(page) == [], (name, width)
