"""Every page and state that a person meets, one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from playwright.sync_api import Page, expect

from tests.e2e.steps import (
    ROLAND,
    THYROID,
    ULTRASOUND,
    URINE,
    ask_by_number,
    back_to_list,
    choose_table,
    declare,
    expect_reports,
    open_own,
    open_report,
    own_patients,
    result,
    search_box,
    tick,
)

Walk = Callable[[Page], Iterator[str]]


# Every page and state that a person meets, one after another


def walk_clinician(page: Page) -> Iterator[str]:
    """From own patients to a graph, for the GP whose patient is Gry; yields where it stands."""
    page.goto("/clinician/patients")
    expect(own_patients(page)).to_be_visible()
    yield "own patients"
    search_box(page).fill("Ingen Slik")
    expect(page.get_by_test_id("empty")).to_be_visible()
    yield "no patient of that name"
    ask_by_number(page, ROLAND)
    yield "reason and basis"
    declare(page, "listed", "UNNTAK")
    expect(page.get_by_test_id("problem")).to_be_visible()
    yield "refused"
    page.goto("/clinician/patients")
    open_own(page, "Telokk")
    yield "list of reports"
    choose_table(page)
    yield "table"
    page.get_by_test_id("view-choice").get_by_role("radio", name="Liste").click()
    expect_reports(page)
    for name, sent in (("biochemistry", THYROID), ("radiology", ULTRASOUND), ("culture", URINE)):
        open_report(page, sent)
        yield name
        if sent is not URINE:
            back_to_list(page)
    page.get_by_test_id("versions").click()
    expect(page.get_by_test_id("version-list")).to_be_visible()
    yield "versions"
    back_to_list(page)
    result(open_report(page, THYROID), "P-TSH").get_by_role("button").click()
    expect(page.get_by_test_id("trend-view")).to_be_visible()
    yield "over time"


def walk_operator(page: Page) -> Iterator[str]:
    """Messages that wait, a cause, one message opened, the senders; yields where it stands."""
    page.goto("/operations/messages")
    expect(page.get_by_test_id("work-list")).to_be_visible()
    yield "messages that wait"
    page.get_by_test_id("causes").get_by_role("button").first.click()
    expect(page.locator("#cause-heading")).to_be_focused()
    page.get_by_role("button", name="Gjør det samme").click()
    page.get_by_test_id("write-letter").click()
    expect(page.get_by_test_id("letter-all")).to_be_visible()
    yield "a cause"
    page.get_by_test_id("work-list").get_by_role("button").first.click()
    expect(page.locator("#message-heading")).to_be_focused()
    yield "a message, masked"
    page.get_by_test_id("open-message").click()
    expect(page.get_by_test_id("letter")).to_be_visible()
    yield "a message, opened"
    page.goto("/operations/senders")
    expect(page.get_by_test_id("volumes")).to_be_visible()
    yield "senders"
    page.goto("/operations/remapping")
    expect(page.get_by_test_id("ask")).to_be_visible()
    yield "mapping anew"


def walk_citizen(page: Page) -> Iterator[str]:
    """A citizen's own results, one of them opened, and the log; yields where it stands."""
    page.goto("/citizen/results")
    expect(page.get_by_test_id("own-reports")).to_be_visible()
    yield "own results"
    page.get_by_test_id("own-over-time").click()
    expect(page.locator("#own-over-time")).to_be_focused()
    yield "own results over time"
    page.get_by_test_id("own-reports").get_by_role("button").first.click()
    expect(page.get_by_test_id("own-reports").get_by_role("list").first).to_be_visible()
    yield "own results, one opened"
    page.goto("/citizen/notices")
    expect(page.get_by_test_id("notices").or_(page.get_by_test_id("empty"))).to_be_visible()
    yield "notices"
    page.goto("/citizen/access-log")
    expect(page.get_by_role("checkbox")).to_be_visible()
    yield "log"
    tick(page.get_by_role("checkbox"), on=True)
    expect(page.get_by_test_id("access-log")).to_be_visible()
    yield "log with one's own look-ups"
    page.goto("/citizen/privacy")
    for part in ("sperring", "blokkering", "samtykke", "fullmakt", "reservasjon"):
        card = page.get_by_test_id(f"part-{part}")
        card.get_by_role("button").first.click()
        expect(card.get_by_role("button").first).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_test_id("fullmakt-form")).to_be_visible()
    yield "privacy, every part opened"
