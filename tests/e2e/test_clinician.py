"""A clinician finds a patient and reads results, in a real browser against the running product."""

from __future__ import annotations

from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import steps
from tests.e2e.conftest import Visit


@pytest.fixture
def koman(visit: Visit) -> Page:
    """Given the GP of Line and Gry, at the list of own patients."""
    return visit("lege-koman")


@pytest.fixture
def lin(visit: Visit) -> Page:
    """Given Roland's GP, with Roland's results open."""
    page = visit("lege-lin")
    steps.open_own(page, "Gundersen, Roland")
    return page


# Finding the patient


def test_given_a_gp_then_own_patients_are_listed_and_nobody_elses(koman: Page) -> None:
    rows = steps.own_patients(koman).get_by_role("row")
    for name, born in (("Danser, Line", "13.11.1969"), ("Telokk, Gry", "12.05.1979")):
        expect(rows.filter(has_text=name)).to_contain_text(born)
    expect(steps.own_patients(koman)).not_to_contain_text("Gundersen")


def test_given_a_gp_when_a_name_is_typed_letter_by_letter_then_the_list_narrows(koman: Page) -> None:
    steps.search_box(koman).press_sequentially("gry tel", delay=40)
    rows = steps.own_patients(koman).locator("tbody").get_by_role("row")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Telokk, Gry")
    expect(steps.search_box(koman)).to_have_value("gry tel")


def test_given_own_patient_when_opened_then_the_banner_says_who_and_on_what_basis(koman: Page) -> None:
    steps.open_own(koman, "Telokk")
    banner = koman.get_by_test_id("patient-banner")
    for said in ("Gry Telokk", "12.05.1979", "120579 00499", "Kvinne", "Fastlege"):
        expect(banner).to_contain_text(said)
    expect(banner).not_to_contain_text("Egenerklært")


def test_given_a_number_with_a_wrong_digit_then_it_is_said_at_the_field(koman: Page) -> None:
    steps.search_box(koman).fill("15076500566")
    steps.search_box(koman).press("Enter")
    expect(koman.get_by_text("Nummeret stemmer ikke")).to_be_visible()
    expect(koman.get_by_test_id("reason")).to_have_count(0)


def test_given_anothers_patient_when_no_reason_is_chosen_then_nothing_is_looked_up(koman: Page) -> None:
    steps.ask_by_number(koman, steps.ROLAND)
    koman.get_by_test_id("open-number").click()
    expect(koman.get_by_text("Velg hvorfor du slår opp.")).to_be_visible()
    expect(koman.get_by_test_id("patient-banner")).to_have_count(0)


def test_given_anothers_patient_when_the_gps_exception_is_claimed_then_it_is_refused_in_words(
    koman: Page,
) -> None:
    steps.ask_by_number(koman, steps.ROLAND)
    steps.declare(koman, "listed", "UNNTAK")
    refusal = koman.get_by_test_id("problem")
    expect(refusal).to_contain_text("Grunnlaget gjelder bare fastlegen og fastlegens vikar")
    expect(refusal).to_contain_text("Velg samtykke eller akutt i stedet.")
    expect(koman.get_by_text("Gundersen")).to_have_count(0)


def test_given_anothers_patient_when_reason_and_consent_are_declared_then_the_banner_marks_it(
    koman: Page,
) -> None:
    steps.ask_by_number(koman, steps.ROLAND)
    steps.declare(koman, "treatment", "SAMTYKKE")
    steps.expect_reports(koman)
    banner = koman.get_by_test_id("patient-banner")
    for said in ("Roland Gundersen", "150765 00565", "Samtykke", "Egenerklært"):
        expect(banner).to_contain_text(said)


def test_given_an_open_patient_when_another_is_looked_for_then_the_first_is_closed(koman: Page) -> None:
    steps.open_own(koman, "Telokk")
    koman.get_by_role("link", name="Bytt pasient").click()
    expect(steps.own_patients(koman)).to_be_visible()
    koman.get_by_role("navigation").get_by_role("link", name="Prøvesvar").click()
    expect(koman.get_by_test_id("empty")).to_contain_text("Ingen pasient er åpen")
    expect(koman.get_by_test_id("patient-banner")).to_have_count(0)


def test_given_two_tabs_with_a_patient_each_then_they_never_mix(koman: Page) -> None:
    steps.open_own(koman, "Telokk")
    other = koman.context.new_page()
    other.goto("/clinician/patients")
    steps.open_own(other, "Danser")
    koman.reload()
    steps.expect_reports(koman)
    expect(koman.get_by_test_id("patient-banner")).to_contain_text("Gry Telokk")
    expect(other.get_by_test_id("patient-banner")).to_contain_text("Line Danser")


# The list of reports


def test_given_reports_then_the_newest_sample_stands_first(koman: Page) -> None:
    steps.open_own(koman, "Telokk")
    shown = [text.split("\t")[0][:10] for text in steps.report_rows(koman).all_inner_texts()]
    days = [datetime.strptime(text, "%d.%m.%Y") for text in shown]  # noqa: DTZ007 - days alone
    assert len(days) > 20
    assert days == sorted(days, reverse=True)


def test_given_reports_when_words_are_typed_then_only_those_are_listed(koman: Page) -> None:
    steps.open_own(koman, "Telokk")
    koman.get_by_role("searchbox").press_sequentially("Enterococcus", delay=40)
    expect(steps.report_rows(koman)).to_have_count(1)
    expect(koman.get_by_role("searchbox")).to_have_value("Enterococcus")


def test_given_reports_when_only_abnormal_are_asked_for_then_it_says_how_many_are_hidden(koman: Page) -> None:
    steps.open_own(koman, "Telokk")
    steps.expect_all_reports(koman)
    before = steps.report_rows(koman).count()
    steps.tick(koman.get_by_test_id("abnormal-only"), on=True)
    expect(koman.get_by_test_id("hidden")).to_be_visible()
    assert 0 < steps.report_rows(koman).count() < before
    # text results are never hidden
    expect(steps.report_rows(koman).filter(has_text="Ultralyd").first).to_be_visible()
    steps.tick(koman.get_by_test_id("abnormal-only"), on=False)
    expect(steps.report_rows(koman)).to_have_count(before)


# One report


def test_given_biochemistry_then_value_unit_flag_reference_and_comment_are_shown(lin: Page) -> None:
    report = steps.open_report(lin, steps.POTASSIUM)
    expect(report.get_by_role("heading", level=1)).to_have_text("Medisinsk biokjemi")
    assert steps.cells(steps.result(report, "P-Kalium"))[:4] == ["6,1", "mmol/L", "▲Over", "3,5 - 4,6"]
    assert steps.cells(steps.result(report, "P-Natrium"))[:4] == ["143", "mmol/L", "", "137 - 145"]
    kidney = steps.result(report, "Nyre-estimert GFR CKD-EPI Kreatinin")
    assert steps.cells(kidney)[:4] == ["28", "mL/min/1,73m2", "▼Under", "> 60"]
    expect(report).to_contain_text("Kalium er ringt til rekvirent 20.01.2025 kl. 16.40.")
    expect(report).to_contain_text("Svaret er gitt på telefon")


def test_given_a_value_outside_its_range_without_the_laboratorys_flag_then_the_mark_is_said_to_be_ours(
    koman: Page,
) -> None:
    steps.open_own(koman, "Telokk")
    row = steps.result(steps.open_report(koman, steps.THYROID), "P-T4, fritt")
    assert steps.cells(row)[:2] == ["11,3", "pmol/L"]
    expect(row).to_contain_text("Under oppgitt område")
    expect(row).to_contain_text("ikke merket av laboratoriet")


def test_given_a_report_when_only_abnormal_are_asked_for_then_the_hidden_are_counted(lin: Page) -> None:
    report = steps.open_report(lin, steps.POTASSIUM)
    steps.tick(report.get_by_test_id("abnormal-rows"), on=True)
    expect(report.get_by_test_id("result")).to_have_count(3)
    expect(report.get_by_text("1 uten avvik er skjult")).to_be_visible()
    expect(steps.result(report, "P-Natrium")).to_have_count(0)


def test_given_a_culture_then_drugs_stand_against_microbes_as_the_laboratory_answered(lin: Page) -> None:
    report = steps.open_report(lin, steps.WOUND)
    table = report.get_by_test_id("resistance")
    expect(table.get_by_role("columnheader").nth(1)).to_have_text("Staphylococcus aureus")

    def answer(drug: str) -> str:
        row = table.get_by_role("row").filter(has=lin.get_by_role("rowheader", name=drug))
        return " ".join(row.get_by_role("cell").first.inner_text().split())

    assert answer("Us-Kloksacillin") == "S Sensitiv, standarddose (0,25)"
    assert answer("Us-Benzylpenicillin") == "R Resistent"
    assert answer("Us-Fusidinsyre") == "R Resistent (8)"
    assert answer("Us-Trimetoprim+Sulfametoksazol") == "I Sensitiv, økt eksponering (2)"


def test_given_pathology_then_headings_and_codes_are_shown_the_addendum_first(lin: Page) -> None:
    report = steps.open_report(lin, steps.SKIN)
    blocks = report.get_by_test_id("block")
    expect(blocks.first).to_contain_text("28.02.2025")
    expect(report.get_by_role("heading", name="Tilleggsfunn")).to_be_visible()
    expect(report.get_by_role("heading", name="Diagnose")).to_be_visible()
    for code in ("T01000 hud UNS", "M80903 Basalcellekarsinom UNS"):
        expect(report.get_by_role("listitem").filter(has_text=code)).to_be_visible()
    expect(report).to_contain_text("Hud med basalcellekarsinom, nodulær type. Ikke fri kant.")
    shown = report.inner_text()
    assert shown.index("preparatet revurdert") < shown.index("Ikke fri kant") < shown.index("immunfarging")


def test_given_radiology_then_the_description_and_the_question_are_shown_as_text(koman: Page) -> None:
    steps.open_own(koman, "Telokk")
    report = steps.open_report(koman, steps.ULTRASOUND)
    expect(report).to_contain_text("Gallestein i gallblæren uten tegn til betennelse. Lett fettlever.")
    expect(report).to_contain_text("Forhøyede leverprøver, smerter under høyre ribbebue. Gallestein?")
    expect(report).to_contain_text("Vestbre Røntgen AS")
    expect(report.get_by_test_id("results")).to_have_count(0)


def test_given_a_withdrawn_report_then_it_says_so_and_shows_no_value(koman: Page) -> None:
    steps.open_own(koman, "Danser")
    report = steps.open_report(koman, steps.WITHDRAWN)
    expect(report).to_contain_text("Svaret er kansellert")
    expect(report.locator(".results-value")).to_have_count(0)


def test_given_a_changed_report_when_versions_are_asked_for_then_an_earlier_one_opens_as_earlier(
    lin: Page,
) -> None:
    report = steps.open_report(lin, steps.SKIN)
    report.get_by_test_id("versions").click()
    versions = report.get_by_test_id("version-list").get_by_role("listitem").filter(has=lin.locator("strong"))
    first = report.get_by_test_id("version-list").locator("> li").last
    expect(first).to_contain_text("09.02.2025 15:00")
    expect(first).to_contain_text("Foreløpig")
    expect(versions.first).to_contain_text("Vises nå")

    first.get_by_role("button").click()
    expect(report).to_contain_text("Du ser en tidligere versjon")
    expect(report.get_by_test_id("narrative")).to_contain_text("Basaloid tumor, immunfarging pågår.")
    expect(report.get_by_test_id("narrative")).not_to_contain_text("Hud med basalcellekarsinom")

    report.get_by_role("button", name="Vis nyeste").click()
    expect(report.get_by_test_id("narrative")).to_contain_text("Hud med basalcellekarsinom")
    expect(report).not_to_contain_text("Du ser en tidligere versjon")


def test_given_text_that_is_still_in_the_report_then_no_version_says_that_it_is_gone(lin: Page) -> None:
    report = steps.open_report(lin, steps.SKIN)
    report.get_by_test_id("versions").click()
    newest = report.get_by_test_id("version-list").locator("> li").first
    expect(newest).to_contain_text("Tilleggsfunn")
    expect(newest).not_to_contain_text("Ikke lenger med")


def test_given_an_analysis_when_its_course_is_asked_for_then_graph_and_table_show_every_value(
    koman: Page,
) -> None:
    steps.open_own(koman, "Telokk")
    steps.result(steps.open_report(koman, steps.THYROID), "P-TSH").get_by_role("button").click()
    view = koman.get_by_test_id("trend-view")
    expect(view.get_by_role("heading", level=1)).to_contain_text("P-TSH")
    series = view.get_by_test_id("series").first
    graph = series.get_by_role("img")
    expect(graph).to_have_attribute("aria-label", "Graf av P-TSH. Alle verdiene står i tabellen under.")
    rows = series.locator("tbody").get_by_role("row")
    assert rows.count() > 5
    expect(graph.locator(".results-mark")).to_have_count(rows.count())
    spring = rows.filter(has_text="06.05.2025 08:30")
    assert [c.strip() for c in spring.get_by_role("cell").all_inner_texts()][:4] == [
        "10,25",
        "10E-3 IU/L",
        "▲Over",
        "0,27 - 4,20",
    ]
    spring.get_by_role("button").click()
    expect(koman.get_by_test_id("report").get_by_role("heading", level=1)).to_have_text("Medisinsk biokjemi")


def test_on_a_phone_the_first_results_are_in_sight_and_the_choices_are_folded(visit: Visit) -> None:
    koman = visit("lege-koman")
    koman.set_viewport_size(steps.NARROW)
    steps.open_own(koman, "Telokk")
    choices = koman.get_by_test_id("filter-choices")
    expect(choices.get_by_label("Laboratorium")).to_be_hidden()
    expect(koman.get_by_test_id("abnormal-only")).to_be_visible()
    choices.locator("summary").press("Enter")
    choices.get_by_label("Prøvetatt").select_option("365")
    expect(choices.locator("summary")).to_contain_text("i bruk")
    koman.set_viewport_size({"width": 1280, "height": 844})
    expect(choices.get_by_label("Laboratorium")).to_be_visible()
    expect(choices.locator("summary")).to_be_hidden()
