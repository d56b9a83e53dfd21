"""The day begins: a GP opens a patient from the list; a home-care nurse marks visits on a phone, also without
a net; a message is answered."""

from __future__ import annotations

import subprocess
import sys

import pytest
from playwright.sync_api import Browser, Page, WebSocket, expect

from tests.e2e import steps
from tests.e2e.conftest import ROOT, Instance, Visit


@pytest.fixture(scope="module", autouse=True)
def day(akson: Instance) -> None:
    steps.PERSONAS.setdefault("sykepleier", "Ingunn Solvang")
    written = subprocess.run(
        [sys.executable, "-m", "tests.e2e.day"],
        cwd=akson.data,
        env=akson.environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert written.returncode == 0, written.stderr


def looks_right(page: Page, where: str) -> None:
    for width in (1280, steps.NARROW["width"]):
        page.set_viewport_size({"width": width, "height": 844})
        steps.expect_no_sideways_scroll(page, f"{where} at {width}")
        assert steps.axe_faults(page) == []


def test_given_the_days_contacts_then_a_gp_opens_a_patient_from_the_list(visit: Visit) -> None:
    page = visit("lege-koman")
    rows = page.get_by_test_id("list-today").get_by_test_id("work-row")
    expect(rows.first).to_be_visible()
    looks_right(page, "start of the GP")
    name = rows.first.get_by_test_id("open-person").inner_text()
    rows.first.get_by_test_id("open-person").click()
    expect(page.get_by_test_id("patient-banner")).to_contain_text(name)
    expect(page.get_by_test_id("journal-events")).to_be_visible()
    assert page.url.rstrip("/").endswith("/clinician/journal")


def test_given_lists_of_the_day_then_a_patient_sought_by_name_stands_by_the_field(visit: Visit) -> None:
    page = visit("lege-koman")
    for width in (1280, steps.NARROW["width"]):
        page.set_viewport_size({"width": width, "height": 844})
        expect(page.get_by_test_id("list-results").get_by_test_id("work-row").first).to_be_visible()
        steps.search_box(page).fill("Telokk")
        rows = steps.own_patients(page).get_by_role("row")
        expect(rows).to_have_count(2)  # with that of the headings
        expect(rows.last).to_contain_text("Telokk")
        field, found = steps.search_box(page).bounding_box(), rows.last.bounding_box()
        assert field is not None
        assert found is not None
        assert 0 < found["y"] - field["y"] < 200
        steps.search_box(page).fill("Ingen Slik")
        expect(page.get_by_test_id("empty").first).to_be_in_viewport()
        steps.search_box(page).fill("")
        expect(steps.own_patients(page)).to_be_visible()


def test_given_somebody_at_the_screen_then_lists_are_fetched_anew_and_old_ones_say_so(
    visit: Visit,
) -> None:
    page = visit("lege-koman")
    sent: list[str] = []
    came: list[str] = []

    def listen(one: WebSocket) -> None:
        one.on("framesent", lambda frame: sent.append(str(frame)))
        one.on("framereceived", lambda frame: came.append(str(frame)))

    page.on("websocket", listen)
    page.clock.install()
    page.goto("/clinician/patients")
    said = page.get_by_test_id("fetched")
    expect(said).to_contain_text("hentet kl.")
    expect(said).not_to_contain_text("Kan ha endret seg")
    assert not any("start.again" in frame for frame in sent)
    came.clear()
    page.clock.fast_forward(70_000)  # nobody moves, and nobody has been away for long
    for _ in range(150):  # until the lists are there again: their age is reckoned from then
        if any("start___state" in frame for frame in came):
            break
        page.wait_for_timeout(100)
    assert any("start.again" in frame for frame in sent)
    assert any("start___state" in frame for frame in came)
    sent.clear()
    page.clock.fast_forward(200_000)  # unattended by now: the session is left to idle out
    expect(said).to_contain_text("Kan ha endret seg")
    assert not any("start.again" in frame for frame in sent)
    page.evaluate("document.dispatchEvent(new Event('scroll'))")  # as a list does that changes its height
    page.clock.fast_forward(70_000)
    page.wait_for_timeout(1_000)
    assert not any("start.again" in frame for frame in sent), "a page that moves by itself is nobody there"
    page.keyboard.press("Shift")
    page.clock.fast_forward(70_000)
    page.wait_for_timeout(1_000)
    assert any("start.again" in frame for frame in sent)


def test_given_words_in_a_visits_form_then_nothing_is_fetched_under_them(visit: Visit) -> None:
    page = visit("sykepleier")
    sent: list[str] = []
    page.on("websocket", lambda one: one.on("framesent", lambda frame: sent.append(str(frame))))
    page.clock.install()
    page.goto("/clinician/patients")
    page.get_by_test_id("visit-write").first.click()
    form = page.get_by_test_id("visit-form")
    form.get_by_label("Hva er gjort?").fill("Ga medisiner.")
    page.clock.fast_forward(70_000)
    page.wait_for_timeout(1_000)
    assert not any("start.again" in frame for frame in sent)
    expect(form.get_by_label("Hva er gjort?")).to_have_value("Ga medisiner.")
    page.get_by_test_id("visit-write").first.click()  # puts it away
    expect(form).to_have_count(0)
    page.clock.fast_forward(70_000)
    page.wait_for_timeout(1_000)
    assert any("start.again" in frame for frame in sent)


def test_given_words_about_a_visit_then_a_line_is_not_opened_unasked(visit: Visit) -> None:
    page = visit("sykepleier")
    rows = page.get_by_test_id("list-visits").get_by_test_id("work-row")
    page.get_by_test_id("visit-write").first.click()
    words = page.get_by_test_id("visit-form").get_by_label("Hva er gjort?")
    words.fill("Ga medisiner.")
    rows.last.get_by_test_id("open-person").click()
    asked = page.get_by_role("alertdialog")
    expect(asked).to_contain_text("Teksten er ikke lagret")
    asked.get_by_role("button", name="Bli her").click()
    expect(words).to_have_value("Ga medisiner.")
    rows.last.get_by_test_id("open-person").click()
    asked.get_by_role("button", name="Gå uten å lagre").click()
    expect(page.get_by_test_id("journal-events")).to_be_visible()


def test_given_a_visit_then_its_task_place_and_way_in_come_when_they_are_asked_for(visit: Visit) -> None:
    page = visit("sykepleier")
    page.set_viewport_size(steps.NARROW)
    rows = page.get_by_test_id("list-visits").get_by_test_id("work-row").filter(has_text="Bjørg Tangen")
    left = rows.filter(has=page.get_by_test_id("before-ask"))
    expect(left.first).to_contain_text("f. 03.12.1958")
    expect(left.first).to_contain_text("Legemidler")
    expect(page.get_by_text("Strandgata 4")).to_have_count(0)
    left.last.get_by_test_id("before-ask").click()
    said = left.last.get_by_test_id("before")
    for words in ("Gi fra dosetten", "Strandgata 4", "Nøkkelboks", "Kritisk informasjon"):
        expect(said).to_contain_text(words)
    looks_right(page, "before a visit")
    left.last.get_by_test_id("before-ask").click()
    expect(page.get_by_text("Strandgata 4")).to_have_count(0)


def test_given_a_patient_opened_from_a_list_then_the_basis_for_results_is_stated_by_one_press(
    visit: Visit,
) -> None:
    page = visit("sykepleier")
    page.set_viewport_size(steps.NARROW)
    row = page.get_by_test_id("list-visits").get_by_test_id("work-row").filter(has_text="Bjørg Tangen").first
    row.get_by_test_id("open-person").click()
    expect(page.get_by_test_id("journal-events")).to_be_visible()
    page.get_by_role("navigation").first.get_by_role("link", name="Prøvesvar").click()
    bases = page.get_by_test_id("bases")
    expect(bases).to_contain_text("På hvilket grunnlag")
    looks_right(page, "basis for results")
    bases.get_by_test_id("basis-SAMTYKKE").click()
    expect(bases).to_have_count(0)
    expect(page.get_by_test_id("patient-banner")).to_contain_text("Samtykke")
    expect(page.get_by_test_id("problem")).to_have_count(0)


def test_given_a_phone_then_visits_are_done_by_a_tap_and_words_are_sent_once_after_a_lost_net(
    browser: Browser, base_url: str
) -> None:
    page = steps.log_in(steps.new_page(browser, base_url), "sykepleier")  # a lost net is in its console
    page.set_viewport_size(steps.NARROW)
    rows = page.get_by_test_id("list-visits").get_by_test_id("work-row")
    waiting = rows.filter(has=page.get_by_test_id("visit-done"))
    expect(waiting.first).to_be_visible()
    left = waiting.count()
    looks_right(page, "visits")
    page.set_viewport_size(steps.NARROW)
    waiting.first.get_by_test_id("visit-done").click()
    expect(waiting).to_have_count(left - 1)
    waiting.first.get_by_test_id("visit-write").click()
    form = page.get_by_test_id("visit-form")
    form.get_by_label("Hva er gjort?").fill("Ga medisiner. Spiste middag.")
    page.context.set_offline(True)
    expect(page.locator(".akson-connection")).to_contain_text("Ingen forbindelse")
    form.get_by_test_id("visit-save").click()
    form.get_by_test_id("visit-save").click()
    expect(form.get_by_label("Hva er gjort?")).to_have_value("Ga medisiner. Spiste middag.")
    page.context.set_offline(False)
    expect(form).to_have_count(0, timeout=30_000)
    expect(waiting).to_have_count(left - 2)


def test_given_visits_then_a_nurse_shares_them_out_by_keyboard_and_a_helper_takes_one_on_a_phone(
    visit: Visit, browser: Browser, base_url: str
) -> None:
    page = visit("sykepleier")
    page.get_by_test_id("share").click()
    page.get_by_role("radio", name="I morgen").click()
    people = page.get_by_test_id("people").get_by_test_id("person")
    expect(people.first).to_contain_text("Ikke fordelt")
    rows = page.get_by_test_id("visit")
    expect(rows).to_have_count(3)
    rows.first.get_by_role("checkbox").focus()
    page.keyboard.press("Space")
    expect(rows.first.get_by_role("checkbox")).to_be_checked()
    page.get_by_test_id("to").select_option(label="Tobias Myrland")
    page.get_by_test_id("give").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("given")).to_contain_text("1 besøk er gitt til Tobias Myrland")
    expect(people.filter(has_text="Tobias Myrland")).to_contain_text("1 besøk")
    expect(rows).to_have_count(3)
    looks_right(page, "sharing out visits")

    phone = steps.log_in(steps.new_page(browser, base_url, viewport=steps.NARROW), "pleieassistent")
    expect(phone.get_by_test_id("from-lists")).to_contain_text("Uten autorisasjon")
    phone.get_by_test_id("visit-take").first.click()
    expect(phone.get_by_test_id("list-visits").get_by_text("Besøket er ditt.")).to_be_visible()
    looks_right(phone, "a helper's visits")


def test_given_a_message_to_the_unit_then_it_is_read_and_answered(visit: Visit) -> None:
    page = visit("lege-koman")
    message = page.get_by_test_id("list-messages").get_by_test_id("work-row").first
    message.get_by_test_id("open-person").click()
    opened = page.get_by_test_id("letter-opened")
    expect(opened).to_contain_text("Lest")
    looks_right(page, "a message")
    page.get_by_test_id("act-answer").click()
    page.get_by_label("Svaret ditt").fill("Ja, det gjør vi.")
    page.get_by_test_id("send-words").click()
    expect(opened).to_contain_text("Besvart")
    expect(opened).to_contain_text("Ja, det gjør vi.")


def test_given_a_citizen_then_the_journal_is_read_in_plain_words_and_a_fullmakt_can_cover_it(
    visit: Visit,
) -> None:
    page = visit("gry")
    page.get_by_role("link", name="Min journal", exact=True).click()
    own = page.get_by_test_id("own-journal")
    expect(own).to_be_visible()
    expect(page.get_by_test_id("own-event").first).to_contain_text("Magnar Koman, lege")
    looks_right(page, "own journal")
    page.goto("/citizen/privacy")
    part = page.get_by_test_id("part-fullmakt")
    part.get_by_role("button").first.click()
    expect(part.get_by_label("Se journalen")).not_to_be_checked()
