"""Sharing out visits on the page, against the journal's own app."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import portal.portal  # noqa: F401 - every state is there before a tab is opened, as in the product
from kit.norway import today_in_norway
from portal.clients.journal import Written
from portal.clients.unit import Share
from portal.clinician.journal.orders import Orders
from portal.clinician.journal.state import JournalState
from portal.clinician.patients.state import PatientSearch
from portal.clinician.restricted.state import Restricted
from portal.clinician.results.state import ResultsState
from portal.clinician.sharing.state import VisitSharing
from portal.clinician.start.state import Start
from portal.clinician.start.transform import day_of
from portal.clinician.start.visits import VisitWork
from portal.frame.critical import Critical
from portal.frame.layout import JOURNAL
from portal.frame.patient import PatientBanner
from portal.session.journal import journal_client, unit_client
from portal.session.models import OpenPatient
from portal.session.patient import set_open_patient
from portal.session.profile import with_profile
from portal.ui.dates import time_text
from tests.contract.portal.conftest import Browser, Tab, paths
from tests.contract.portal.test_clients import number_of
from tests.integration.lookup.conftest import Store

DAILY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


async def test_given_many_visits_then_they_are_given_in_one_request_and_what_a_colleague_did_is_told(
    visitor: Browser,
) -> None:
    tab, page = await the_page(visitor)
    assert (page.stands, page.total, page.free, page.free_minutes) == ("lists", 4, 4, 60)
    nurse, helper = [one.key for one in sorted(page.people, key=lambda one: one.name)]
    await tab.do(VisitSharing, "give", {"to": nurse})
    assert page.wrong == "none-chosen"
    await tab.do(VisitSharing, "tick_all", "nobody")
    await tab.do(VisitSharing, "give", {"to": "somebody-else"})
    assert (page.wrong, len(page.chosen)) == ("nobody-chosen", 4)

    first = page.rows[0]
    await (await unit_client(tab.root)).share([share(page, first.key, helper)])
    await tab.do(VisitSharing, "give", {"to": nurse})
    assert (page.wrong, page.given, page.chosen) == ("", 3, [])
    assert [(one.time, one.by) for one in page.taken] == [(first.time, "Tobias Myrland")]
    assert {one.name: (one.visits, one.minutes) for one in page.people} == {
        "Ingunn Solvang": (3, 45),
        "Tobias Myrland": (1, 15),
    }
    await tab.do(VisitSharing, "narrow", helper)
    assert [one.key for one in page.rows] == [first.key]


async def test_given_somebody_is_away_then_their_visits_go_to_the_stand_in_at_once(visitor: Browser) -> None:
    tab, page = await the_page(visitor)
    nurse, helper = [one.key for one in sorted(page.people, key=lambda one: one.name)]
    await tab.do(VisitSharing, "tick_all", "all")
    await tab.do(VisitSharing, "give", {"to": helper})
    day = (today_in_norway() + timedelta(days=1)).isoformat()
    away = {"personnel": helper, "stand_in": nurse, "first": day, "last": day}
    await (await unit_client(tab.root)).write_absence(str(uuid4()), away)
    await tab.do(VisitSharing, "again")
    assert [(one.is_away, one.away, one.visits) for one in page.people if one.key == helper] == [
        (True, "Ingunn Solvang", 4)
    ]
    await tab.do(VisitSharing, "hand_over", helper)
    assert (page.given, page.given_to, page.wrong) == (4, "Ingunn Solvang", "")
    assert {one.assignee for one in page.rows} == {nurse}


async def test_given_no_authorisation_then_the_page_says_so_and_a_visit_is_taken_and_given_back_from_the_list(
    visitor: Browser,
) -> None:
    await the_page(visitor, day="")
    await visitor.log_in("pleieassistent")
    tab = visitor.tab()
    await tab.do(VisitSharing, "load")
    assert (await tab.get(VisitSharing)).stands == "not-yours"
    await tab.do(PatientSearch, "load")
    await tab.do(Start, "load")
    start, work = await tab.get(Start), await tab.get(VisitWork)
    assert not start.divides
    (visits,) = [one for one in start.lists if one.shares]
    free = [row for row in visits.rows if row.free]
    assert free
    assert not visits.mine
    await tab.do(VisitWork, "take", free[0].key)
    assert (work.said, work.wrong) == ("taken", "")
    await tab.do(Start, "fits", True)
    (visits,) = [one for one in start.lists if one.shares]
    assert (start.whose, [row.key for row in visits.rows]) == ("mine", [free[0].key])
    await tab.do(VisitWork, "give_back", free[0].key)
    assert work.said == "given-back"
    assert start.whose == ""


async def test_given_no_authorisation_then_a_patient_opened_from_the_list_reads_of_no_refusal(
    visitor: Browser, store: Store
) -> None:
    await the_page(visitor, day="")
    await visitor.log_in("pleieassistent")
    tab = visitor.tab()
    await tab.do(PatientSearch, "load")
    await tab.do(Start, "load")
    start = await tab.get(Start)
    (visits,) = [one for one in start.lists if one.shares]
    await tab.do(Start, "open", visits.rows[0].key, visits.goes)
    for state in (JournalState, Orders, Critical):
        await tab.do(state, "load")
    journal = await tab.get(JournalState)
    assert (journal.problem, journal.documents_closed) == ("", True)
    assert "AllergyIntolerance" not in journal.writes
    refused = "SELECT count(*) FROM core_record.access_log WHERE outcome = 'refused'"
    assert store.rows(refused) == [(0,)]


async def test_given_visits_of_ones_own_then_task_place_and_what_is_critical_are_read_by_a_look_up_each(
    visitor: Browser, store: Store
) -> None:
    await visitor.log_in("sykepleier")
    now = datetime.now(UTC)
    tab = await opened_plan(visitor, begins=day_of(now)[0])
    await tab.do(VisitSharing, "load")
    page, client = await tab.get(VisitSharing), await journal_client(tab.root)
    flag = {"category": "infection", "text": "MRSA: munnbind og hansker"}
    await client.write("Flag", str(uuid4()), Written("active", now, flag))
    await tab.do(Start, "load")
    start = await tab.get(Start)
    key = visits_of(start)[0].key
    (nurse,) = [one.key for one in page.people if one.name == "Ingunn Solvang"]
    await (await unit_client(tab.root)).share([Share(key, nurse, None)])
    await tab.do(Start, "again")
    assert (start.unknown, {row.told for row in visits_of(start)}) == (1, {""})

    before = logged(store)
    await tab.do(Start, "prepare_mine")
    (said,) = [row for row in visits_of(start) if row.told]
    assert (said.key, said.told, said.task, said.address) == (key, "told", "Stell", "Strandgata 4")
    assert (said.critical, [(one.kind, one.head) for one in said.know]) == (
        "some",
        [("infection", flag["text"])],
    )
    assert logged(store) == before + 1, "what was read stands in the person's own log"
    assert start.unknown == 0
    await tab.do(Start, "prepare", key)
    assert {row.told for row in visits_of(start)} == {""}, "put away"
    await tab.do(Start, "prepare", "somebody-elses")
    assert logged(store) == before + 1


async def test_given_what_was_read_before_a_visit_then_it_says_when_and_stays_when_the_net_is_back(
    visitor: Browser, store: Store
) -> None:
    await visitor.log_in("sykepleier")
    tab = await opened_plan(visitor, begins=day_of(datetime.now(UTC))[0])
    await tab.do(Start, "load")
    start = await tab.get(Start)
    key, goes = visits_of(start)[0].key, next(one.goes for one in start.lists if one.id == "visits")
    asked = time_text(datetime.now(UTC))
    await tab.do(Start, "prepare", key)
    before, said = logged(store), told_of(start, key)
    assert said.told == "told"
    assert asked <= said.told_at <= time_text(datetime.now(UTC)) or said.told_at == "00:00"
    await tab.do(Start, "again")
    assert (told_of(start, key).told_at, logged(store)) == (said.told_at, before), "its own time stays"
    await tab.do(Start, "load")
    assert (told_of(start, key).told_at, logged(store)) == (said.told_at, before), "as at every reconnect"
    assert paths(await tab.do(Start, "open", key, goes)) == [goes]
    assert {(row.told, row.address) for row in visits_of(start)} == {("", "")}, "the lines stay, for a form"
    assert (start.stands, start.opening, start._known) == ("lists", "", {})


async def test_given_a_patient_opened_from_a_list_then_results_are_read_once_a_basis_is_stated(
    visitor: Browser, store: Store
) -> None:
    await visitor.log_in("sykepleier")
    tab = await opened_plan(visitor, begins=day_of(datetime.now(UTC))[0])
    await tab.do(Start, "load")
    await tab.do(Start, "open", visits_of(await tab.get(Start))[0].key, JOURNAL)
    await tab.do(ResultsState, "load")
    results, banner = await tab.get(ResultsState), await tab.get(PatientBanner)
    assert (results.problem_code, banner.basis) == ("basis-needed", "")
    before = logged(store)
    await tab.do(Restricted, "open_on", "FORHOYET_AKUTT")
    assert (banner.basis, logged(store)) == ("", before), "what opens the restricted has a form of its own"
    await tab.do(Restricted, "open_on", "SAMTYKKE")
    assert ((await tab.get(Restricted)).problem, banner.basis) == ("", "SAMTYKKE")
    await tab.do(ResultsState, "load")
    assert (results.problem, results.loading) == ("", False)
    await tab.do(Restricted, "open_on", "UNNTAK")
    assert banner.basis == "SAMTYKKE", "a basis that is stated is not changed by another tab's page"


def visits_of(start: Any) -> list[Any]:
    return [row for one in start.lists if one.id == "visits" for row in one.rows]


def told_of(start: Any, key: str) -> Any:
    return next(row for row in visits_of(start) if row.key == key)


def logged(store: Store) -> int:
    ((count,),) = store.rows("SELECT count(*) FROM core_record.access_log")
    return int(count)


async def the_page(visitor: Browser, day: str = "tomorrow") -> tuple[Tab, Any]:
    """The nurse's page with four visits a day of a plan."""
    await visitor.log_in("sykepleier")
    tab = await opened_plan(visitor)
    await tab.do(VisitSharing, "load")
    if day:
        await tab.do(VisitSharing, "show", day)
    return tab, await tab.get(VisitSharing)


async def opened_plan(visitor: Browser, begins: datetime | None = None) -> Tab:
    now = await with_profile(await visitor.current())
    await set_open_patient(now, OpenPatient(number=number_of("line"), basis="", reason="home-care"))
    tab = visitor.tab()
    activity = {"id": str(uuid4()), "text": "Stell", "minutes": 15, "days": DAILY}
    activity |= {"times": ["08:00", "12:00", "16:00", "23:30"]}
    plan = {"goals": ["Bo hjemme"], "activities": [activity], "address": "Strandgata 4"}
    client = await journal_client(tab.root)
    await client.write("CarePlan", str(uuid4()), Written("active", begins or datetime.now(UTC), plan))
    return tab


def share(page: Any, key: str, to: str) -> Any:
    return Share(key, to, page._visits[key].item.assignee)
