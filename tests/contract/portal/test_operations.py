"""The operations area on the services' own apps: who lands there, what is shown, what opening leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from dev.embedded import Valkey
from kit.db import SyncDatabase
from kit.identity.audiences import OPERATE, READ_RESULTS, RESULTS
from kit.ids import new_id
from kit.keys import KeyRing
from kit.settings import Settings
from portal.clients.errors import Problem, ServiceProblem
from portal.clients.operations import OperationsClient
from portal.operations.messages.many import Many
from portal.operations.messages.state import WorkList
from portal.operations.messages.together import Together
from portal.operations.senders.state import Senders
from portal.session.models import Kind
from results_service.codes import CodeBook
from results_service.intake import originals
from results_service.intake.pipeline import Pipeline
from results_service.intake.work import Worker
from tests.conftest import TestDatabase
from tests.contract.portal.conftest import Browser, paths
from tests.integration.intake.messages import LINE, Sample, sample

WRONG = "13116900217"
Deliver = Callable[[Sample], str]


@pytest.fixture
def deliver(wired: None, postgres: TestDatabase, keys: KeyRing, valkey: Valkey) -> Iterator[Deliver]:
    """Put a message in the queue and process it; its id."""
    database = SyncDatabase(postgres.dsn("akson_results"))
    database.open()
    worker = Worker(database, Pipeline(keys, CodeBook.builtin(), production=False))

    def one(message: Sample) -> str:
        message_id, data = new_id(), message.xml()
        with psycopg.connect(postgres.superuser_dsn, autocommit=True) as conn:
            conn.execute(
                "INSERT INTO results.intake_message (id, organisation, client_id, received_at, due_at,"
                " digest, size, keep_until, body) VALUES (%s, '313902196', 'lab', now(), now(), %s, 1,"
                " now() + interval '1 year', %s)",
                (message_id, message_id.bytes, originals.seal(keys, message_id, data)),
            )
        while worker.take_turn() is not None:
            pass
        return str(message_id)

    yield one
    database.close()


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
