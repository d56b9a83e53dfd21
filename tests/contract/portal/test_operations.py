"""The operations area on the services' own apps: who lands there, what is shown, what opening leaves."""

from __future__ import annotations

from typing import Any

import pytest

from kit.identity.audiences import OPERATE, READ_RESULTS, RESULTS
from kit.settings import Settings
from portal.operations.messages.many import Many
from portal.operations.messages.state import WorkList
from portal.operations.messages.together import Together
from portal.operations.senders.state import Senders
from portal.session.models import Kind
from tests.contract.portal.conftest import Browser, paths
from tests.contract.portal.operations import WRONG, Deliver, deliver
from tests.integration.intake.messages import LINE, sample

__all__ = ["deliver"]


async def test_an_operator_lands_in_operations_with_a_token_for_nothing_else(visitor: Browser) -> None:
    answer = await visitor.log_in("drift")
    assert answer.headers["location"] == "/operations/messages"
    session = (await visitor.current()).session
    assert (session.kind, session.name) == (Kind.OPERATOR, "Oskar Brekke")
    assert session.organisation_name == "Etat for felles journal"
    assert session.tokens[RESULTS].scopes == (OPERATE,)
    assert READ_RESULTS not in session.tokens[RESULTS].scopes


@pytest.mark.parametrize("persona", ["lege-koman", "pleieassistent", "panelleder", "line"])
async def test_nobody_else_does_and_no_handler_serves_them(visitor: Browser, persona: str) -> None:
    answer = await visitor.log_in(persona)
    assert "/operations" not in answer.headers["location"]
    tab = visitor.tab()
    for kind in (WorkList, Senders):
        assert paths(await tab.do(kind, "load")) == ["/leave"]
    assert paths(await tab.do(Together, "take")) == ["/leave"]


async def test_an_operator_is_served_by_no_other_area(visitor: Browser) -> None:
    from portal.citizen.results.state import OwnResults
    from portal.clinician.patients.state import PatientSearch

    await visitor.log_in("drift")
    tab = visitor.tab()
    for kind in (PatientSearch, OwnResults):
        assert paths(await tab.do(kind, "load")) == ["/leave"]


async def test_the_list_shows_nobody_until_a_message_is_opened(visitor: Browser, deliver: Deliver) -> None:
    message_id = deliver(sample(number=WRONG))
    await visitor.log_in("drift")
    tab = visitor.tab()
    await tab.do(WorkList, "load")
    work: Any = await tab.get(WorkList)
    assert [(row.id, row.sender, row.kind) for row in work.rows] == [
        (message_id, "Nordlys Laboratorium AS", "CLIN")
    ]
    await tab.do(WorkList, "choose", message_id)
    assert WRONG not in str(work.dict())
    assert not work.is_opened
    await tab.do(WorkList, "open", False)
    assert (work.opened.number, work.opened.name, work.opened.original) == (WRONG, "Danser, Line", "")
    assert [done.action for done in work.history] == ["opened"]
    await tab.do(WorkList, "open", True)
    assert "NPU03230" in work.opened.original
    await tab.do(WorkList, "back")
    assert WRONG not in str(work.dict())


async def test_a_message_is_noted_as_solved_and_leaves_the_list(visitor: Browser, deliver: Deliver) -> None:
    message_id = deliver(sample(number=WRONG))
    await visitor.log_in("drift")
    tab = visitor.tab()
    await tab.do(WorkList, "load")
    await tab.do(WorkList, "choose", message_id)
    await tab.do(WorkList, "resolve", {"reason": "handled-with-sender"})
    await tab.do(WorkList, "back")
    work: Any = await tab.get(WorkList)
    assert (work.rows, work.total, work.problem) == ([], 0, "")
    await tab.do(WorkList, "choose_list", "resolved")
    assert [row.resolved for row in work.rows] == ["handled-with-sender"]


async def test_a_held_message_says_why_it_is_not_processed_anew(visitor: Browser, deliver: Deliver) -> None:
    first = sample()
    deliver(first)
    held = deliver(sample(serv_prov_id=first.serv_prov_id, number="12057900499"))
    await visitor.log_in("drift")
    tab = visitor.tab()
    await tab.do(WorkList, "choose", held)
    await tab.do(WorkList, "replay", {"reason": "fault-fixed"})
    work: Any = await tab.get(WorkList)
    assert (work.conflict, work.problem, work.message.replay) == ("held-stays-held", "", "held")


async def test_all_with_a_code_are_processed_anew_once_through(visitor: Browser, deliver: Deliver) -> None:
    for _ in range(3):
        deliver(sample(number=WRONG))
    await visitor.log_in("drift")
    tab = visitor.tab()
    await tab.do(WorkList, "load")
    await tab.do(WorkList, "choose_code", "national-id-check-digit")
    await tab.do(Many, "replay", {"reason": "fault-fixed"})
    many: Any = await tab.get(Many)
    assert (many.action, many.done, many.left, many.busy) == ("replay", 3, 0, False)


async def test_the_list_goes_on_to_the_next_message_and_never_shows_an_empty_page(
    visitor: Browser, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.operations.messages.state.PAGE", 2)
    ids = [deliver(sample(number=WRONG)) for _ in range(3)]
    await visitor.log_in("drift")
    tab, colleague = visitor.tab(), visitor.tab()
    await tab.do(WorkList, "load")
    work: Any = await tab.get(WorkList)
    await tab.do(WorkList, "choose", ids[0])
    await tab.do(WorkList, "next")
    assert work.message.id == ids[1]
    await tab.do(WorkList, "next")
    assert work.message.id == ""
    await tab.do(WorkList, "turn", 1)
    assert [row.id for row in work.rows] == ids[2:]
    await colleague.do(WorkList, "choose", ids[2])
    await colleague.do(WorkList, "resolve", {"reason": "sent-again"})
    await tab.do(WorkList, "refresh")
    assert ([row.id for row in work.rows], work.skip) == (ids[:2], 0)


async def test_senders_and_volumes(visitor: Browser, deliver: Deliver, settings: Settings) -> None:
    deliver(sample())
    deliver(sample(number=WRONG))
    await visitor.log_in("drift")
    tab = visitor.tab()
    await tab.do(Senders, "load")
    seen: Any = await tab.get(Senders)
    assert (seen.messages, seen.most, seen.bars[-1].waiting) == (2, 2, 1)
    assert ("Nordlys Laboratorium AS", "unknown") in [(s.sender, s.state) for s in seen.quiet]
    assert {s.last for s in seen.quiet if s.state == "gone"} == {""}
    await tab.do(Senders, "choose_kind", "RAD")
    assert (seen.messages, seen.totals) == (0, [])
    assert LINE not in str(seen.dict())
