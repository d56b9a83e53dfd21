"""The first page's lists, as its handler fetches them: asked for where there are some, and there alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from core_record.access.journal import MUNICIPAL
from portal.clients.errors import Problem, ServiceProblem
from portal.clients.unit import UnitClient
from portal.clinician.messages.absence import AbsenceState
from portal.clinician.messages.new import NewLetter
from portal.clinician.messages.state import Messages
from portal.clinician.patients.state import PatientSearch
from portal.clinician.results_list.state import ResultList
from portal.clinician.sharing.state import VisitSharing
from portal.clinician.start.state import Start
from portal.frame.layout import FOLLOW_UP
from portal.session.guard import Login
from portal.session.places import NO_LISTS, SHARING
from tests.contract.portal.conftest import Browser, paths
from tests.contract.portal.test_clients import number_of
from tests.integration.follow_up.conftest import CRITICAL, Net, actor, journal, net, number, person_of
from tests.integration.lookup.conftest import Store

__all__ = ["actor", "journal", "net", "number", "person_of"]

_ASKED = "SELECT outcome, count(*) FROM core_record.actor_log WHERE items ? 'WorkList' GROUP BY outcome"


@pytest.mark.parametrize(
    ("persona", "service", "asked"),
    [("lege-koman", "gp", 3), ("pleieassistent", "home-care", 2), ("legevakt", "emergency", 3)],
)
async def test_given_a_municipal_service_then_its_lists_are_shown_and_logged(
    visitor: Browser, store: Store, persona: str, service: str, asked: int
) -> None:
    """The open and the day's; at the GP's and the emergency clinic also what is late."""
    await visitor.log_in(persona)
    tab = visitor.tab()
    await tab.do(PatientSearch, "load")
    await tab.do(Start, "load")
    start = await tab.get(Start)
    assert (start.stands, start.service, start.problem) == ("lists", service, "")
    told_of = {"results", "messages"} & {one.id for one in start.lists}
    assert told_of == (set() if persona == "pleieassistent" else {"results", "messages"})
    assert start.lists
    assert store.rows(_ASKED) == [("permitted", asked)]


async def test_given_a_hospital_then_no_list_is_asked_for_however_often_one_comes(
    visitor: Browser, store: Store
) -> None:
    await visitor.log_in("sykehuslege")
    tab = visitor.tab()
    for _ in range(2):
        await tab.do(PatientSearch, "load")
        await tab.do(Start, "load")
    start = await tab.get(Start)
    assert (start.stands, start.lists, start.problem) == ("none", [], "")
    assert store.rows(_ASKED) == []
    assert (await visitor.current()).session.shares_journal is False


async def test_given_a_hospital_then_the_pages_of_lists_say_why_they_are_empty_and_leave_no_refusal(
    visitor: Browser, store: Store
) -> None:
    await visitor.log_in("sykehuslege")
    tab = visitor.tab()
    for state in (ResultList, Messages, NewLetter, AbsenceState, VisitSharing):
        await tab.do(state, "load")
    results, letters = await tab.get(ResultList), await tab.get(Messages)
    assert {(one.problem, one.code) for one in (results, letters)} == {("refused", NO_LISTS)}
    assert (await tab.get(VisitSharing)).stands == "none"
    assert store.rows("SELECT count(*) FROM core_record.actor_log WHERE outcome = 'refused'") == [(0,)]
    await tab.do(PatientSearch, "load")
    login = await tab.get(Login)
    assert (login.outside, login.from_lists) == (True, False)


async def test_given_no_authorisation_when_logging_in_then_what_one_may_is_asked_and_nothing_refused(
    visitor: Browser, store: Store
) -> None:
    await visitor.log_in("pleieassistent")
    assert sorted(store.rows("SELECT action, outcome, outcome_code FROM core_record.actor_log")) == [
        ("operations-admitted", "permitted", "not-operator"),
        ("registers-me", "permitted", "not-administrator"),
    ]


async def test_given_no_authorisation_then_patients_are_opened_from_the_lists_as_the_rules_say(
    visitor: Browser, store: Store
) -> None:
    await visitor.log_in("pleieassistent")
    tab = visitor.tab()
    await tab.do(PatientSearch, "load")
    login = await tab.get(Login)
    assert (login.outside, login.from_lists) == (False, True)
    search = await tab.get(PatientSearch)
    await tab.do(PatientSearch, "find", {"query": number_of("line")})
    await tab.do(PatientSearch, "choose_reason", "home-care")
    await tab.do(PatientSearch, "open_number", {})
    assert search.code == "authorisation-required", "what the page says holds"


async def test_given_two_results_of_a_patient_then_the_one_that_was_chosen_is_opened(
    visitor: Browser, net: Net
) -> None:
    await net.arrive(number="grave", items=[CRITICAL])
    plain = str(await net.arrive(number="plain"))
    await visitor.log_in("lege-koman")
    tab = visitor.tab()
    await tab.do(PatientSearch, "load")
    await tab.do(Start, "load")
    assert paths(await tab.do(Start, "open", plain, FOLLOW_UP)) == [FOLLOW_UP]
    (opens,) = await tab.do(ResultList, "load")
    assert plain in str(opens.args)
    await tab.do(ResultList, "open", plain)
    assert (await tab.get(ResultList)).shown.report == plain


async def test_given_a_service_that_does_not_answer_then_the_lists_stay_and_are_called_old(
    visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await visitor.log_in("pleieassistent")
    tab = visitor.tab()
    await tab.do(PatientSearch, "load")
    await tab.do(Start, "load")
    start = await tab.get(Start)
    before = list(start.lists)
    assert before
    with failing(monkeypatch, Problem.DOWN):
        for handler in ("again", "load"):
            await tab.do(Start, handler)
            assert (start.stands, list(start.lists), start.old, start.problem) == ("lists", before, True, "")
    await tab.do(Start, "again")
    assert (start.stands, start.old) == ("lists", False)
    with failing(monkeypatch, Problem.REFUSED):
        await tab.do(Start, "again")
    assert (start.stands, start.lists, start.old, start.problem) == ("failed", [], False, "refused")


async def test_given_another_login_in_the_tab_then_the_lists_of_the_one_before_do_not_stay(
    visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await visitor.log_in("pleieassistent")
    tab = visitor.tab()
    await tab.do(PatientSearch, "load")
    await tab.do(Start, "load")
    start = await tab.get(Start)
    assert start.lists
    await visitor.log_in("lege-koman")
    tab.take_cookies(visitor)
    with failing(monkeypatch, Problem.DOWN):
        await tab.do(Start, "load")
    assert (start.stands, start.lists, start.problem) == ("failed", [], "down")


@contextmanager
def failing(monkeypatch: pytest.MonkeyPatch, problem: Problem) -> Iterator[None]:
    """The journal answers no question about a unit's lists."""

    async def fails(*_: object, **__: object) -> None:
        raise ServiceProblem(problem, "503")

    with monkeypatch.context() as patched:
        patched.setattr(UnitClient, "work", fails)
        yield


def test_the_kinds_that_share_the_journal_are_those_of_the_access_rules() -> None:
    assert SHARING == MUNICIPAL
