"""Operators together: by cause, taken, returned, all of a cause at once, two on one message."""

from __future__ import annotations

from typing import Any

import pytest

from portal.clients.errors import Problem, ServiceProblem
from portal.clients.operations import OperationsClient
from portal.operations.messages.many import Many
from portal.operations.messages.state import WorkList
from portal.operations.messages.together import Together
from tests.contract.portal.conftest import Browser
from tests.contract.portal.operations import WRONG, Deliver, deliver
from tests.integration.intake.messages import sample

__all__ = ["deliver"]


async def test_causes_lead_to_their_messages_and_one_word_solves_them_all(
    visitor: Browser, deliver: Deliver
) -> None:
    for _ in range(3):
        deliver(sample(number=WRONG))
    other = deliver(sample(serv_prov_id=""))
    await visitor.log_in("drift")
    tab = visitor.tab()
    await tab.do(WorkList, "load")
    work: Any = await tab.get(WorkList)
    first, second = work.causes
    assert (first.code, first.sender, first.count, second.count) == (
        "national-id-check-digit",
        "Nordlys Laboratorium AS",
        3,
        1,
    )
    await tab.do(WorkList, "choose_cause", first.code, first.key, first.sender)
    assert (work.total, work.causes) == (3, [])
    many: Any = await tab.get(Many)
    await tab.do(Many, "write")
    assert (many.lines.count("\n"), many.left_out, WRONG in many.lines) == (2, 0, False)
    await tab.do(Many, "take")
    assert [(row.mine, row.taken_by) for row in work.rows] == [(True, "Oskar Brekke")] * 3
    await tab.do(Many, "resolve", {"reason": "sent-again"})
    assert (many.done, work.code, [row.id for row in work.rows]) == (3, "", [other])
    assert many.at == work.turned  # told of here
    await tab.do(WorkList, "choose_list", "resolved")
    assert many.at != work.turned  # and no longer on another list
    await tab.do(WorkList, "choose_code", first.code)
    await tab.do(Many, "reopen")
    await tab.do(WorkList, "choose_list", "open")
    assert work.total == 4


async def test_a_letter_is_noted_for_those_it_names_alone_and_stands_only_beside_what_it_was_written_of(
    visitor: Browser, deliver: Deliver
) -> None:
    named = [deliver(sample(number=WRONG)) for _ in range(2)]
    await visitor.log_in("drift")
    tab = visitor.tab()
    await tab.do(WorkList, "load")
    work: Any = await tab.get(WorkList)
    cause = work.causes[0]
    await tab.do(WorkList, "choose_cause", cause.code, cause.key, cause.sender)
    many: Any = await tab.get(Many)
    await tab.do(Many, "ask")
    assert (many.done, work.total) == (0, 2), "no letter, nothing to note"
    await tab.do(Many, "take")
    await tab.do(WorkList, "choose_whose", "mine")
    await tab.do(Many, "write")
    assert (many.named, many.of) == (2, [cause.code, cause.key, "mine"])
    later = deliver(sample(number=WRONG))
    await tab.do(WorkList, "choose_whose", "")
    assert (many.of[2], work.whose, work.total) == ("mine", "", 3)
    await tab.do(Many, "ask")
    assert (many.done, many.lines, [row.id for row in work.rows]) == (2, "", [later])
    await tab.do(WorkList, "choose_list", "asked")
    assert [row.id for row in work.rows] == named


@pytest.mark.parametrize(("fails_at", "action", "done"), [(1, "", 0), (2, "resolve", 2)])
async def test_given_a_batch_that_fails_then_it_says_so_and_how_many_were_done(
    visitor: Browser,
    deliver: Deliver,
    monkeypatch: pytest.MonkeyPatch,
    fails_at: int,
    action: str,
    done: int,
) -> None:
    monkeypatch.setattr("results_service.operations.many.AT_A_TIME", 2)
    for _ in range(3):
        deliver(sample(number=WRONG))
    await visitor.log_in("drift")
    tab = visitor.tab()
    await tab.do(WorkList, "load")
    await tab.do(WorkList, "choose_code", "national-id-check-digit")
    whole, calls = OperationsClient.many, 0

    async def down(*given: Any) -> dict[str, Any]:
        nonlocal calls
        calls += 1
        if calls == fails_at:
            raise ServiceProblem(Problem.DOWN, "503")
        return await whole(*given)

    monkeypatch.setattr(OperationsClient, "many", down)
    await tab.do(Many, "resolve", {"reason": "sent-again"})
    many: Any = await tab.get(Many)
    work: Any = await tab.get(WorkList)
    assert (work.problem, work.problem_code) == ("down", "503")
    assert (many.action, many.done, many.busy, work.total) == (action, done, False, 3 - done)
    await tab.do(Many, "resolve", {"reason": "sent-again"})
    assert (work.problem, many.done, work.total) == ("", 3 - done, 0)


async def test_a_message_is_found_taken_written_about_and_returned(
    visitor: Browser, deliver: Deliver
) -> None:
    sent = sample(number=WRONG)
    message_id = deliver(sent)
    deliver(sample(number=WRONG))
    await visitor.log_in("drift")
    tab = visitor.tab()
    await tab.do(WorkList, "load")
    work: Any = await tab.get(WorkList)
    await tab.do(WorkList, "find", {"id": WRONG})
    assert (work.conflict, len(work.rows)) == ("find-number", 2)
    await tab.do(WorkList, "find", {"id": sent.msg_id})
    assert ([row.id for row in work.rows], work.sought) == ([message_id], sent.msg_id)
    await tab.do(WorkList, "choose", message_id)
    await tab.do(Together, "take")
    assert work.message.mine
    await tab.do(WorkList, "open", False)
    await tab.do(Together, "note", {"note": "Ringte, de retter i morgen."})
    assert (work.opened.notes, work.message.notes) == (["Ringte, de retter i morgen."], 1)
    await tab.do(Together, "choose_asking", "confirm")
    await tab.do(Together, "ask")
    assert (work.message.asked, work.conflict) == ("confirm", "")
    await tab.do(WorkList, "back")
    assert (work.total, work.sought) == (1, "")
    await tab.do(WorkList, "choose_list", "asked")
    assert [row.id for row in work.rows] == [message_id]
    await tab.do(WorkList, "choose", message_id)
    await tab.do(Together, "reopen")
    assert work.message.asked == ""


async def test_two_at_once_the_later_is_told_and_sees_what_the_first_did(
    visitor: Browser, deliver: Deliver
) -> None:
    message_id = deliver(sample(number=WRONG))
    await visitor.log_in("drift")
    mine, other = visitor.tab(), visitor.tab()
    for tab in (mine, other):
        await tab.do(WorkList, "choose", message_id)
    await other.do(WorkList, "resolve", {"reason": "sent-again"})
    await mine.do(WorkList, "resolve", {"reason": "sent-in-error"})
    work: Any = await mine.get(WorkList)
    assert (work.conflict, work.message.resolved) == ("changed-meanwhile", "sent-again")
    assert [done.reason for done in work.history] == ["sent-again"]
