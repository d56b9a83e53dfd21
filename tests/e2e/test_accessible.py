"""Everyone can use it: by keyboard alone, on a narrow screen, in three languages, on paper."""

from __future__ import annotations

import re

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e import steps, walks
from tests.e2e.conftest import Visit

WALKS = (
    ("lege-koman", walks.walk_clinician),
    ("line", walks.walk_citizen),
    ("drift", walks.walk_operator),
)
OPEN_PAGES = ("/", "/nothing-here")


@pytest.mark.parametrize("width", [1280, steps.NARROW["width"]])
@pytest.mark.parametrize(("who", "walk"), WALKS, ids=["clinician", "citizen", "operator"])
def test_given_every_page_then_axe_finds_nothing_and_nothing_is_too_wide(
    visit: Visit, who: str, walk: walks.Walk, width: int
) -> None:
    page = visit(who)
    page.set_viewport_size({"width": width, "height": 844})
    faults: dict[str, list[str]] = {}
    for where in walk(page):
        steps.expect_no_sideways_scroll(page, where)
        if found := steps.axe_faults(page):
            faults[where] = found
    assert faults == {}


@pytest.mark.parametrize("width", [1280, steps.NARROW["width"]])
def test_given_a_page_without_login_then_axe_finds_nothing(
    browser: Browser, base_url: str, width: int
) -> None:
    page = steps.new_page(browser, base_url, viewport={"width": width, "height": 844})
    for address in OPEN_PAGES:
        page.goto(address, wait_until="networkidle")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page).to_have_url(base_url + address)  # nobody is sent on before the words are read
        steps.expect_no_sideways_scroll(page, address)
        assert steps.axe_faults(page) == [], address
    page.context.close()


def test_given_twice_the_size_then_nothing_is_too_wide(visit: Visit) -> None:
    page = visit("lege-koman")
    page.set_viewport_size({"width": 640, "height": 512})  # 1280 × 1024 at 200 %
    for where in walks.walk_clinician(page):
        steps.expect_no_sideways_scroll(page, where)


def test_given_only_a_keyboard_then_a_clinician_gets_from_the_front_page_to_a_result_and_out(
    browser: Browser, base_url: str
) -> None:
    page = steps.new_page(browser, base_url)
    page.goto("/")
    steps.by_keyboard(page, page.get_by_role("link", name="HelseID"))
    steps.by_keyboard(page, page.get_by_role("button", name=steps.PERSONAS["lege-koman"]))
    expect(steps.own_patients(page)).to_be_visible()

    # by number, with reason and basis
    steps.tab_to(page, steps.search_box(page))
    page.keyboard.type(steps.ROLAND, delay=20)
    page.keyboard.press("Enter")
    reason = page.get_by_test_id("reason")
    expect(reason).to_be_visible()
    steps.tab_to(page, reason)
    page.keyboard.type("Pasienten er til")
    expect(reason).to_have_value("treatment")
    steps.by_keyboard(page, page.get_by_test_id("open-number"))
    steps.expect_reports(page)

    # one report; the focus follows to its heading
    steps.tab_to(page, page.get_by_role("searchbox"))
    page.keyboard.type("Kalium", delay=20)
    row = steps.report_rows(page).filter(has_text=steps.POTASSIUM.sampled)
    expect(row).to_have_count(1)
    steps.by_keyboard(page, row.get_by_test_id("open-report"))
    report = page.get_by_test_id("report")
    expect(report.get_by_role("heading", level=1)).to_be_focused()

    # over time, and back
    steps.by_keyboard(page, steps.result(report, "P-Kalium").get_by_role("button"))
    expect(page.get_by_test_id("trend-view").get_by_role("heading", level=1)).to_be_focused()
    steps.by_keyboard(page, page.get_by_test_id("back"), backwards=True)
    expect(report.get_by_role("heading", level=1)).to_be_focused()

    # versions
    steps.by_keyboard(page, report.get_by_test_id("versions"))
    expect(page.get_by_test_id("version-list")).to_be_visible()
    steps.by_keyboard(page, report.get_by_test_id("back"), backwards=True)
    steps.expect_reports(page)

    # out
    steps.by_keyboard(page, page.get_by_test_id("log-out").get_by_role("button"), backwards=True)
    expect(page.get_by_text("Du er logget ut.")).to_be_visible()
    page.context.close()


def test_given_a_keyboard_then_the_first_stop_leads_past_the_menu(visit: Visit) -> None:
    page = visit("lege-koman")
    page.reload()
    expect(steps.own_patients(page)).to_be_visible()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Hopp til hovedinnhold")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


@pytest.mark.parametrize(
    ("who", "lang", "heading", "menu", "log_out"),
    [
        ("lege-koman", "nn", "Finn pasient", "Pasientar", "Logg ut"),
        ("lege-koman", "en", "Find a patient", "Patients", "Log out"),
        ("line", "nn", "Prøvesvara mine", "Kven har sett", "Logg ut"),
        ("line", "en", "My test results", "Who has looked", "Log out"),
    ],
)
def test_given_another_language_is_chosen_then_the_pages_follow_and_stay(
    browser: Browser, base_url: str, who: str, lang: str, heading: str, menu: str, log_out: str
) -> None:
    page = steps.log_in(steps.new_page(browser, base_url), who)
    listed = page.get_by_test_id("own-patients").or_(page.get_by_test_id("own-reports"))
    expect(listed).to_be_visible()  # the page is alive: what is chosen now is heard
    page.get_by_test_id("language").select_option(lang)
    for _ in range(2):
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        expect(page.get_by_role("navigation").first).to_contain_text(menu)
        expect(page.get_by_test_id("log-out")).to_contain_text(log_out)
        expect(page.locator("html")).to_have_attribute("lang", lang)
        page.reload()
    expect(listed).to_be_visible()
    assert steps.axe_faults(page) == []
    page.context.close()


@pytest.mark.parametrize(
    ("lang", "heading"), [("nn", "Prøvesvara, samla"), ("en", "Test results, in one place")]
)
def test_given_another_language_on_the_front_page_then_the_login_follows(
    browser: Browser, base_url: str, lang: str, heading: str
) -> None:
    page = steps.new_page(browser, base_url)
    page.goto("/")
    page.locator(f".front-languages a[lang={lang}]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    page.get_by_role("link", name="HelseID").click()
    expect(page.locator("html")).to_have_attribute("lang", lang)
    page.get_by_role("button", name=steps.PERSONAS["lege-koman"]).click()
    expect(page.get_by_test_id("log-out")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", lang)
    page.context.close()


def test_given_a_printed_report_then_who_and_what_are_on_paper_and_the_menu_is_not(visit: Visit) -> None:
    page = visit("lege-koman")
    steps.open_own(page, "Telokk")
    report = steps.open_report(page, steps.THYROID)
    page.emulate_media(media="print")
    head = page.get_by_test_id("paper-head")
    expect(head).to_be_visible()
    expect(head).to_contain_text("Gry Telokk · 120579 00499 · Født 12.05.1979")
    assert steps.cells(steps.result(report, "P-TSH"))[:2] == ["10,25", "10E-3 IU/L"]
    for unwanted in (page.get_by_test_id("log-out"), report.get_by_test_id("back")):
        expect(unwanted).to_be_hidden()
    page.emulate_media()
    sheets = sheets_of(page)
    assert all("Gry Telokk · 120579 00499" in sheet for sheet in sheets)
    expect_fits_on_paper(page)


def test_given_printed_lists_then_every_sheet_has_its_patient_when_by_whom_and_its_number(
    visit: Visit,
) -> None:
    page = visit("lege-koman")
    steps.open_own(page, "Telokk")
    steps.expect_all_reports(page)
    for where in ("results", "journal"):
        page.goto(f"/clinician/{where}")
        if where == "results":
            steps.expect_all_reports(page)
        else:
            expect(page.get_by_test_id("journal-events")).to_be_visible()
        sheets = sheets_of(page)
        assert len(sheets) > 1
        for place, sheet in enumerate(sheets, 1):
            assert "Gry Telokk · 120579 00499 · Født 12.05.1979" in sheet
            assert re.search(r"Skrevet ut \d\d\.\d\d\.\d{4} \d\d:\d\d av Magnar Koman", sheet)
            assert f"{place} / {len(sheets)}" in sheet
        for unwanted in ("Logg ut", "Mine innlogginger", "Legg til", "Innbyggerpanelet", "/clinician/"):
            assert not any(unwanted in sheet for sheet in sheets)


def test_given_a_printed_result_to_follow_up_then_nobody_else_is_named_and_a_list_has_no_patient(
    visit: Visit,
) -> None:
    page = visit("lege-koman")
    page.goto("/clinician/follow-up")
    rows, report = page.locator(".follow-row"), page.get_by_test_id("open-result")
    expect(rows.first).to_be_visible()
    first, *others = page.locator(".follow-name").all_inner_texts()
    rows.first.click()
    expect(report).to_be_visible()
    sheets = sheets_of(page)
    assert all(first in sheet.split("Skrevet ut")[0] for sheet in sheets)
    assert not [name for name in {*others} - {first} if any(name in sheet for sheet in sheets)]
    page.get_by_test_id("close-result").click()
    expect(report).to_be_hidden()
    expect(page.get_by_test_id("patient-banner")).to_contain_text(first)
    (list_, *_) = sheets_of(page)
    assert first not in list_.split("Skrevet ut")[0]
    assert first in list_


def test_given_a_printed_question_of_basis_then_whoever_is_still_open_does_not_head_it(visit: Visit) -> None:
    page = visit("helsesekretaer")
    page.goto("/clinician/follow-up")
    page.get_by_test_id("list-others").click()
    rows = page.locator(".follow-row")
    expect(rows.first).to_be_visible()
    first = page.locator(".follow-name").first.inner_text()
    rows.first.click()
    page.get_by_test_id("open-on-basis").click()
    expect(page.get_by_test_id("open-result")).to_be_visible()
    rows.filter(has_not_text=first).first.click()
    asked = page.locator("#result-basis")
    expect(asked).to_be_visible()
    expect(page.get_by_test_id("patient-banner")).to_contain_text(first)
    about = asked.inner_text()
    (sheet,) = sheets_of(page)
    assert about in sheet
    assert first not in sheet


def sheets_of(page: Page) -> list[str]:
    """The words of each printed sheet."""
    document = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    return [" ".join(sheet.get_textpage().get_text_range().split()) for sheet in document]


def test_given_a_citizens_page_on_paper_then_it_says_whose_it_is_and_has_nothing_to_press(
    visit: Visit,
) -> None:
    page = visit("line")
    page.get_by_test_id("own-reports").get_by_role("button").first.click()
    paper = page.locator(".own-paper")
    expect(paper).to_be_hidden()
    page.emulate_media(media="print")
    expect(paper).to_have_text("Gjelder: Line Danser")
    expect(page.get_by_test_id("own-reports").get_by_role("listitem").first).to_be_visible()
    expect(page.get_by_test_id("own-over-time")).to_be_hidden()
    expect_fits_on_paper(page)


def test_given_twice_the_size_then_no_page_of_a_citizen_is_too_wide(visit: Visit) -> None:
    page = visit("line")
    page.set_viewport_size({"width": 640, "height": 512})  # 1280 × 1024 at 200 %
    for where in walks.walk_citizen(page):
        steps.expect_no_sideways_scroll(page, where)


def expect_fits_on_paper(page: Page) -> None:
    """A4 upright at 96 dpi with 9 mm margins is 725 px wide."""
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 725, "height": 1000})
    steps.expect_no_sideways_scroll(page, "on paper")
