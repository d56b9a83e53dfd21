"""Ordered tests on a citizen's page: what is ordered and whether it is answered, never by what."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import portal.portal  # noqa: F401 - every state is there before a tab is opened, as in the product
from portal.citizen.results.orders import OwnOrders, by_standing, order_lines
from portal.citizen.results.over_time import OwnOverTime
from portal.citizen.results.state import OwnResults
from portal.clients.journal import Written
from portal.clients.requisitions import OwnExamination, OwnOrdered
from portal.frame.acting import Acting
from portal.session.journal import journal_client
from portal.session.models import OpenPatient
from portal.session.patient import set_open_patient
from tests.contract.portal.conftest import Browser
from tests.contract.portal.test_journal import number_of, opened

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


async def ordered(visitor: Browser, state: str = "active") -> None:
    """An order by the GP, who logs out again."""
    client = await journal_client((await opened(visitor, "line")).root)
    body = {"field": "laboratory", "examinations": [{"text": "P-Kalium"}], "information": "Nyresvikt?"}
    await client.write("Requisition", str(uuid4()), Written(state, AT, body))
    visitor.portal.cookies.clear()


async def test_given_an_order_then_its_person_sees_it_and_a_draft_is_nobody_elses_to_see(
    visitor: Browser,
) -> None:
    await ordered(visitor)
    await ordered(visitor, "draft")
    await visitor.log_in("line")
    tab = visitor.tab()
    await tab.do(OwnOrders, "load")
    state = await tab.get(OwnOrders)
    (one,) = state.waiting
    assert (one.waiting, one.answered, one.by, one.when) == ("P-Kalium", "", "Magnar Koman", "20.11.2026")
    assert (state.answered, state.failed) == ([], False)
    assert "Nyresvikt" not in repr(one)


async def test_given_nothing_ordered_then_the_page_has_nothing_of_it(visitor: Browser) -> None:
    await visitor.log_in("gry")
    tab = visitor.tab()
    await tab.do(OwnOrders, "load")
    state = await tab.get(OwnOrders)
    assert (state.waiting, state.answered, state.failed) == ([], [], False)


def test_an_order_tells_apart_what_waits_what_is_answered_and_what_the_laboratory_gave_up() -> None:
    said = [("P-Kalium", "answered"), ("P-Natrium", "ordered"), ("P-TSH", "not-done"), ("P-CRP", "ordered")]
    exams = [OwnExamination(*one) for one in said]
    (line,) = order_lines([OwnOrdered("a", AT, "Magnar Koman", "partly", exams, AT)])
    assert (line.waiting, line.answered, line.not_done) == ("P-Natrium, P-CRP", "P-Kalium", "P-TSH")
    assert line.sampled == "20.11.2026"


def test_an_order_that_ended_without_an_answer_is_not_among_the_answered() -> None:
    closed = OwnOrdered("c", AT, "Magnar Koman", "ended", [OwnExamination("P-Kalium", "closed")])
    given_up = OwnOrdered("g", AT, "Magnar Koman", "ended", [OwnExamination("P-TSH", "not-done")])
    answered = OwnOrdered("a", AT, "Magnar Koman", "answered", [OwnExamination("P-CRP", "answered")])
    waits = OwnOrdered("w", AT, "Magnar Koman", "partly", [OwnExamination("P-CRP", "ordered")])
    found = by_standing([closed, answered, waits, given_up])
    keys = {name: [line.key for line in lines] for name, lines in found.items()}
    assert keys == {"waiting": ["w"], "answered": ["a"], "ended": ["c", "g"]}
    assert (found["ended"][0].closed, found["ended"][0].answered) == ("P-Kalium", "")
    assert (found["ended"][1].not_done, found["ended"][1].answered) == ("P-TSH", "")


async def test_given_a_switch_to_another_then_what_was_fetched_for_the_reader_is_not_theirs(
    visitor: Browser,
) -> None:
    await ordered(visitor)
    await visitor.log_in("line")
    tab = visitor.tab()
    for kind in (Acting, OwnResults, OwnOrders):
        await tab.do(kind, "load")
    await tab.do(OwnOverTime, "show")
    page = await tab.get(Acting)
    fetched = [await tab.get(kind) for kind in (OwnResults, OwnOrders, OwnOverTime)]
    assert [one.of for one in fetched] == [page.handle] * 3
    child = OpenPatient(number=number_of("gry"), basis="parent", name="Gry", handle="a-child")
    await set_open_patient(await visitor.current(), child)
    await tab.do(Acting, "load")
    assert page.handle == "a-child"
    assert page.handle not in {one.of for one in fetched}
    before = fetched[0].dict()
    await tab.do(OwnResults, "more")
    assert fetched[0].dict() == before
    await tab.do(OwnResults, "load")
    await tab.do(OwnOrders, "load")
    assert [(one.of, one.waiting) for one in fetched[:2]] == [("a-child", [])] * 2
