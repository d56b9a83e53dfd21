"""Tests are ordered in a browser, stand as unanswered, and are cancelled or ordered again with a reason."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e import steps
from tests.e2e.conftest import Visit


def is_well(page: Page, what: str) -> None:
    for width in (1280, steps.NARROW["width"]):
        page.set_viewport_size({"width": width, "height": 844})
        steps.expect_no_sideways_scroll(page, f"{what} at {width}")
        assert steps.axe_faults(page) == []
    page.set_viewport_size({"width": 1280, "height": 844})


def open_journal(page: Page, name: str = "Telokk") -> None:
    steps.open_own(page, name)
    page.get_by_role("link", name="Journal", exact=True).click()
    expect(page.get_by_test_id("orders")).to_be_visible()


def test_given_a_panel_and_words_then_the_order_is_unanswered_until_it_is_decided_about(visit: Visit) -> None:
    page = visit("lege-koman")
    open_journal(page)
    page.get_by_test_id("order-begin").click()
    form = page.get_by_test_id("order-form")
    form.get_by_test_id("order-send").click()
    expect(form.get_by_test_id("order-form-wrong")).to_contain_text("minst én undersøkelse")
    form.get_by_test_id("order-panel").filter(has_text="INR").click()
    expect(form.get_by_test_id("order-chosen")).to_have_count(1)
    form.get_by_test_id("order-search").fill("kali")
    form.get_by_test_id("order-add").filter(has_text="Kalium (P)").click()
    form.get_by_test_id("order-search").fill("Allergiprøve")
    form.get_by_test_id("order-add").filter(has_text="egne ord").click()
    expect(form.get_by_test_id("order-chosen")).to_have_count(3)
    form.get_by_test_id("order-information").fill("Kontroll av warfarin.")
    is_well(page, "form of an order")
    form.get_by_test_id("order-send").click()
    expect(form).to_have_count(0)
    made = page.get_by_test_id("order").filter(has_text="Allergiprøve")
    expect(made).to_contain_text("Ubesvart")
    expect(made).to_contain_text("Nr. AK ")
    is_well(page, "orders")
    with page.expect_download() as paper:
        made.get_by_test_id("document-save").click()
    assert paper.value.suggested_filename.startswith("AK")

    page.goto("/clinician/follow-up")
    page.get_by_test_id("list-awaited").click()
    row = page.get_by_test_id("result-row").filter(has_text="Gry Telokk").first
    expect(row).to_contain_text("Bestilt")
    row.get_by_role("button").click()
    made = page.get_by_test_id("order").filter(has_text="Allergiprøve")
    made.get_by_test_id("order-sampled").click()
    expect(made).to_contain_text("Prøve tatt")
    made.get_by_test_id("order-settle").click()
    made.get_by_label("Undersøkelse", exact=True).select_option(label="Allergiprøve")
    made.get_by_test_id("order-why").fill("Svart på telefon")
    made.get_by_test_id("order-act-send").click()
    expect(made).to_contain_text("Delvis besvart")
    made.get_by_test_id("order-cancel").click()
    made.get_by_test_id("order-act-send").click()
    expect(made.get_by_test_id("order-wrong")).to_contain_text("Skriv hvorfor")
    made.get_by_test_id("order-why").fill("Pasienten kom ikke")
    made.get_by_test_id("order-act-send").click()
    expect(made).to_have_count(0)


def test_given_a_helper_then_the_draft_waits_for_the_doctor(visit: Visit) -> None:
    page = visit("lege-koman")
    open_journal(page)
    page.get_by_test_id("order-begin").click()
    form = page.get_by_test_id("order-form")
    form.get_by_test_id("order-panel").filter(has_text="Infeksjon").click()
    form.get_by_label("Lagre som utkast").check()
    form.get_by_test_id("order-send").click()
    draft = page.get_by_test_id("order").filter(has_text="Utkast")
    expect(draft).to_have_count(1)
    draft.get_by_test_id("order-order").click()
    expect(page.get_by_test_id("order").filter(has_text="Utkast")).to_have_count(0)
    expect(page.get_by_test_id("order").filter(has_text="CRP").first).to_contain_text("Ubesvart")
