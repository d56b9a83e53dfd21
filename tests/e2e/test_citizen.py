"""A citizen reads own results and who has looked; and who is turned away, and how it is told."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, expect

from tests.e2e import steps
from tests.e2e.conftest import MESSAGES, Instance, Visit

OSLO = ZoneInfo("Europe/Oslo")


def open_log(page: Page) -> Locator:
    """Go to the log by the menu; its rows."""
    page.get_by_role("navigation").get_by_role("link", name="Hvem har sett").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hvem har sett")
    return page.get_by_test_id("access-log").get_by_role("listitem")


def minutes(since: datetime) -> set[str]:
    """The minutes of the clock from then to now, as the log writes them."""
    count = int((datetime.now(OSLO) - since).total_seconds() // 60) + 2
    return {(since + timedelta(minutes=m)).strftime("%H:%M") for m in range(count)}


def own_report(page: Page, day: str, words: str) -> Locator:
    """One of the citizen's own reports, opened."""
    card = page.get_by_test_id("own-reports").locator("> *").filter(has_text=day).filter(has_text=words)
    card.get_by_role("button").click()
    return card


def test_given_a_citizen_then_own_released_results_stand_in_plain_words(visit: Visit) -> None:
    page = visit("line")
    card = own_report(page, "19.11.2024", "P-CRP")
    line = card.get_by_role("listitem").filter(has_text="P-CRP")
    expect(line).to_contain_text("41 mg/L")
    expect(line).to_contain_text("Over referanseområdet")
    expect(line).to_contain_text("Laboratoriets referanseområde: < 5")
    expect(card).to_contain_text("Storfjella sykehus")
    expect(card).to_contain_text("Spør legen hvis du lurer.")


def test_given_a_withdrawn_result_then_the_citizen_is_told_what_to_do(visit: Visit) -> None:
    page = visit("line")
    card = own_report(page, "11.02.2025", "Trukket tilbake")
    expect(card).to_contain_text("Laboratoriet har trukket tilbake dette svaret. Bruk det ikke.")


def test_given_a_result_that_its_newest_version_lacks_then_the_citizen_is_told_which_and_what_to_do(
    visit: Visit, akson: Instance, tmp_path: Path
) -> None:
    """The report of 19.11.2024 is sent anew as a change, without the P-GT that it had."""
    page = visit("line")
    card = own_report(page, "19.11.2024", "P-GT")
    expect(card.get_by_role("listitem").filter(has_text="P-GT")).to_be_visible()

    sent = (MESSAGES / "biokjemi-v13.xml").read_text(encoding="utf-8")
    (gone,) = [
        item for item in re.findall(r"<ResultItem>.*?</ResultItem>", sent, re.DOTALL) if "P-GT" in item
    ]
    changed = sent.replace(gone, "").replace('<ServType V="N" DN="Ny"/>', '<ServType V="M" DN="Endring"/>', 1)
    changed = re.sub(r"<MsgId>[^<]*", f"<MsgId>{uuid4()}", changed)
    changed = re.sub(r'<GenDate V="[^"]*"', '<GenDate V="2024-11-25T08:00:00"', changed)
    (tmp_path / "endring.xml").write_text(changed, encoding="utf-8")
    assert akson.run("import", str(tmp_path / "endring.xml")).returncode == 0

    page.reload()
    card = own_report(page, "19.11.2024", "P-CRP")
    expect(card).to_contain_text("Les dette først")
    told = card.get_by_test_id("own-remark")
    expect(told).to_contain_text("Ikke lenger med i svaret: P-GT.")
    expect(told).to_contain_text("Spør legen som bestilte prøven.")
    expect(card.get_by_role("listitem").filter(has_text="P-GT")).to_have_count(0)
    expect(card).to_contain_text("Dette svaret er endret siden du så det")


def test_given_results_not_released_then_the_citizen_is_told_that_they_wait_and_why(visit: Visit) -> None:
    page = visit("line")
    waiting = page.get_by_test_id("waiting")
    expect(waiting).to_contain_text("Svar som ikke vises ennå")
    expect(waiting).to_contain_text("legen som bestilte prøven")
    expect(page.get_by_test_id("own-reports")).not_to_contain_text("Vevsprøve")


def test_given_a_clinician_has_just_looked_then_the_citizen_sees_who_where_when_and_why(visit: Visit) -> None:
    since = datetime.now(OSLO)
    steps.open_own(visit("lege-koman"), "Danser")

    page = visit("line")
    newest = open_log(page).first
    for said in ("Koman", "lege", "Fjordvik legesenter", "Fastlege"):
        expect(newest).to_contain_text(said)
    day = page.get_by_test_id("access-log").get_by_role("heading", level=2).first
    expect(day).to_have_text(since.strftime("%d.%m.%Y"))
    expect(newest).to_contain_text("Registrene viser at dette er fastlegen din")
    shown = newest.inner_text()
    assert any(minute in shown for minute in minutes(since)), shown


def test_given_a_self_declared_look_up_then_the_citizen_sees_that_and_the_reason(visit: Visit) -> None:
    page = visit("lege-lin")
    steps.ask_by_number(page, steps.GRY)
    steps.declare(page, "advice", "SAMTYKKE")
    steps.expect_reports(page)

    newest = open_log(visit("gry")).first
    expect(newest).to_contain_text("Lin")
    expect(newest).to_contain_text("Skogheim legekontor")
    expect(newest).to_contain_text("Oppgir at du samtykket")
    expect(newest).to_contain_text("Oppga selv grunnen: ga råd til den som behandler deg")
    newest.get_by_role("button", name="Kjenner du deg ikke igjen?").click()
    expect(newest).to_contain_text("Ta kontakt med Skogheim legekontor")
    expect(newest).to_contain_text("Spør hvorfor Rita Lin slo opp")


def test_given_personnel_without_authorisation_then_they_are_refused_and_the_citizen_sees_it(
    visit: Visit, akson: Instance
) -> None:
    page = visit("pleieassistent")
    expect(page.get_by_test_id("start")).to_contain_text("Dagens besøk")  # the place's lists are theirs too
    expect(page.get_by_test_id("from-lists")).to_contain_text(
        "Uten autorisasjon åpner du pasienter fra listene"
    )
    expect(page.get_by_role("searchbox")).to_have_count(0)
    look = ("lookup", "DiagnosticReport", "--person", steps.GRY, "--as", "pleieassistent")
    asked = akson.run(*look, "--basis", "SAMTYKKE", "--reason", "home-care")  # past the page
    assert asked.returncode == 1
    assert "authorisation-required" in asked.stdout
    assert "Telokk" not in asked.stdout

    refused = open_log(visit("gry")).filter(has_text="Myrland").first
    expect(refused).to_contain_text("Avslått. Ingenting ble vist.")
    expect(refused).to_contain_text("Fjordvik hjemmetjeneste")
    expect(refused).to_contain_text("Ville se: prøvesvar")
    expect(refused).not_to_contain_text("Så på")


def test_given_a_citizen_when_a_clinicians_page_is_asked_for_then_it_leads_home(visit: Visit) -> None:
    page = visit("line")
    seen = steps.watch(page)
    for address in ("/clinician/patients", "/clinician/results"):
        page.goto(address)
        expect(page.get_by_role("heading", name="Mine prøvesvar")).to_be_visible()
        expect(page).to_have_url(re.compile("/citizen/results/?$"))
    assert "Telokk" not in seen.said()


def test_given_a_clinician_when_a_citizens_page_is_asked_for_then_it_leads_home(visit: Visit) -> None:
    page = visit("lege-koman")
    for address in ("/citizen/results", "/citizen/access-log"):
        page.goto(address)
        expect(steps.own_patients(page)).to_be_visible()
        expect(page).to_have_url(re.compile("/clinician/patients/?$"))


def test_given_a_fourteen_year_old_then_own_results_are_shown_but_settings_wait_for_sixteen(
    visit: Visit,
) -> None:
    page = visit("ungdom")
    expect(page.get_by_test_id("own-reports").or_(page.get_by_test_id("empty"))).to_be_visible()
    page.get_by_role("navigation").get_by_role("link", name="Personvern").click()
    expect(page.get_by_test_id("problem")).to_contain_text("Du bestemmer over dette fra du er 16 år")


def test_given_a_parent_then_the_small_childs_results_are_one_choice_away_and_the_log_says_so(
    visit: Visit,
) -> None:
    page = visit("forelder")
    seen = steps.watch(page)
    expect(page.get_by_test_id("acting-now")).to_have_text("Du ser dine egne opplysninger, Astrid Nesheim.")
    choose = page.get_by_label("Vis opplysninger for")
    expect(choose.get_by_role("option")).to_have_text(["Meg selv", "Mathias Nesheim (barnet ditt)"])
    choose.select_option(label="Mathias Nesheim (barnet ditt)")
    expect(page.get_by_test_id("acting-now")).to_contain_text("Du ser nå opplysningene til Mathias Nesheim")
    expect(page.get_by_role("heading", level=1)).to_have_text("Prøvesvarene til Mathias Nesheim")

    page.get_by_role("navigation").get_by_role("link", name="Hvem har sett").click()
    expect(page.get_by_test_id("acting-now")).to_contain_text("Mathias Nesheim")
    newest = page.get_by_test_id("access-log").get_by_role("listitem").first
    expect(newest).to_contain_text("Astrid Nesheim")
    expect(newest).to_contain_text("Forelder til barn under 12 år")

    expect(page.get_by_label("Vis også oppslag av personen selv")).to_be_visible()
    page.get_by_role("navigation").get_by_role("link", name="Personvern").click()
    expect(page.get_by_role("main")).to_contain_text("journalen til Mathias Nesheim")
    expect(page.get_by_role("main")).not_to_contain_text("journalen din")
    page.get_by_role("navigation").get_by_role("link", name="Hvem har sett").click()

    page.get_by_role("button", name="Tilbake til mine egne").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hvem har sett")
    expect(page.get_by_test_id("acting-now")).to_contain_text("Du ser dine egne opplysninger")
    assert "16841861381" not in seen.said()
    assert not [address for address in seen.addresses if "16841861381" in address]


def test_given_a_citizen_blocks_a_doctor_in_two_steps_then_the_doctor_is_shut_out_until_withdrawn(
    visit: Visit,
) -> None:
    page = visit("line")
    page.get_by_role("navigation").get_by_role("link", name="Personvern").click()
    part = page.get_by_test_id("part-blokkering")
    part.get_by_role("button").first.click()
    part.get_by_label("Navn på helsepersonell").fill("Lin")
    part.get_by_role("button", name="Søk").click()
    part.get_by_role("listitem").filter(has_text="Rita Lin").get_by_role("button").click()
    expect(part).to_contain_text("Blokkeringen gjelder også når det haster.")
    part.get_by_role("button", name="Ja, blokker").click()
    expect(page.get_by_test_id("said")).to_contain_text("Blokkeringen gjelder fra nå.")

    doctor = visit("lege-lin")
    steps.ask_by_number(doctor, steps.LINE)
    steps.declare(doctor, "emergency", "AKUTT")
    expect(doctor.get_by_test_id("problem")).to_contain_text("Pasienten har blokkert deg.")

    part.get_by_role("button", name="Trekk tilbake Rita Lin").click()
    expect(page.get_by_test_id("said")).to_contain_text("Blokkeringen er trukket tilbake.")
    expect(page.get_by_test_id("part-past")).to_be_visible()
