"""Others' apps in the portal: an administrator admits one, a health worker opens it for a patient."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest

import portal.portal  # noqa: F401 - every state is there before a tab is opened, as in the product
from core_record.apps import writing
from core_record.registers.changes import Origin
from dev import sample_app
from kit.db import Database
from kit.norway import today_in_norway
from kit.settings import Settings
from portal.administration.apps.state import AppsKept
from portal.citizen.access_log.state import AccessLog
from portal.clients.apps import admitted
from portal.clients.errors import ServiceProblem
from portal.clients.journal import Written
from portal.clinician.apps.state import Offered
from portal.clinician.patients.state import PatientSearch
from portal.session import wiring as wiring_module
from portal.session.guard import Login
from portal.session.journal import journal_client
from portal.session.models import OpenPatient
from portal.session.patient import set_open_patient
from portal.session.profile import with_profile
from portal.ui.texts import texts
from tests.conftest import TestDatabase
from tests.contract.portal.conftest import Browser, Tab, paths, portal_app
from tests.contract.portal.test_journal import number_of

MUNICIPALITY, NURSE, BASIS = "313900215", "sykepleier", "SAMTYKKE"


@pytest.fixture
async def proposed(wired: None, postgres: TestDatabase) -> None:
    """The sample app's application, entered for the municipality."""
    db = Database(postgres.dsn("akson_core"))
    await db.open()
    try:
        async with db.transaction() as conn:
            entry = sample_app.proposal(MUNICIPALITY, today_in_norway())
            origin = Origin(source="operator", actor_name="Drift", reason="proposed")
            assert await writing.propose(conn, entry, origin, today_in_norway(), development=True)
    finally:
        await db.close()


@pytest.fixture
async def someone(
    proposed: None, world: httpx.AsyncClient, settings: Settings
) -> AsyncIterator[Callable[[], Browser]]:
    """New browsers, each a person's own."""
    made: list[httpx.AsyncClient] = []

    def another() -> Browser:
        transport = httpx.ASGITransport(portal_app())
        made.append(httpx.AsyncClient(transport=transport, base_url=settings.portal_url))
        return Browser(world, made[-1], settings.portal_url)

    assert wiring_module.make_http() is world
    yield another
    for client in made:
        await client.aclose()


async def decide(browser: Browser, state: str, reason: str = "reviewed") -> Any:
    """What an administrator decides about the only app; the page afterwards."""
    if browser.sid is None:
        await browser.log_in("administrator")
    tab = browser.tab()
    await tab.do(AppsKept, "load")
    page = await tab.get(AppsKept)
    await tab.do(AppsKept, "open", page.found[0].key)
    await tab.do(AppsKept, "decide", {"state": state, "reason": reason})
    return page


async def at_the_patient(browser: Browser, patient: str = "line") -> Tab:
    """The nurse with a patient open, and the apps' page loaded."""
    if browser.sid is None:
        await browser.log_in(NURSE)
    now = await with_profile(await browser.current())
    await set_open_patient(now, OpenPatient(number=number_of(patient), basis=BASIS, reason="home-care"))
    tab = browser.tab()
    await tab.do(Offered, "load")
    return tab


async def measured(tab: Tab, measure: str, *values: float) -> None:
    client = await journal_client(tab.root)
    for days, value in enumerate(values):
        at = datetime.now(UTC) - timedelta(days=10 - days)
        await client.write(
            "Observation", str(uuid4()), Written("final", at, {"measure": measure, "value": value})
        )


async def test_given_an_approved_app_when_opened_then_it_reads_for_that_patient_and_the_log_names_it(
    someone: Callable[[], Browser], world: httpx.AsyncClient, settings: Settings
) -> None:
    page = await decide(someone(), "approved")
    assert (page.done, page.fault, page.found[0].state) == ("approved", "", "approved")
    nurse = someone()
    tab = await at_the_patient(nurse)
    await measured(tab, "systolic", 151, 142, 133)
    wrong = Written("entered-in-error", datetime.now(UTC), {"measure": "systolic", "value": 99})
    client, mistaken = await journal_client(tab.root), str(uuid4())
    await client.write("Observation", mistaken, msgspec.structs.replace(wrong, state="final"))
    await client.write("Observation", mistaken, wrong, 1)
    (offer,) = (await tab.get(Offered)).found
    assert (offer.client_id, offer.reads, offer.writes) == (sample_app.CLIENT, ["Observation", "Patient"], [])

    (url,) = paths(await tab.do(Offered, "open", offer.client_id))
    assert url.startswith(f"{sample_app.base()}/launch?iss=")
    assert number_of("line") not in url
    transport = httpx.ASGITransport(sample_app.build(settings, world))
    async with httpx.AsyncClient(transport=transport) as apps_own:
        start = await apps_own.get(url)
        chosen = await world.post(start.headers["location"], data={"persona": NURSE})
        shown = await apps_own.get(chosen.headers["location"])
        again = await apps_own.get(url)
        chosen = await world.post(again.headers["location"], data={"persona": NURSE})
        refused = await apps_own.get(chosen.headers["location"])

    assert shown.status_code == 200, shown.text
    assert shown.text.index("151 mmHg") < shown.text.index("133 mmHg")
    assert "99 mmHg" not in shown.text
    assert "Line Danser" in shown.text  # whom the tab shows
    assert number_of("line") not in shown.text
    assert (refused.status_code, "launch-not-valid" in refused.text) == (403, True)  # the handle was used
    line = someone()
    await line.log_in("line")
    log = line.tab()
    await log.do(AccessLog, "load")
    apps = [visit.app for visit in (await log.get(AccessLog)).shown]
    assert offer.name in apps
    assert "" in apps  # what the nurse did without it


async def test_given_a_suspended_app_then_it_is_not_offered_and_says_why_to_whom_decided(
    someone: Callable[[], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core_record.apps.admission.MAX_AGE", 0.0)
    administrator, nurse = someone(), someone()
    await decide(administrator, "approved")
    tab = await at_the_patient(nurse)
    assert len((await tab.get(Offered)).found) == 1
    page = await decide(administrator, "suspended", "incident")
    assert page.found[0].state == "suspended"
    assert [(step.state, step.reason) for step in page.steps] == [
        ("approved", "reviewed"),
        ("proposed", "proposed"),
    ]

    await tab.do(Offered, "open", sample_app.CLIENT)
    assert (await tab.get(Offered)).problem_code == "app-not-offered"
    await tab.do(Offered, "load")
    assert (await tab.get(Offered)).found == []


async def test_given_nothing_to_open_then_the_menu_has_no_apps_and_has_them_once_one_is_admitted(
    someone: Callable[[], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core_record.apps.admission.MAX_AGE", 0.0)
    nurse = someone()
    await nurse.log_in(NURSE)
    tab = nurse.tab()
    await tab.do(PatientSearch, "load")
    assert not (await tab.get(Login)).with_apps
    administrator = someone()
    await decide(administrator, "approved")
    await tab.do(PatientSearch, "load")
    assert (await tab.get(Login)).with_apps
    await decide(administrator, "suspended", "incident")
    await tab.do(PatientSearch, "load")
    assert not (await tab.get(Login)).with_apps


async def test_given_another_patient_meanwhile_then_no_app_is_opened(someone: Callable[[], Browser]) -> None:
    await decide(someone(), "approved")
    nurse = someone()
    tab = await at_the_patient(nurse)
    now = await with_profile(await nurse.current())
    await set_open_patient(now, OpenPatient(number=number_of("gry"), basis=BASIS, reason="home-care"))

    assert await tab.do(Offered, "open", sample_app.CLIENT) == []
    assert (await tab.get(Offered)).problem_code == "other-patient"


async def test_given_a_form_half_filled_then_it_says_which_field_and_nothing_is_decided(
    someone: Callable[[], Browser],
) -> None:
    administrator = someone()
    page = await decide(administrator, "approved", "")
    assert (page.fault, page.fault_field, page.opened.state) == ("field-missing", "reason", "proposed")
    page = await decide(administrator, "", "reviewed")
    assert (page.fault, page.fault_field) == ("field-missing", "state")


async def test_given_a_proposal_changed_while_it_is_read_then_it_is_told_and_read_anew(
    someone: Callable[[], Browser],
) -> None:
    administrator = someone()
    await administrator.log_in("administrator")
    tab, other = administrator.tab(), administrator.tab()
    await tab.do(AppsKept, "load")
    page = await tab.get(AppsKept)
    key = page.found[0].key
    await tab.do(AppsKept, "open", key)
    entry = msgspec.to_builtins(sample_app.proposal(MUNICIPALITY, today_in_norway()))
    more = [*entry["grants"], "akson:journal user/Composition.crus"]
    changed = msgspec.json.encode(entry | {"grants": more}).decode()
    await other.do(AppsKept, "propose", {"application": changed})

    await tab.do(AppsKept, "decide", {"state": "approved", "reason": "reviewed"})
    assert (page.fault, page.done, page.opened.writes) == ("changed-meanwhile", "", [])
    await tab.do(AppsKept, "close")
    await tab.do(AppsKept, "open", key)
    assert page.opened.writes == ["Composition"]
    await tab.do(AppsKept, "decide", {"state": "approved", "reason": "reviewed"})
    assert (page.fault, page.done) == ("", "approved")


async def test_given_an_application_pasted_then_it_waits_or_says_what_is_wrong(
    someone: Callable[[], Browser],
) -> None:
    administrator = someone()
    await administrator.log_in("administrator")
    tab = administrator.tab()
    await tab.do(AppsKept, "load")
    page = await tab.get(AppsKept)
    entry = msgspec.to_builtins(sample_app.proposal(MUNICIPALITY, today_in_norway())) | {
        "client_id": "new-app"
    }
    for changed, fault in (
        ({"grants": ["akson:journal user/*.rs"]}, "grant-unknown"),
        ({"org_number": "313900320"}, "organisation-not-yours"),
        ({"launch_url": "http://trend.example.no/x"}, "launch-url-invalid"),
        ({"unknown": 1}, "body-invalid"),
    ):
        await tab.do(AppsKept, "propose", {"application": msgspec.json.encode(entry | changed).decode()})
        assert (page.fault, page.fault_field, len(page.found)) == (fault, "application", 1)
        assert f"apps.application.{fault}" in texts("nb")
    await tab.do(AppsKept, "propose", {"application": "Hei,"})
    assert page.fault == "application-not-json"

    await tab.do(AppsKept, "propose", {"application": msgspec.json.encode(entry).decode()})
    assert (page.done, page.fault, page.entering) == ("proposed", "", False)
    assert {row.client_id for row in page.found} == {"new-app", sample_app.CLIENT}
    await tab.do(AppsKept, "propose", {"application": msgspec.json.encode(entry).decode()})
    assert page.done == "unchanged"


async def test_given_what_is_admitted_then_everybody_can_read_it(
    someone: Callable[[], Browser], world: httpx.AsyncClient, settings: Settings
) -> None:
    assert await admitted(world, settings.core_record_url) == []
    await decide(someone(), "approved")
    (row,) = await admitted(world, settings.core_record_url)
    assert (row["name"], row["organisation"]) == ("Blodtrykk over tid", "Fjordvik kommune")
    with pytest.raises(ServiceProblem):
        await admitted(world, settings.core_record_url + "/nowhere")


async def test_given_no_patient_then_the_page_says_so(someone: Callable[[], Browser]) -> None:
    nurse = someone()
    await nurse.log_in(NURSE)
    tab = nurse.tab()
    await tab.do(Offered, "load")
    assert (await tab.get(Offered)).problem_code == "no-open-patient"
