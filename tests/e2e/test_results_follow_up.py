"""Results are followed up in a browser: opened from the list, assessed with words that the patient sees."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e import steps
from tests.e2e.conftest import Visit

FOLLOW_UP = "/clinician/follow-up"
SAID = "Svaret er som vi ventet. Du trenger ikke å gjøre noe."


def is_well(page: Page, what: str) -> None:
    for width in (1280, steps.NARROW["width"]):
        page.set_viewport_size({"width": width, "height": 844})
        steps.expect_no_sideways_scroll(page, f"{what} at {width}")
        assert steps.axe_faults(page) == []
    page.set_viewport_size({"width": 1280, "height": 844})


def come(page: Page) -> int:
    """To the list, with how many results wait for oneself."""
    page.goto(FOLLOW_UP)
    expect(page.get_by_test_id("result-row").first).to_be_visible()
    return page.get_by_test_id("result-row").count()


def test_given_a_result_when_it_is_assessed_with_words_then_it_is_off_the_list_and_the_patient_reads_them(
    visit: Visit,
) -> None:
    page = visit("lege-koman")
    waiting = come(page)
    is_well(page, "list of results")
    row = page.get_by_test_id("result-row").filter(has_text="Line Danser").first
    row.get_by_role("button").press("Enter")
    opened = page.get_by_test_id("open-result")
    expect(opened).to_be_visible()
    expect(page.get_by_test_id("patient-banner")).to_contain_text("Line Danser")
    is_well(page, "open result")
    opened.get_by_test_id("comment").fill(SAID)
    opened.get_by_test_id("send").click()
    expect(opened).to_have_count(0)
    expect(page.get_by_test_id("result-row")).to_have_count(waiting - 1)

    line = visit("line")
    for _ in range(15):  # what is ordered is carried out within seconds
        line.goto("/citizen/results")
        expect(line.get_by_role("heading", level=1)).to_be_visible()
        line.wait_for_timeout(1000)
        if line.get_by_text(SAID).count():
            break
    expect(line.get_by_text(SAID).first).to_be_attached()


def test_given_a_result_when_a_task_is_made_or_it_is_proposed_then_it_waits_on_its_list(visit: Visit) -> None:
    page = visit("lege-koman")
    waiting = come(page)
    page.get_by_test_id("result-row").get_by_role("button").first.click()
    opened = page.get_by_test_id("open-result")
    opened.get_by_test_id("way-task").click()
    expect(opened.get_by_test_id("send")).to_have_text("Lag oppgaven")
    opened.get_by_test_id("words").fill("Ring pasienten og sett opp ny prøve.")
    opened.get_by_test_id("send").click()
    expect(page.get_by_text("Oppgaven er laget")).to_be_visible()
    opened.get_by_test_id("way-prepare").click()
    expect(opened.get_by_test_id("send")).to_have_text("Lagre forslag")
    opened.get_by_test_id("words").fill("Ny prøve om tre måneder.")
    opened.get_by_test_id("send").click()
    expect(opened).to_contain_text("Forslag fra Magnar Koman")
    expect(page.get_by_test_id("result-row")).to_have_count(waiting)
    opened.get_by_test_id("history").locator("summary").click()
    expect(opened.get_by_test_id("history")).to_contain_text("Oppgave laget")
    page.get_by_test_id("close-result").click()
    expect(opened).to_have_count(0)


def test_given_a_result_when_it_goes_to_the_inbox_then_it_is_there_as_unread(visit: Visit) -> None:
    page = visit("lege-koman")
    waiting = come(page)
    there = int(page.get_by_test_id("list-inbox").locator(".follow-count").inner_text())
    page.get_by_test_id("result-row").get_by_role("button").last.click()
    opened = page.get_by_test_id("open-result")
    opened.get_by_test_id("way-forward").click()
    expect(opened.get_by_test_id("send")).to_have_text("Send videre")
    opened.get_by_test_id("send").click()
    expect(opened).to_have_count(0)
    expect(page.get_by_test_id("result-row")).to_have_count(waiting - 1)
    page.get_by_test_id("list-inbox").click()
    expect(page.get_by_test_id("result-row")).to_have_count(there + 1)
    is_well(page, "inbox")
