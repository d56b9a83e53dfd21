"""The journal in a browser: a note is saved while it is written, signed, and corrected with both shown."""

from __future__ import annotations

from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e import steps
from tests.e2e.conftest import Visit


def test_given_a_note_then_it_is_saved_signed_and_corrected_with_both_shown(visit: Visit) -> None:
    page = visit("lege-koman")
    steps.open_own(page, "Telokk")
    page.get_by_role("link", name="Journal", exact=True).click()
    expect(page.get_by_test_id("critical")).to_be_visible()
    page.get_by_test_id("template").select_option("gp-consultation")
    form = page.get_by_test_id("note-form")
    form.get_by_label("Anamnese").fill("Hoste i to uker, ikke feber.")
    expect(page.get_by_test_id("draft-status")).to_contain_text("Lagret kl")

    form.get_by_test_id("sign").click()
    expect(page.get_by_test_id("writing-wrong")).to_contain_text("mangler")
    form.get_by_label("Tiltak").fill("Ser det an. Ny kontakt ved feber.")
    form.get_by_test_id("sign").click()
    expect(form).to_have_count(0)
    note = page.get_by_test_id("journal-event").first
    expect(note).to_contain_text("Signert av Magnar Koman")
    expect(note).to_contain_text("Ser det an. Ny kontakt ved feber.")

    note.get_by_test_id("correct").click()
    form.get_by_label("Vurdering").fill("Viral infeksjon.")
    form.get_by_test_id("why").fill("Glemte vurderingen")
    expect(page.get_by_test_id("draft-status")).to_contain_text("Bare du ser det")
    page = visit("lege-koman")  # a new session, as after the old one was lost
    steps.open_own(page, "Telokk")
    page.get_by_role("link", name="Journal", exact=True).click()
    form, note = page.get_by_test_id("note-form"), page.get_by_test_id("journal-event").first
    expect(note).to_contain_text("Rettelse du skriver på")
    note.get_by_test_id("go-on").click()
    expect(form.get_by_label("Vurdering")).to_have_value("Viral infeksjon.")
    expect(form.get_by_test_id("why")).to_have_value("Glemte vurderingen")
    form.get_by_test_id("sign").click()
    expect(form).to_have_count(0)
    note = page.get_by_test_id("journal-event").first
    expect(note).to_contain_text("Rettet fordi: Glemte vurderingen")
    note.get_by_test_id("former").click()
    expect(page.get_by_test_id("former-versions")).to_contain_text("Ser det an.")
    expect(page.get_by_test_id("former-versions")).not_to_contain_text("Viral infeksjon.")
    for width in (1280, steps.NARROW["width"]):
        page.set_viewport_size({"width": width, "height": 844})
        steps.expect_no_sideways_scroll(page, f"journal at {width}")
        assert steps.axe_faults(page) == []


@pytest.mark.parametrize("name", ["Danser", "Mathias"])
def test_a_whole_journal_fits_a_phone_with_values_over_time_shown(visit: Visit, name: str) -> None:
    page = visit("lege-koman")
    page.set_viewport_size(steps.NARROW)
    open_journal(page, name)
    page.get_by_test_id("over-time").click()
    expect(page.locator("#journal-over-time")).to_be_visible()
    steps.expect_no_sideways_scroll(page, f"journal of {name}")
    assert steps.axe_faults(page) == []


def test_what_is_critical_stands_on_every_page_and_an_allergy_stops_a_medicine(visit: Visit) -> None:
    page = visit("lege-koman")
    open_journal(page)
    add(page, "AllergyIntolerance", Stoff="Penicillin", Reaksjon="Anafylaksi", Alvorlighet="high")
    expect(page.get_by_test_id("critical")).to_contain_text("Penicillin")
    page.get_by_role("link", name="Prøvesvar", exact=True).click()
    steps.expect_reports(page)
    expect(page.get_by_test_id("critical")).to_contain_text("Penicillin")

    page.get_by_role("link", name="Journal", exact=True).click()
    add(page, "MedicationStatement", saved=False, Navn="Apocillin", Dose="1 tablett")
    expect(page.get_by_test_id("against")).to_contain_text("Penicillin: samme gruppe (penicilliner)")
    assert steps.axe_faults(page) == []
    page.get_by_test_id("override").fill("Tålt ved provokasjon på sykehus")
    save(page)
    medicine = line(page, "MedicationStatement", "Apocillin")
    expect(medicine).to_contain_text("Allergi vurdert: Penicillin")

    become(page, "MedicationStatement", "Apocillin", "stopped")
    become(page, "AllergyIntolerance", "Penicillin", "entered-in-error")
    expect(page.get_by_test_id("critical")).not_to_contain_text("Penicillin")


def test_given_a_colleague_was_faster_then_theirs_is_shown_before_ones_own_replaces_it(visit: Visit) -> None:
    mine, theirs = visit("lege-koman"), visit("lege-koman")
    open_journal(mine)
    add(mine, "Wish", Tekst="Vil dø hjemme")
    open_journal(theirs)
    for page, said in ((theirs, "Vil dø på sykehjemmet"), (mine, "Vil bo hjemme")):
        line(page, "Wish", "Vil dø hjemme").get_by_test_id("change").click()
        page.get_by_test_id("edit-form").get_by_label("Tekst").fill(said)
    save(theirs)
    mine.get_by_test_id("edit-save").click()
    expect(mine.get_by_test_id("theirs")).to_contain_text("Vil dø på sykehjemmet")
    expect(mine.get_by_test_id("edit-form").get_by_label("Tekst")).to_have_value("Vil bo hjemme")
    save(mine)
    expect(line(mine, "Wish", "Vil bo hjemme")).to_be_visible()
    become(mine, "Wish", "Vil bo hjemme", "inactive")


def test_given_no_connection_then_the_text_waits_in_the_page_and_is_saved_once(
    browser: Browser, base_url: str
) -> None:
    page = steps.new_page(browser, base_url)
    steps.log_in(page, "lege-koman")
    open_journal(page)
    sent: list[str] = []
    words = f"Falt på isen {uuid4().hex[:6]}."
    page.route("**/clinician/journal/draft", lambda route: route.abort())
    page.get_by_test_id("template").select_option("gp-consultation")
    form = page.get_by_test_id("note-form")
    form.get_by_label("Anamnese").press_sequentially(words)
    expect(page.get_by_test_id("draft-status")).to_contain_text("Uten forbindelse")
    page.get_by_role("link", name="Pasienter", exact=True).click()
    page.get_by_role("alertdialog").get_by_role("button", name="Bli her").click()
    expect(form.get_by_label("Anamnese")).to_have_value(words)

    page.unroute("**/clinician/journal/draft")
    page.on("request", lambda one: sent.append(one.url) if one.url.endswith("/draft") else None)
    expect(page.get_by_test_id("draft-status")).to_contain_text("Lagret kl")
    assert len(sent) == 1
    page.get_by_role("link", name="Pasienter", exact=True).click()
    steps.open_own(page, "Telokk")
    page.get_by_role("link", name="Journal", exact=True).click()
    draft = page.get_by_test_id("journal-event").filter(has_text=words)
    expect(draft).to_have_count(1)
    expect(form.get_by_label("Anamnese")).to_have_value(words)
    form.get_by_label("Tiltak").fill("Røntgen.")
    expect(page.get_by_test_id("draft-status")).to_contain_text("Lagret kl")
    form.get_by_test_id("discard").click()
    expect(draft).to_have_count(0)
    page.context.close()


def open_journal(page: Page, name: str = "Telokk") -> None:
    steps.open_own(page, name)
    page.get_by_role("link", name="Journal", exact=True).click()
    expect(page.get_by_test_id("journal-lists")).to_be_visible()


def add(page: Page, kind: str, *, saved: bool = True, **values: str) -> None:
    """Add to a list; a value that is a code of a choice is chosen."""
    page.locator(f"[data-testid=add][data-kind={kind}]").click()
    form = page.get_by_test_id("edit-form")
    for label, value in values.items():
        field = form.get_by_label(label)
        choice = field.evaluate("field => field.tagName") == "SELECT"
        field.select_option(value) if choice else field.fill(value)
    if saved:
        save(page)
    else:
        page.get_by_test_id("edit-save").click()


def save(page: Page) -> None:
    page.get_by_test_id("edit-save").click()
    expect(page.get_by_test_id("edit-form")).to_have_count(0)


def line(page: Page, kind: str, words: str) -> Locator:
    rows = page.locator(f"[data-testid=journal-list][data-kind={kind}]").get_by_role("listitem")
    return rows.filter(has_text=words)


def become(page: Page, kind: str, words: str, state: str) -> None:
    line(page, kind, words).get_by_test_id("change").click()
    page.get_by_test_id("edit-state").select_option(state)
    save(page)
    expect(line(page, kind, words)).to_have_count(0)
