"""The handlers behind the pages, run as Reflex runs them: who may, what they show, and in which tab."""

from __future__ import annotations

from typing import Any

import pytest
from reflex.state import StateUpdate

from portal.citizen.access_log.state import AccessLog
from portal.citizen.results.over_time import OwnOverTime
from portal.citizen.results.state import OwnResults
from portal.clinician.patients.state import PatientSearch
from portal.frame.language import LanguageChoice
from portal.frame.layout import RESULTS
from portal.frame.patient import PatientBanner
from portal.session.guard import LEAVE, Login, SessionGuard
from portal.session.patient import open_patient
from portal.session.wiring import wiring
from portal.ui.language import Language
from tests.contract.portal.conftest import Browser, Tab, paths
from tests.contract.portal.test_clients import number_of


async def guard(tab: Tab) -> StateUpdate | None:
    event: Any = None
    return await SessionGuard().preprocess(None, tab.root, event)


async def search(tab: Tab) -> Any:
    return await tab.get(PatientSearch)


async def test_given_a_session_then_the_tab_is_bound_to_it(visitor: Browser) -> None:
    await visitor.log_in("lege-koman")
    tab = visitor.tab()
    assert await guard(tab) is None
    login = await tab.get(Login)
    assert (login.kind, login.name) == ("clinician", "Magnar Koman")


async def test_given_no_session_or_an_ended_one_then_every_event_is_refused(visitor: Browser) -> None:
    refused = await guard(visitor.tab())
    assert refused is not None
    assert refused.delta == {}
    await visitor.log_in("lege-koman")
    tab = visitor.tab()
    assert await guard(tab) is None
    await visitor.log_out()
    assert await guard(tab) is not None


async def test_given_state_of_one_login_then_another_login_in_the_same_tab_is_refused(
    visitor: Browser,
) -> None:
    await visitor.log_in("lege-koman")
    tab = visitor.tab()
    assert await guard(tab) is None
    await visitor.log_in("line")
    later = visitor.tab()
    (await later.get(Login))._bind("the session before", (await visitor.current()).session)
    assert await guard(later) is not None


async def test_given_a_doctor_then_one_choice_opens_a_patient_in_this_tab_alone(visitor: Browser) -> None:
    await visitor.log_in("lege-koman")
    tab, other = visitor.tab("tab-1"), visitor.tab("tab-2")
    await tab.do(PatientSearch, "load")
    state = await search(tab)
    assert state.loaded
    assert (await tab.get(Login)).organisation == "Fjordvik legesenter"
    line = next(row for row in state.rows if row.name == "Danser, Line")
    assert paths(await tab.do(PatientSearch, "open_listed", line.key)) == [RESULTS]
    patient = await open_patient(tab.root)
    assert patient is not None
    assert (patient.number, patient.basis, patient.reason) == (number_of("line"), "UNNTAK", None)
    assert await open_patient(other.root) is None
    banner = await tab.get(PatientBanner)
    assert (banner.name, banner.number, banner.born) == ("Line Danser", "131169 00216", "13.11.1969")

    await tab.do(PatientSearch, "load")
    assert await open_patient(tab.root) is None
    assert (await tab.get(PatientBanner)).name == ""


async def test_given_a_restarted_server_then_the_banner_shows_who_is_still_open(visitor: Browser) -> None:
    await visitor.log_in("lege-koman")
    tab = visitor.tab()
    await tab.do(PatientSearch, "load")
    await tab.do(PatientSearch, "open_listed", 0)
    opened = (await tab.get(PatientBanner)).name
    fresh = visitor.tab()
    await fresh.do(PatientBanner, "load")
    assert (await fresh.get(PatientBanner)).name == opened != ""


async def test_given_a_number_then_basis_and_reason_are_asked_for_and_declared(visitor: Browser) -> None:
    await visitor.log_in("lege-lin")
    tab = visitor.tab()
    await tab.do(PatientSearch, "load")
    await tab.do(PatientSearch, "find", {"query": f" {number_of('line')[:6]} {number_of('line')[6:]}"})
    state = await search(tab)
    assert state.by_number
    assert await tab.do(PatientSearch, "open_number", {}) == []
    assert state.reason_missing
    await tab.do(PatientSearch, "choose_reason", "listed")
    await tab.do(PatientSearch, "open_number", {})
    assert (state.problem, state.code) == ("refused", "relation-missing")
    await tab.do(PatientSearch, "choose_reason", "treatment")
    assert paths(await tab.do(PatientSearch, "open_number", {})) == [RESULTS]
    patient = await open_patient(tab.root)
    assert patient is not None
    assert (patient.basis, patient.reason) == ("SAMTYKKE", "treatment")
    assert (await tab.get(PatientBanner)).self_declared


@pytest.mark.parametrize(
    ("typed", "code"),
    [("1311690021", "national-id-format"), ("13116900217", "national-id-check-digit")],
)
async def test_given_a_wrong_number_then_the_field_says_what_is_wrong(
    visitor: Browser, typed: str, code: str
) -> None:
    await visitor.log_in("lege-koman")
    tab = visitor.tab()
    await tab.do(PatientSearch, "find", {"query": typed})
    state = await search(tab)
    assert (state.number_error, state.by_number) == (code, False)


async def test_given_a_name_then_the_list_narrows(visitor: Browser) -> None:
    await visitor.log_in("lege-koman")
    tab = visitor.tab()
    await tab.do(PatientSearch, "load")
    everyone = (await search(tab)).total
    await tab.do(PatientSearch, "type", "line DAN")
    state = await search(tab)
    assert [row.name for row in state.rows] == ["Danser, Line"]
    assert everyone > 1
    assert not any(number_of("line") in str(value) for value in state.dict().values())


async def test_given_a_citizen_then_own_results_and_the_log_are_shown(visitor: Browser) -> None:
    await visitor.log_in("line")
    tab = visitor.tab()
    await tab.do(OwnResults, "load")
    own = await tab.get(OwnResults)
    assert (own.loaded, own.problem, own.reports) == (True, "", [])
    await tab.do(OwnOverTime, "show")
    over_time = await tab.get(OwnOverTime)
    assert (over_time.asked, over_time.problem, over_time.courses) == (True, "", [])
    await tab.do(AccessLog, "load")
    log = await tab.get(AccessLog)
    assert log.loaded
    assert log.shown == []
    await tab.do(AccessLog, "show_own", True)
    assert [row.own for row in log.shown] == [True]


@pytest.mark.parametrize(
    ("persona", "kind", "handler", "arguments"),
    [
        ("line", PatientSearch, "load", ()),
        ("line", PatientSearch, "open_listed", (0,)),
        ("line", PatientSearch, "open_number", ({},)),
        ("line", PatientBanner, "load", ()),
        ("lege-koman", OwnResults, "load", ()),
        ("lege-koman", OwnResults, "more", ()),
        ("lege-koman", OwnOverTime, "show", ()),
        ("lege-koman", AccessLog, "load", ()),
    ],
)
async def test_given_the_wrong_kind_of_login_then_a_handler_does_nothing_but_leave(
    visitor: Browser, persona: str, kind: Any, handler: str, arguments: tuple[Any, ...]
) -> None:
    await visitor.log_in(persona)
    tab = visitor.tab()
    before = (await tab.get(kind)).dict()
    assert paths(await tab.do(kind, handler, *arguments)) == [LEAVE]
    assert (await tab.get(kind)).dict() == before


async def test_given_a_choice_of_language_then_it_is_kept_with_the_session(visitor: Browser) -> None:
    await visitor.log_in("line")
    tab = visitor.tab()
    await tab.do(LanguageChoice, "choose", "nn")
    assert (await tab.get(Language)).lang == "nn"
    assert (await visitor.current()).session.lang == "nn"
    await tab.do(LanguageChoice, "choose", "xx")
    assert (await tab.get(Language)).lang == "nn"
    assert visitor.sid is not None
    await wiring().store.end(visitor.sid)
    assert paths(await tab.do(LanguageChoice, "choose", "en")) == [LEAVE]
