"""Operators who act on the same messages at the same time, and workers beside them."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import psycopg
import pytest

from tests.integration.intake.messages import sample
from tests.integration.operations.conftest import World
from tests.integration.operations.test_team import DIGIT, WRONG, colleague


async def waiting(world: World, number: int) -> None:
    """Until so many wait for a lock."""
    asked = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    async with asyncio.timeout(20):
        while world.rows(asked) != [(number,)]:  # noqa: ASYNC110 - asks another server
            await asyncio.sleep(0.02)


async def at_once(world: World, message_id: str, path: str, body: dict[str, Any]) -> list[httpx.Response]:
    """Two operators do the same while a third transaction holds the message: both wait, then one by one."""
    async with await psycopg.AsyncConnection.connect(world.database.superuser_dsn) as holder:
        await holder.execute("SELECT FROM results.intake_message WHERE id = %s FOR UPDATE", (message_id,))
        calls = []
        for number, enter in enumerate((colleague, lambda w: w.acting_as("drift")), 1):
            enter(world)
            calls.append(asyncio.create_task(world.post(f"/messages/{message_id}/{path}", **body)))
            await waiting(world, number)
    return await asyncio.gather(*calls)


@pytest.mark.parametrize(
    ("before", "path", "body", "done", "statuses"),
    [
        ([], "take", {}, "taken", [200, 409]),
        ([], "take", {"over": True}, "taken", [200, 200]),
        ([], "resolve", {"reason": "sent-again"}, "resolved", [200, 200]),
        ([], "replay", {"reason": "fault-fixed"}, "replayed", [200, 200]),
        (["resolve"], "reopen", {}, "reopened", [200, 200]),
    ],
)
async def test_of_two_operators_at_once_the_second_sees_what_the_first_did(
    world: World, before: list[str], path: str, body: dict[str, Any], done: str, statuses: list[int]
) -> None:
    message_id = await world.send(sample(number=WRONG))
    for step in before:
        await world.post(f"/messages/{message_id}/{step}", reason="sent-again")
    answers = await at_once(world, message_id, path, body)
    assert sorted(answer.status_code for answer in answers) == statuses
    noted = world.rows("SELECT count(*) FROM results.operator_action WHERE action = %s", done)
    assert noted == [(2 if body.get("over") else 1,)]  # from a colleague is another thing than from nobody
    refused = [answer.json()["title"] for answer in answers if answer.status_code == 409]
    assert refused == ["taken-by-other"] * statuses.count(409)


async def test_given_one_of_many_is_held_anew_meanwhile_then_it_stays_on_the_list(world: World) -> None:
    anew, other = [await world.send(sample(number=WRONG)) for _ in range(2)]
    async with await psycopg.AsyncConnection.connect(world.database.superuser_dsn) as worker:
        await worker.execute(
            "UPDATE results.intake_message SET finished_at = finished_at + interval '1 ms' WHERE id = %s",
            (anew,),
        )
        call = asyncio.create_task(world.post("/resolve", code=DIGIT, reason="sent-again"))
        await waiting(world, 1)
    assert (await call).json()["done"] == 1
    assert (await world.ids(), await world.ids(state="resolved")) == ([anew], [other])
