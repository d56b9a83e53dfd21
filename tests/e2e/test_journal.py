"""The journal in a browser: a note is saved while it is written, signed, and corrected with both shown."""

from __future__ import annotations

from playwright.sync_api import expect

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
    form.get_by_test_id("sign").click()
    expect(note).to_contain_text("Rettet fordi: Glemte vurderingen")
    note.get_by_test_id("former").click()
    expect(page.get_by_test_id("former-versions")).to_contain_text("Ser det an.")
    expect(page.get_by_test_id("former-versions")).not_to_contain_text("Viral infeksjon.")
    for width in (1280, steps.NARROW["width"]):
        page.set_viewport_size({"width": width, "height": 844})
        steps.expect_no_sideways_scroll(page, f"journal at {width}")
        assert steps.axe_faults(page) == []
