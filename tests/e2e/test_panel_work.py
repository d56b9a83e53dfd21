"""A whole consultation, from a drawn council to "you said, we did", by those who do it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e import steps

DESK = "/panel/manage/01930000-0000-7000-8000-000000000001"
COUNCIL = "/panel/manage/01930000-0000-7000-8000-000000000003"
PEOPLE = {
    "Gunnar Vågen": "HelseID",
    "Inger Solli": "ID-porten",
    "Trygve Haugen": "ID-porten",
    "Bjørg Tangen": "ID-porten",
}
Come = Callable[[str], Page]


@pytest.fixture
def come(browser: Browser, base_url: str) -> Come:
    """`come("Inger Solli")` is a page where that person has logged in."""

    def log_in(name: str) -> Page:
        page = steps.new_page(browser, base_url, viewport=steps.NARROW)
        page.goto("/")
        page.get_by_role("link", name=PEOPLE[name]).click()
        page.get_by_role("button", name=name).click()
        expect(page.get_by_test_id("log-out")).to_be_visible()
        return page

    return log_in


def _look(page: Page, faults: dict[str, list[str]]) -> None:
    where = re.sub(r"[0-9a-f-]{36}", "…", page.url)
    steps.expect_no_sideways_scroll(page, where)
    if found := steps.axe_faults(page):
        faults[where] = found


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def test_given_a_whole_consultation_then_it_goes_from_draw_to_we_did(come: Come) -> None:
    faults: dict[str, list[str]] = {}
    leader = come("Gunnar Vågen")
    leader.goto(f"{COUNCIL}/draws")
    _press(leader, "Varsle en trekning")
    expect(leader.get_by_role("status")).to_contain_text("Trekningen er varslet")
    leader.get_by_label("Antall plasser").fill("3")
    leader.get_by_label("Offentlig tekst").fill("Lottotall 3, 7, 9, 12, 20, 28 og 31")
    _press(leader, "Trekk nå")
    expect(leader.get_by_role("status")).to_contain_text("Trekningen er gjort")
    expect(leader.get_by_text("Trukket", exact=False).first).to_be_visible()
    _look(leader, faults)

    leader.goto(f"{DESK}/consultations/new")
    for number, kind in enumerate(("Ett svar", "Poeng", "Fritekst"), 1):
        _press(leader, kind)
        expect(leader.locator(".panel-question")).to_have_count(number)
    leader.get_by_label("Tittel", exact=True).fill("Skal vi ha mørk visning?")
    leader.get_by_label("Hva det gjelder", exact=True).fill("Vi kan lage en mørk visning.")
    for number, text in enumerate(("Vil du ha det?", "Del ut poengene", "Noe mer?")):
        leader.locator(f'[name="{number}.text.nb"]').fill(text)
    leader.locator('[name="0.options.nb"]').fill("Ja\nNei")
    leader.locator('[name="0.required"]').check()
    leader.locator('[name="1.options.nb"]').fill("Mørk visning\nStørre skrift")
    _press(leader, "Lagre kladden")
    expect(leader.get_by_role("status")).to_contain_text("Lagret")
    _look(leader, faults)
    _press(leader, "Åpne høringen")
    expect(leader.get_by_role("status")).to_contain_text("åpnet")
    _press(leader, "Send påminnelse")
    expect(leader.get_by_role("status")).to_contain_text("påminnelsen")
    asked = leader.url.partition("?")[0]

    member = come("Bjørg Tangen")
    member.goto("/panel/mine")
    expect(member.get_by_text("Påminnelse").first).to_be_visible()
    _look(member, faults)
    member.get_by_role("link", name="Skal vi ha mørk visning?").click()
    member.get_by_label("Ja", exact=True).check()
    member.get_by_label("Mørk visning").fill("7")
    member.get_by_label("Større skrift").fill("3")
    _press(member, "Send svar")
    expect(member.get_by_role("status")).to_contain_text("Svaret er sendt")
    member.goto("/panel/topics")
    member.get_by_label("Tittel").fill("Mørk visning om natta")
    member.get_by_label("Tekst", exact=True).fill("Skjermen lyser sterkt når jeg våkner.")
    _press(member, "Send forslaget")
    expect(member.get_by_text("Venter på en moderator").first).to_be_visible()

    moderator = come("Inger Solli")
    moderator.goto(f"{DESK}/moderation")
    _look(moderator, faults)
    moderator.locator("section", has_text="Mørk visning om natta").get_by_role(
        "button", name="Publiser"
    ).click()
    expect(moderator.get_by_role("status")).to_contain_text("publisert")
    moderator.goto("/panel/topics")
    moderator.get_by_role("link", name="Mørk visning om natta").click()
    topic = moderator.url
    member.goto(topic)
    _press(member, "Støtter")
    expect(member.get_by_role("button", name="Du støtter. Angre")).to_be_visible()
    _look(member, faults)

    leader.goto(asked)
    _press(leader, "Steng høringen")
    expect(leader.get_by_role("status")).to_contain_text("stengt")
    _press(leader, "Publiser resultatet")
    expect(leader.get_by_text("Færre enn fem svarte.").first).to_be_visible()
    _look(leader, faults)

    decider = come("Trygve Haugen")
    decider.goto(f"{DESK}/decisions/new")
    decider.get_by_label("Tittel", exact=True).fill("Mørk visning")
    decider.get_by_label("Du sa", exact=True).fill("Skjermen lyser for sterkt om natta.")
    decider.get_by_label("Forslag", exact=True).select_option(label="Mørk visning om natta")
    decider.get_by_label("Kontrollpunkt", exact=True).select_option(index=1)
    decider.get_by_label("Kontrollpunkt i ord", exact=True).fill("KP2")
    decider.get_by_label("Steg", exact=True).select_option("board-decision")
    decider.locator('[name="text.nb"]').fill("Styret bestemte å lage den.")
    decider.get_by_label("Status").select_option("decided")
    _look(decider, faults)
    _press(decider, "Lagre")
    decider.get_by_role("link", name="Mørk visning").click()
    decider.get_by_label("Steg", exact=True).select_option("done")
    decider.locator('[name="text.nb"]').fill("Mørk visning kom i dag.")
    decider.get_by_label("Status").select_option("done")
    _press(decider, "Lagre")
    expect(decider.get_by_role("status")).to_contain_text("Lagret")
    decider.goto("/panel/decisions")
    decider.get_by_role("link", name="Mørk visning").click()
    expect(decider.get_by_text("Mørk visning kom i dag.")).to_be_visible()
    expect(decider.get_by_role("link", name="Forslaget")).to_be_visible()
    _look(decider, faults)
    assert faults == {}
    for page in (leader, member, moderator, decider):
        page.context.close()


def test_given_the_login_has_ended_then_what_was_written_is_sent_after_a_new_one(come: Come) -> None:
    page = come("Bjørg Tangen")
    page.goto("/panel/topics")
    page.get_by_label("Tittel").fill("Lagre uten å miste noe")
    page.get_by_label("Tekst", exact=True).fill("Dette tok lang tid å skrive.")
    kept = page.context.cookies()
    page.context.clear_cookies()
    _press(page, "Send forslaget")
    expect(page.get_by_role("alert")).to_contain_text("Innloggingen er utløpt")
    expect(page.get_by_label("Tekst", exact=True)).to_have_value("Dette tok lang tid å skrive.")
    assert steps.axe_faults(page) == []
    page.context.add_cookies(kept)  # as after logging in in a window beside
    _press(page, "Send på nytt")
    expect(page.get_by_role("heading", name="Lagre uten å miste noe").first).to_be_visible()

    page.goto("/panel/topics")
    page.get_by_label("Tekst", exact=True).fill("Skrevet uten nett.")
    page.get_by_label("Tittel").fill("Uten nett")
    page.context.set_offline(True)
    _press(page, "Send forslaget")
    expect(page.get_by_role("alert")).to_contain_text("Ingen kontakt med Akson")
    expect(page.get_by_label("Tekst", exact=True)).to_have_value("Skrevet uten nett.")
    page.context.close()


def test_every_page_of_the_desk_is_accessible(come: Come) -> None:
    page = come("Gunnar Vågen")
    faults: dict[str, list[str]] = {}
    for section in ("feedback", "settings", "topics", "meetings/new", "control-points/new", "members"):
        page.goto(f"{DESK}/{section}")
        expect(page.get_by_role("navigation", name="Sider for arbeidet i panelet")).to_be_visible()
        _look(page, faults)
    for address in ("/panel/topics", "/panel/meetings", "/panel/control-points"):
        page.goto(address)
        _look(page, faults)
        page.locator(f'a[href^="{address}/"]').first.click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        _look(page, faults)
    assert faults == {}
    page.context.close()
