"""Several operators and many messages: causes, taking, notes, asking senders, back again, all of a cause."""

from __future__ import annotations

from typing import Any

import pytest

from results_service.operations import many
from tests.integration.intake.messages import GRY, sample
from tests.integration.operations.conftest import World

WRONG = "13116900217"
DIGIT, MISSING = "national-id-check-digit", "report-id-missing"


def colleague(world: World) -> None:
    """Sigrid Aune operates the service too, from today."""
    number, agency = "09837613695", "313902307"
    world.register(
        {
            "employments": [
                {"national_id": number, "org_number": agency, "role": "DRIFT", "valid_from": "2020-01-01"}
            ]
        }
    )
    world.acting_as("administrator", organisation=agency, place=agency)


async def message(world: World, message_id: str) -> dict[str, Any]:
    answer = await world.get(f"/messages/{message_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_messages_are_counted_by_cause_and_sender_with_the_oldest(world: World) -> None:
    first = await world.send(sample(number=WRONG))
    for _ in range(2):
        await world.send(sample(number=WRONG))
    await world.send(sample(serv_prov_id=""))
    causes = (await world.get("/causes")).json()["causes"]
    assert [(c["code"], c["sender_name"], c["count"], c["taken"]) for c in causes] == [
        (DIGIT, "Nordlys Laboratorium AS", 3, 0),
        (MISSING, "Nordlys Laboratorium AS", 1, 0),
    ]
    assert causes[0]["oldest"] == (await message(world, first))["message"]["received"]
    assert len(await world.ids(code=DIGIT, sender=causes[0]["sender"])) == 3
    assert await world.ids(code=DIGIT, sender="313901971") == []


@pytest.mark.parametrize("number", ["13116900216", "131169-00216", "131169. 00216", "12 34 131169-00216"])
async def test_a_cause_whose_sender_has_a_persons_number_in_its_name_never_shows_it(
    world: World, number: str
) -> None:
    message_id = await world.send(sample(number=WRONG))
    world.rows("UPDATE results.intake_message SET sender = %s RETURNING id", f"name:Lab {number}")
    (cause,) = (await world.get("/causes")).json()["causes"]
    (held,) = (await world.get("/messages")).json()["items"]
    assert "00216" not in cause["sender"]
    assert held["sender"] == cause["sender"]
    assert await world.ids(code=DIGIT, sender=cause["sender"]) == [message_id]


@pytest.mark.parametrize("by", ["id", "msg_id", "serv_prov_id"])
async def test_a_message_is_found_by_what_the_laboratory_calls_it_and_never_by_a_person(
    world: World, by: str
) -> None:
    sent = sample(number=WRONG)
    message_id = await world.send(sent)
    await world.send(sample(number=WRONG))
    sought = message_id if by == "id" else getattr(sent, by)
    answer = await world.post("/messages/_find", id=f" {sought} ")
    assert [item["id"] for item in answer.json()["items"]] == [message_id]
    assert WRONG not in answer.text
    for number in (WRONG, "131169 00217", "131169-00217", "131169.00217"):
        refused = await world.post("/messages/_find", id=number)
        assert (refused.status_code, refused.json()["title"]) == (422, "find-number")
    assert (await world.post("/messages/_find", id="no such")).json() == {"items": []}


async def test_taking_tells_colleagues_and_only_over_takes_from_one(world: World) -> None:
    message_id = await world.send(sample(number=WRONG))
    free = await world.send(sample(number=WRONG))
    for _ in range(2):
        taken = (await world.post(f"/messages/{message_id}/take")).json()["message"]
        assert (taken["taken_by"], taken["mine"]) == ("Oskar Brekke", True)
    assert world.rows("SELECT count(*) FROM results.operator_action") == [(1,)]
    assert await world.ids(whose="mine") == [message_id]
    assert await world.ids(whose="free") == [free]
    colleague(world)
    assert (await message(world, message_id))["message"]["mine"] is False
    assert await world.ids(whose="mine") == []
    refused = await world.post(f"/messages/{message_id}/take")
    assert (refused.status_code, refused.json()["title"]) == (409, "taken-by-other")
    assert (await world.post(f"/messages/{message_id}/leave")).json()["message"]["taken_by"] == "Oskar Brekke"
    over = await world.post(f"/messages/{message_id}/take", over=True)
    assert over.json()["message"]["taken_by"] == "Sigrid Aune"
    left = await world.post(f"/messages/{message_id}/leave")
    assert left.json()["message"]["taken_by"] is None


async def test_what_a_colleague_did_meanwhile_stops_what_was_decided_before_it(world: World) -> None:
    message_id = await world.send(sample(number=WRONG))
    seen = (await message(world, message_id))["seen"]
    colleague(world)
    await world.post(f"/messages/{message_id}/resolve", reason="sent-again", seen=seen)
    world.acting_as("drift")
    for path, body in (
        ("resolve", {"reason": "sent-in-error"}),
        ("replay", {"reason": "fault-fixed"}),
    ):
        late = await world.post(f"/messages/{message_id}/{path}", seen=seen, **body)
        assert (late.status_code, late.json()["title"]) == (409, "changed-meanwhile"), path
    same = await world.post(f"/messages/{message_id}/resolve", reason="sent-again", seen=seen)
    assert same.status_code == 200  # said again it does nothing more
    now = (await message(world, message_id))["seen"]
    assert (
        await world.post(f"/messages/{message_id}/replay", reason="fault-fixed", seen=now)
    ).status_code == 200


async def test_a_message_noted_as_solved_by_mistake_is_put_back(world: World) -> None:
    message_id = await world.send(sample(number=WRONG))
    await world.post(f"/messages/{message_id}/resolve", reason="sent-again")
    assert (await world.ids(), await world.ids(state="resolved")) == ([], [message_id])
    for _ in range(2):
        again = await world.post(f"/messages/{message_id}/reopen")
        assert again.json()["message"]["resolved"] is None
    assert (await world.ids(), await world.ids(state="resolved")) == ([message_id], [])
    history = [done["action"] for done in again.json()["history"]]
    assert history == ["reopened", "resolved"]
    await world.post(f"/messages/{message_id}/resolve", reason="sent-in-error")
    assert await world.ids(state="resolved") == [message_id]


async def test_a_message_returned_to_its_sender_waits_on_a_list_of_its_own(world: World) -> None:
    message_id = await world.send(sample(number=WRONG))
    unread = await world.post(f"/messages/{message_id}/ask", reason="send-corrected")
    assert (unread.status_code, unread.json()["title"]) == (409, "not-opened")
    await world.post(f"/messages/{message_id}/open")
    asked = await world.post(f"/messages/{message_id}/ask", reason="send-corrected")
    assert asked.json()["message"]["asked"] == "send-corrected"
    assert (await world.ids(), await world.ids(state="asked")) == ([], [message_id])
    await world.post(f"/messages/{message_id}/reopen")
    assert (await world.ids(), await world.ids(state="asked")) == ([message_id], [])
    await world.post(f"/messages/{message_id}/ask", reason="withdraw")
    await world.post(f"/messages/{message_id}/resolve", reason="sent-in-error")
    assert (await world.ids(state="asked"), await world.ids(state="resolved")) == ([], [message_id])
    late = await world.post(f"/messages/{message_id}/ask", reason="confirm")
    assert (late.status_code, late.json()["title"]) == (409, "not-waiting")
    unknown = await world.post(f"/messages/{message_id}/ask", reason="please")
    assert unknown.json()["title"] == "reason-unknown"


async def test_words_to_colleagues_are_counted_in_the_list_and_read_only_in_an_opened_message(
    world: World,
) -> None:
    message_id = await world.send(sample(number=WRONG))
    words = "Ringte laboratoriet, de svarer på torsdag."
    assert (await world.post(f"/messages/{message_id}/note", note=words)).json()["title"] == "not-opened"
    await world.post(f"/messages/{message_id}/open")
    noted = await world.post(f"/messages/{message_id}/note", note=words)
    assert (noted.json()["message"]["notes"], words in noted.text) == (1, False)
    for number in (GRY, f"{GRY[:6]}-{GRY[6:]}", f"{GRY[:6]}. {GRY[6:]}"):
        refused = await world.post(f"/messages/{message_id}/note", note=f"Gjelder {number}, sier de.")
        assert refused.json()["title"] == "note-number"
    assert (await world.post(f"/messages/{message_id}/open")).json()["notes"] == [words]
    (stored,) = world.rows("SELECT note FROM results.operator_action WHERE action = 'noted'")
    assert b"Ringte" not in stored[0]


async def test_all_of_a_cause_are_gone_through_once_though_the_first_fail_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "AT_A_TIME", 2)
    ids = [await world.send(sample(number=WRONG)) for _ in range(5)]
    world.rows("UPDATE results.intake_message SET body = NULL WHERE id = %s RETURNING id", ids[0])  # deleted
    after, replayed = None, []
    while True:
        answer = (await world.post("/replay", code=DIGIT, reason="fault-fixed", after=after)).json()
        replayed.append(answer["replayed"])
        world.work()  # nothing was mended: they wait again at once, the oldest first
        after = answer["next"]
        if after is None:
            break
    assert replayed == [1, 2, 1]
    assert [(await message(world, i))["message"]["replays"] for i in ids] == [0, 1, 1, 1, 1]
    assert await world.ids() == ids


async def test_all_of_a_cause_and_sender_are_taken_solved_and_put_back(world: World) -> None:
    ids = [await world.send(sample(number=WRONG)) for _ in range(3)]
    kept = await world.send(sample(serv_prov_id=""))
    colleague(world)
    await world.post(f"/messages/{ids[0]}/take")
    world.acting_as("drift")
    cause = {"code": DIGIT, "sender": "313901866"}
    assert (await world.post("/take", **cause)).json() == {"done": 2, "left": 0, "next": None}
    assert await world.ids(whose="mine") == ids[1:]
    solved = await world.post("/resolve", **cause, reason="sent-again", whose="mine")
    assert solved.json() == {"done": 2, "left": 0, "next": None}
    assert (await world.ids(), await world.ids(state="resolved")) == ([ids[0], kept], ids[1:])
    assert (await world.post("/reopen", **cause, state="resolved")).json()["done"] == 2
    assert await world.ids() == [*ids, kept]
    assert (await world.post("/resolve", **cause, reason="sent")).json()["title"] == "reason-unknown"


async def test_a_letter_names_one_senders_messages_by_its_own_ids_and_all_are_noted_as_returned(
    world: World,
) -> None:
    sent = [sample(number=WRONG, serv_prov_id=f"NL-{n}") for n in range(3)]
    ids = [await world.send(one) for one in sent]
    cause = {"code": DIGIT, "sender": "313901866"}
    letter = await world.post("/letter", **cause)
    assert [(i["msg_id"], i["serv_prov_id"]) for i in letter.json()["items"]] == [
        (one.msg_id, one.serv_prov_id) for one in sent
    ]
    assert (letter.json()["left"], WRONG in letter.text, "Danser" in letter.text) == (0, False, False)
    to_nobody = await world.post("/letter", code=DIGIT)
    assert (to_nobody.status_code, to_nobody.json()["title"]) == (422, "sender-missing")
    asked = await world.post("/ask", **cause, reason="send-corrected")
    assert asked.json() == {"done": 3, "left": 0, "next": None}
    assert (await world.ids(), await world.ids(state="asked")) == ([], ids)
    assert (await world.post("/reopen", **cause, state="asked")).json()["done"] == 3
    actions = {row[0] for row in world.rows("SELECT action FROM core_record.actor_log")}
    assert {"operations-letter", "operations-ask-all"} <= actions


async def test_only_what_a_letter_names_is_noted_as_returned_when_more_came_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "AT_A_TIME", 2)
    named = [await world.send(sample(number=WRONG)) for _ in range(3)]
    cause = {"code": DIGIT, "sender": "313901866"}
    until = (await world.post("/letter", **cause)).json()["until"]
    assert until == named[-1]
    later = [await world.send(sample(number=WRONG)) for _ in range(2)]
    first = (await world.post("/ask", **cause, reason="confirm", until=until)).json()
    assert first == {"done": 2, "left": 1, "next": named[1]}
    last = await world.post("/ask", **cause, reason="confirm", until=until, after=first["next"])
    assert last.json() == {"done": 1, "left": 0, "next": None}
    assert (await world.ids(), await world.ids(state="asked")) == (later, named)
    assert (await world.post("/ask", **cause, reason="confirm")).json()["done"] == 2
    assert (await world.post("/letter", **cause)).json() == {"items": [], "left": 0, "until": None}
