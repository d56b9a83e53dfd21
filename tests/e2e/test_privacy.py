"""What of a patient is left in the browser outside the page itself: nothing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import APIRequestContext, Browser, Page, expect

from tests.e2e import steps, walks
from tests.e2e.conftest import Visit

# names, numbers and results that the walks below show
SECRETS = (
    *(steps.LINE, steps.GRY, steps.ROLAND, "120579", "131169"),
    *("Telokk", "Danser", "Gundersen", "Gry", "Line"),
    *("10.25", "10,25", "TSH", "Enterococcus", "Gallestein"),
)
PUBLIC = ("/", "/leave/", "/nothing-here", "/auth/ended", "/favicon.ico", "/health/live")
PRIVATE = ("/clinician/patients/", "/clinician/results/", "/citizen/results/", "/citizen/access-log/")


def found(text: str) -> list[str]:
    return [secret for secret in SECRETS if re.search(rf"(?<![\w-]){re.escape(secret)}(?![\w-])", text)]


def expect_clean(page: Page, seen: steps.Seen, where: str) -> None:
    """Nothing of the patient in the address, the title, the history or the storage."""
    assert found(page.url) == [], where
    assert found(page.title()) == [], where
    assert found(steps.stored(page)) == [], where
    assert found("\n".join(seen.addresses)) == [], where


def test_given_a_clinician_at_work_then_addresses_titles_and_storage_tell_nothing(visit: Visit) -> None:
    page = visit("lege-koman")
    seen = steps.watch(page)
    for where in walks.walk_clinician(page):
        expect_clean(page, seen, where)


def test_given_a_citizen_reading_then_addresses_titles_and_storage_tell_nothing(visit: Visit) -> None:
    page = visit("line")
    seen = steps.watch(page)
    for where in walks.walk_citizen(page):
        expect_clean(page, seen, where)


def test_given_a_page_then_everything_it_loads_comes_from_here(visit: Visit, base_url: str) -> None:
    page = visit("lege-koman")
    seen = steps.watch(page)
    page.reload()
    expect(steps.own_patients(page)).to_be_visible()
    host = base_url.partition("://")[2]
    assert len(seen.addresses) > 5
    assert [a for a in seen.addresses if a.partition("://")[2].partition("/")[0] != host] == []


def test_given_own_patients_then_their_numbers_stay_on_the_server(visit: Visit) -> None:
    page = visit("lege-koman")
    seen = steps.watch(page)
    page.reload()
    expect(steps.own_patients(page)).to_contain_text("Telokk, Gry")
    assert "Telokk" in seen.said()
    assert re.findall(r"\b\d{11}\b", seen.said()) == []  # whole words: an id may end in eleven digits


def test_given_a_session_then_the_html_of_every_page_is_the_same_for_all(visit: Visit) -> None:
    page = visit("lege-koman")
    steps.open_own(page, "Telokk")
    for address in PRIVATE:
        html = page.context.request.get(address).text()
        assert "<html" in html
        assert found(html) == [], address


@pytest.mark.parametrize("address", [*PUBLIC, *PRIVATE])
def test_given_any_answer_then_it_carries_the_security_headers(
    browser: Browser, base_url: str, address: str
) -> None:
    context = browser.new_context(base_url=base_url)
    headers = _headers(context.request, address)
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in policy["script-src"]
    assert "*" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    context.close()


def _headers(request: APIRequestContext, address: str) -> dict[str, str]:
    return request.get(address, max_redirects=0).headers


def test_given_a_login_then_every_cookie_is_out_of_scripts_reach(browser: Browser, base_url: str) -> None:
    page = steps.new_page(browser, base_url)
    page.goto("/language/nb")
    page.get_by_role("link", name="HelseID").click()
    under_way = page.context.cookies()
    page.get_by_role("button", name=steps.PERSONAS["lege-koman"]).click()
    expect(steps.own_patients(page)).to_be_visible()
    cookies = [c for c in [*under_way, *page.context.cookies()] if c["name"].startswith("akson_")]
    assert {c["name"] for c in cookies} == {"akson_language", "akson_login", "akson_session"}
    assert all(c["httpOnly"] and c["sameSite"] == "Lax" for c in cookies)
    assert page.evaluate("() => document.cookie") == ""
    page.context.close()


def test_given_a_script_slipped_into_a_page_then_it_does_not_run(browser: Browser, base_url: str) -> None:
    page = steps.new_page(browser, base_url)
    seen = steps.watch(page)
    page.goto("/")
    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.slipped = 1';"
        " document.body.append(s); }"
    )
    assert page.evaluate("() => window.slipped") is None
    assert "Content Security Policy" in "".join(seen.problems)
    page.context.close()
