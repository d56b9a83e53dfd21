"""The cumulative table in a real browser: numbers with their marks, the way to each report and course."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e import steps
from tests.e2e.conftest import Visit


def narrowed(page: Page, words: str) -> None:
    """Given Gry's table, narrowed to some analyses."""
    steps.open_own(page, "Telokk")
    steps.choose_table(page)
    page.get_by_test_id("table-text").fill(words)
    expect(page.get_by_test_id("left-out")).to_be_visible()


def test_given_results_when_the_table_is_chosen_then_values_stand_under_their_sampling_with_their_marks(
    visit: Visit,
) -> None:
    page = visit("lege-koman")
    narrowed(page, "tsh")
    table = page.get_by_test_id("cumulative")
    line = table.get_by_test_id("table-line").filter(has=page.get_by_role("button", name="P-TSH"))
    expect(line.first).to_contain_text("Ref. 0,27 - 4,20")
    flagged = line.locator(".cumulative-cell[data-flag=high]").filter(has_text="10,25")
    expect(flagged).to_contain_text("▲")
    expect(flagged).to_contain_text("Over")  # in words too
    expect(page.get_by_test_id("left-out")).to_contain_text("utelatt av filtrene")

    column = table.get_by_role("columnheader").filter(has_text="06.05.2025")
    column.get_by_test_id("column-report").first.click()
    expect(page.get_by_test_id("report").get_by_role("heading", level=1)).to_have_text("Medisinsk biokjemi")
    expect(page.get_by_test_id("back")).to_contain_text("Tilbake til tabellen")
    page.get_by_test_id("back").click()
    expect(table).to_be_visible()

    line.first.get_by_test_id("table-trend").click()
    expect(page.get_by_test_id("trend-view").get_by_role("heading", level=1)).to_contain_text("P-TSH")


def test_given_a_phone_then_each_analysis_has_its_newest_value_the_one_before_and_no_sideways_scroll(
    visit: Visit,
) -> None:
    page = visit("lege-koman")
    steps.open_own(page, "Telokk")
    page.set_viewport_size(steps.NARROW)
    page.get_by_test_id("view-choice").get_by_role("radio", name="Tabell").click()
    lines = page.get_by_test_id("newest-line")
    tsh = lines.filter(has=page.get_by_role("button", name="P-TSH"))
    expect(tsh).to_have_count(1)
    expect(page.get_by_test_id("cumulative")).to_be_hidden()
    expect(tsh).to_contain_text("10E-3 IU/L")
    expect(tsh).to_contain_text("Ref. 0,27 - 4,20")
    assert re.search(r"(Opp fra|Ned fra|Uendret fra|Forrige) \S+ \(\d\d\.\d\d\.\d{4}\)", tsh.inner_text())
    steps.expect_no_sideways_scroll(page, "newest values")
    assert steps.axe_faults(page) == []
    tsh.get_by_test_id("newest-trend").click()
    expect(page.get_by_test_id("trend-view").get_by_role("heading", level=1)).to_contain_text("P-TSH")
    page.set_viewport_size({"width": 1280, "height": 844})
    page.get_by_test_id("back").click()
    expect(page.get_by_test_id("cumulative")).to_be_visible()
    expect(lines.first).to_be_hidden()


def test_given_texts_and_cultures_then_the_table_leads_to_their_report_instead_of_hiding_them(
    visit: Visit,
) -> None:
    page = visit("lege-koman")
    narrowed(page, "ultralyd")
    page.get_by_test_id("cell-report").first.click()
    expect(page.get_by_test_id("report")).to_be_visible()
