"""The medication list gone through in a browser, at both widths and by keyboard."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e import steps
from tests.e2e.conftest import Visit
from tests.e2e.test_journal import add, open_journal


def test_given_a_discharge_then_each_line_is_decided_and_confirmed(visit: Visit) -> None:
    page = visit("lege-koman")
    open_journal(page)
    add(page, "MedicationStatement", Navn="Melatonin", Styrke="2 mg", Dose="1 tablett kveld")
    page.get_by_test_id("reconcile").click()
    form = page.get_by_test_id("reconcile-form")
    expect(form.get_by_role("heading", name="Samstemming av legemiddellisten")).to_be_focused()
    form.get_by_test_id("transition").select_option("discharge")
    form.get_by_label("Sykehuset").check()
    form.get_by_test_id("reconcile-confirm").click()
    expect(form).to_contain_text("Velg hva som skjer med hvert legemiddel.")
    lines = form.get_by_test_id("reconcile-line")
    for number in range(lines.count()):
        lines.nth(number).get_by_label("Fortsetter").check()
    mine = lines.filter(has_text="Melatonin")
    mine.get_by_label("Endres").check()
    mine.get_by_label("Dose").fill("2 tabletter kveld")
    mine.get_by_label("Hvorfor?").fill("Etter epikrisen")
    for width in (1280, steps.NARROW["width"]):
        page.set_viewport_size({"width": width, "height": 844})
        steps.expect_no_sideways_scroll(page, f"reconciling at {width}")
        assert steps.axe_faults(page) == []
    form.get_by_test_id("reconcile-confirm").click()
    expect(page.get_by_text("Legemiddellisten er samstemt og bekreftet.")).to_be_visible()
    expect(page.get_by_test_id("journal-lists")).to_contain_text("2 tabletter kveld")
    page.get_by_test_id("reconcile").click()
    expect(form).to_contain_text("Sist samstemt")
    expect(form).to_contain_text("bekreftet av Magnar Koman")
