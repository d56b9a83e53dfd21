"""Processing anew after a fix, one or many; noting how a message was solved; who did it, when and why."""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest

from results_service.intake.pipeline import Pipeline
from tests.conftest import TestDatabase
from tests.integration.intake.messages import GRY, sample
from tests.integration.operations.conftest import World

WRONG = "13116900217"


def failing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every attempt fails by a fault of ours, until it is mended."""

    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(Pipeline, "_ask", fail)


def give_up_now(database: TestDatabase) -> None:
    """As when every attempt but the last has been made."""
    with psycopg.connect(database.superuser_dsn, autocommit=True) as conn:
        conn.execute(
            "UPDATE results.intake_message SET attempts = 5, due_at = now() WHERE status = 'received'"
        )


async def failed(world: World, monkeypatch: pytest.MonkeyPatch) -> str:
    with monkeypatch.context() as broken:
        failing(world, broken)
        message_id = await world.send(sample())
        give_up_now(world.database)
        world.work()
    assert world.status(message_id) == "needs-attention"
    return message_id


async def test_given_a_fault_of_ours_when_mended_and_replayed_then_processed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    message_id = await failed(world, monkeypatch)
    answer = await world.post(f"/messages/{message_id}/replay", reason="fault-fixed")
    assert (answer.status_code, answer.json()["message"]["status"]) == (200, "received")
    world.work()
    assert world.status(message_id) == "processed"
    assert await world.ids() == []
    rows = world.rows("SELECT message_id::text, action, reason, actor_name FROM results.operator_action")
    assert rows == [(message_id, "replayed", "fault-fixed", "Oskar Brekke")]
    assert world.rows("SELECT count(*) FROM results.report") == [(1,)]


async def test_given_an_unregistered_sender_when_registered_and_replayed_then_processed(
    world: World,
) -> None:
    world.lab = replace(world.lab, organisation="313901971")  # registered for itself, not for this sender
    ids = [await world.send(sample()) for _ in range(3)]
    assert await world.ids() == []
    assert await world.ids(state="rejected") == ids
    world.register(
        {
            "senders": [
                {
                    "org_number": "313901866",
                    "her_ids": ["8100080"],
                    "delivered_by": ["313902196", "313901971"],
                }
            ]
        }
    )
    answer = await world.post("/replay", code="sender-not-allowed", reason="sender-registered")
    assert answer.json() == {"replayed": 3, "left": 0, "next": None}
    world.work()
    assert {world.status(i) for i in ids} == {"processed"}
    again = await world.post("/replay", code="sender-not-allowed", reason="sender-registered")
    assert again.json() == {"replayed": 0, "left": 0, "next": None}
    assert world.rows("SELECT count(*) FROM results.operator_action") == [(3,)]


async def test_a_replay_asked_for_twice_is_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    message_id = await failed(world, monkeypatch)
    for _ in range(2):
        answer = await world.post(f"/messages/{message_id}/replay", reason="fault-fixed")
        assert answer.status_code == 200
    world.work()
    assert (await world.post(f"/messages/{message_id}/replay", reason="fault-fixed")).status_code == 200
    assert world.status(message_id) == "processed"
    assert world.rows("SELECT count(*) FROM results.operator_action") == [(1,)]


async def test_a_message_of_a_known_person_is_replayed_from_the_original_and_kept_as_one(
    world: World,
) -> None:
    message_id = await world.send(sample(serv_prov_id=""))
    assert world.rows("SELECT body IS NULL, person_id IS NOT NULL FROM results.intake_message") == [
        (True, True)
    ]
    answer = await world.post(f"/messages/{message_id}/replay", reason="fault-fixed")
    assert answer.status_code == 200
    world.work()
    assert world.status(message_id) == "needs-attention"  # nothing was mended: it waits again
    assert world.rows("SELECT count(*) FROM results.original") == [(1,)]
    assert world.rows("SELECT body IS NULL FROM results.intake_message") == [(True,)]
    assert await world.ids() == [message_id]


async def test_what_is_held_by_what_it_says_is_not_replayed(world: World) -> None:
    first = sample()
    await world.send(first)
    message_id = await world.send(replace(sample(), serv_prov_id=first.serv_prov_id, number=GRY))
    answer = await world.post(f"/messages/{message_id}/replay", reason="fault-fixed")
    assert (answer.status_code, answer.json()["title"]) == (409, "held-stays-held")
    many = await world.post("/replay", code="person-changed", reason="fault-fixed")
    assert many.json()["title"] == "held-stays-held"
    assert (await world.get("/messages")).json()["items"][0]["replay"] == "held"


async def test_when_the_original_is_gone_then_a_replay_says_so(world: World) -> None:
    message_id = await world.send(sample(serv_prov_id=""))
    with psycopg.connect(world.database.superuser_dsn, autocommit=True) as conn:
        conn.execute("DELETE FROM results.person_key")
    answer = await world.post(f"/messages/{message_id}/replay", reason="fault-fixed")
    assert answer.json()["title"] == "original-gone"
    assert (await world.post(f"/messages/{message_id}/open")).json()["title"] == "original-gone"


async def test_a_solved_message_leaves_the_list_and_stays_in_the_history(world: World) -> None:
    message_id = await world.send(sample(number=WRONG))
    for _ in range(2):
        answer = await world.post(f"/messages/{message_id}/resolve", reason="handled-with-sender")
        assert answer.status_code == 200
    assert await world.ids() == []
    assert await world.ids(state="resolved") == [message_id]
    (done,) = answer.json()["history"]
    assert (done["action"], done["reason"], done["name"]) == (
        "resolved",
        "handled-with-sender",
        "Oskar Brekke",
    )
    assert answer.json()["message"]["resolved"] == "handled-with-sender"


async def test_a_solved_message_that_is_processed_anew_and_fails_is_on_the_list_again(world: World) -> None:
    message_id = await world.send(sample(number=WRONG))
    await world.post(f"/messages/{message_id}/resolve", reason="sent-again")
    await world.post(f"/messages/{message_id}/replay", reason="fault-fixed")
    world.work()
    assert await world.ids() == [message_id]


async def test_a_processed_message_cannot_be_noted_as_solved(world: World) -> None:
    message_id = await world.send(sample())
    answer = await world.post(f"/messages/{message_id}/resolve", reason="sent-again")
    assert (answer.status_code, answer.json()["title"]) == (409, "not-waiting")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/messages/{id}/resolve", {"reason": "because"}, 422),
        ("/messages/{id}/resolve", {}, 400),
        ("/messages/{id}/replay", {"reason": "handled-with-sender"}, 422),
        ("/messages/018f0000-0000-7000-8000-000000000000/resolve", {"reason": "sent-again"}, 404),
        ("/messages/018f0000-0000-7000-8000-000000000000/replay", {"reason": "fault-fixed"}, 404),
        ("/messages/018f0000-0000-7000-8000-000000000000/open", {}, 404),
    ],
)
async def test_what_cannot_be_done_is_refused_by_name(
    world: World, path: str, body: dict[str, str], status: int
) -> None:
    message_id = await world.send(sample(number=WRONG))
    answer = await world.post(path.format(id=message_id), **body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert world.rows("SELECT count(*) FROM results.operator_action") == [(0,)]


async def test_volumes_count_by_day_sender_and_kind(world: World) -> None:
    await world.send(sample())
    await world.send(sample(number=WRONG))
    (volume,) = (await world.get("/volumes", days=7)).json()["volumes"]
    assert (volume["sender"], volume["sender_name"], volume["kind"]) == (
        "313901866",
        "Nordlys Laboratorium AS",
        "CLIN",
    )
    assert (volume["messages"], volume["needs_attention"], volume["rejected"]) == (2, 1, 0)


async def test_a_sender_silent_for_longer_than_its_own_pauses_is_quiet(world: World) -> None:
    often, seldom = sample(), sample(sender_her="8100090")
    for message in (often, seldom):
        await world.send(message)
    with psycopg.connect(world.database.superuser_dsn, autocommit=True) as conn:
        for sender, pause in (("313901866", 1), ("313901971", 48)):
            conn.execute(
                """
                INSERT INTO results.intake_volume (hour, sender, kind, status, messages, last)
                SELECT hour - n * %s * interval '1 hour', sender, kind, status, 1,
                    last - n * %s * interval '1 hour'
                FROM results.intake_volume, generate_series(1, 12) n WHERE sender = %s
                """,
                (pause, pause, sender),
            )
        conn.execute(
            "UPDATE results.intake_volume SET hour = hour - interval '30 hours',"
            " last = last - interval '30 hours'"
        )
    senders = {s["sender"]: s for s in (await world.get("/quiet")).json()["senders"]}
    assert senders["313901866"]["state"] == "quiet"
    assert senders["313901971"]["state"] == "usual"
    assert senders["313901866"]["usual_seconds"] == 3600


async def test_actions_are_only_ever_added(postgres: TestDatabase, clean_db: None) -> None:
    with psycopg.connect(postgres.dsn("akson_results"), autocommit=True) as conn:
        for statement in (
            "UPDATE results.operator_action SET reason = NULL",
            "DELETE FROM results.operator_action",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(statement.encode())
