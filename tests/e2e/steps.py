"""What people do and see in the portal, in the words of the tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, WebSocket, expect

AXE_SCRIPT = Axe().axe_script
AXE_OPTIONS = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}

LINE, GRY, ROLAND = "13116900216", "12057900499", "15076500565"
NARROW = {"width": 390, "height": 844}


@dataclass(frozen=True)
class Sent:
    """A report of `tests/messages`: when it was sampled, and words that the list finds it by."""

    sampled: str
    words: str


THYROID = Sent("06.05.2025 08:30", "TSH")  # biokjemi-latin1.xml, Gry
URINE = Sent("03.02.2025 11:10", "Enterococcus")  # dyrkning-urin-1 and -2, Gry
ULTRASOUND = Sent("22.04.2025 09:30", "Vestbre")  # radiologi-ultralyd.xml, Gry
POTASSIUM = Sent("20.01.2025 10:40", "Kalium")  # ringt-kalium.xml, Roland
WOUND = Sent("17.03.2025 13:25", "aureus")  # dyrkning-saar.xml, Roland
SKIN = Sent("05.02.2025", "Histologisk")  # histologi-1, -2 and -3, Roland
WITHDRAWN = Sent("11.02.2025", "Medisinsk biokjemi")  # biokjemi-1, -2 and -3, Line


@dataclass
class Seen:
    """Everything a page has shown outside itself: addresses, titles, frames of its websocket."""

    addresses: list[str] = field(default_factory=list)
    frames: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def said(self) -> str:
        return "\n".join(self.frames)


def watch(page: Page) -> Seen:
    """Note the page's addresses, what its websocket receives, and its faults."""
    seen = Seen()

    def listen(socket: WebSocket) -> None:
        seen.addresses.append(socket.url)
        socket.on("framereceived", lambda data: seen.frames.append(_as_text(data)))

    page.on("websocket", listen)
    page.on("request", lambda request: seen.addresses.append(request.url))
    page.on("pageerror", lambda error: seen.problems.append(str(error)))
    page.on("console", lambda m: seen.problems.append(m.text) if m.type == "error" else None)
    return seen


def new_page(browser: Browser, base_url: str, **options: Any) -> Page:
    """A page in a browser of its own: no cookie, no storage."""
    context = browser.new_context(base_url=base_url, locale="nb-NO", **options)
    context.set_default_timeout(15_000)
    return context.new_page()


def _as_text(data: str | bytes) -> str:
    return data if isinstance(data, str) else data.decode(errors="replace")


# Logging in and out

PERSONAS = {
    "lege-koman": "Magnar Koman",
    "lege-lin": "Rita Lin",
    "pleieassistent": "Tobias Myrland",
    "helsesekretaer": "Nora Lunde",
    "line": "Line Danser",
    "gry": "Gry Telokk",
    "forelder": "Astrid Nesheim",
    "ungdom": "Eline Nesheim",
    "drift": "Oskar Brekke",
}
CITIZENS = ("line", "gry", "forelder", "ungdom")
OPERATORS = ("drift",)


def home_of(name: str) -> str:
    """Where somebody who is logged in begins."""
    if name in OPERATORS:
        return "/operations/messages"
    return "/citizen/results" if name in CITIZENS else "/clinician/patients"


def log_in(page: Page, name: str) -> Page:
    """From the front page, through the provider's persona page, by the real protocol."""
    page.goto("/")
    citizen = name in CITIZENS
    page.get_by_role("link", name="ID-porten" if citizen else "HelseID").click()
    page.get_by_role("button", name=PERSONAS[name]).click()
    expect(page.get_by_test_id("log-out")).to_be_visible()
    return page


def log_out(page: Page) -> None:
    """Ends at the front page, which says so."""
    page.get_by_test_id("log-out").get_by_role("button").click()
    expect(page.locator(".front-notice").first).to_be_visible()


# Finding a patient


def own_patients(page: Page) -> Locator:
    return page.get_by_test_id("own-patients")


def search_box(page: Page) -> Locator:
    return page.get_by_role("searchbox")


def open_own(page: Page, name: str) -> None:
    """Open one of one's own patients by a part of the name."""
    search_box(page).fill(name)
    rows = own_patients(page).get_by_role("row").filter(has_text=name)
    expect(own_patients(page).get_by_role("rowheader")).to_have_count(1)  # the hit has come up to the field
    rows.get_by_role("button").click()
    expect_reports(page)


def ask_by_number(page: Page, number: str) -> None:
    """Search by number; the page asks for reason and basis."""
    search_box(page).fill(number)
    search_box(page).press("Enter")
    expect(page.get_by_test_id("reason")).to_be_visible()


def declare(page: Page, reason: str, basis: str) -> None:
    """Choose reason and basis (by their codes) and look up."""
    page.get_by_test_id("reason").select_option(reason)
    page.get_by_test_id("basis").select_option(basis)
    page.get_by_test_id("open-number").click()


# Reports


def expect_reports(page: Page) -> None:
    expect(page.get_by_test_id("reports")).to_be_visible()


def expect_all_reports(page: Page) -> None:
    """The first ones come alone; here are the rest too."""
    expect_reports(page)
    expect(page.locator('[data-complete="yes"]')).to_be_attached()


def report_rows(page: Page) -> Locator:
    return page.get_by_test_id("report-row")


def narrow(page: Page, words: str) -> None:
    """Search in the list."""
    page.get_by_role("searchbox").fill(words)


def choose_table(page: Page) -> None:
    """Show the results as a table; on a narrow page, what stands there in its place."""
    page.get_by_test_id("view-choice").get_by_role("radio", name="Tabell").click()
    table = page.get_by_test_id("cumulative").or_(page.get_by_test_id("newest"))
    expect(table.filter(visible=True)).to_be_visible()


def open_report(page: Page, sent: Sent) -> Locator:
    """Find a report in the list and open it."""
    narrow(page, sent.words)
    row = report_rows(page).filter(has_text=sent.sampled)
    expect(row).to_have_count(1)
    row.get_by_test_id("open-report").click()
    report = page.get_by_test_id("report")
    expect(report).to_be_visible()
    return report


def result(report: Locator, name: str) -> Locator:
    """One result of the open report, by its name."""
    return report.get_by_test_id("result").filter(has=report.page.get_by_text(name, exact=True))


def cells(row: Locator) -> list[str]:
    """What the cells of a result show: value, unit, flag, reference …"""
    return [text.strip() for text in row.get_by_role("row").first.get_by_role("cell").all_inner_texts()]


def back_to_list(page: Page) -> None:
    page.get_by_test_id("back").click()
    expect_reports(page)


def tick(box: Locator, *, on: bool) -> None:
    """Tick or untick a box; the server answers before it shows."""
    expect(box).to_be_checked(checked=not on)
    box.click()
    expect(box).to_be_checked(checked=on)


# Looking at the whole page


# What fades in has too little contrast on the way; endless movement (waiting) is left out.
_AT_REST = """() => Promise.all(document.getAnimations()
    .filter(each => each.effect.getComputedTiming().endTime !== Infinity)
    .map(each => each.finished.catch(() => null)))
    .then(() => null)"""


def axe_faults(page: Page) -> list[str]:
    """What axe finds on the page as it stands, one line a rule with where."""
    page.evaluate(_AT_REST)
    page.evaluate("() => window.scrollTo(0, 0)")  # what is under the banner counts as covered
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate("options => axe.run(document, options)", AXE_OPTIONS)
    return [f"{v['id']}: {v['help']} at {[n['target'] for n in v['nodes']][:3]}" for v in found["violations"]]


def expect_no_sideways_scroll(page: Page, where: str) -> None:
    """Nothing is wider than the window; Aksel's text fields follow a new width a sixth of a second later."""
    for _ in range(20):
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide <= 0:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{where}: {wide} px too wide")


def tab_to(page: Page, target: Locator, *, backwards: bool = False, most: int = 120) -> None:
    """Reach `target` by the Tab key alone."""
    expect(target).to_be_visible()
    for _ in range(most):
        if target.evaluate("e => e === document.activeElement"):
            return
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
    raise AssertionError(f"{target} is not reached by {most} Tabs")


def by_keyboard(page: Page, target: Locator, *, backwards: bool = False) -> None:
    """Reach `target` by Tab and press Enter."""
    tab_to(page, target, backwards=backwards)
    page.keyboard.press("Enter")


def stored(page: Page) -> str:
    """All that the page's scripts can find in the browser's storage and cookies."""
    text: str = page.evaluate(
        "() => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"
    )
    return text
