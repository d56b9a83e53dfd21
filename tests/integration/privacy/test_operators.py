"""Operators open held messages only as far as the person's settings let them."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from psycopg import sql

from tests.integration.core_record.conftest import actor, number, registers
from tests.integration.intake.messages import GRY
from tests.integration.operations.conftest import World, worker, world
from tests.integration.operations.test_work_list import reused_number

__all__ = ["actor", "number", "registers", "worker", "world"]
Put = Callable[..., None]


@pytest.fixture
def put(world: World) -> Put:
    """A setting of the person of a message, straight into the table."""

    def run(message_id: str, kind: str, **columns: object) -> None:
        names = ["kind", *columns]
        statement = sql.SQL(
            "INSERT INTO core_record.privacy_setting"
            " (person_id, setting_id, valid_from, set_by, set_by_hash, {})"
            " VALUES (%s, gen_random_uuid(), now(), 'citizen', '', {})"
        ).format(
            sql.SQL(", ").join(map(sql.Identifier, names)), sql.SQL(", ").join([sql.SQL("%s")] * len(names))
        )
        with psycopg.connect(world.database.superuser_dsn) as conn:
            conn.execute(statement, (world.person(message_id), kind, *columns.values()))

    return run


def log(world: World) -> list[tuple[object, ...]]:
    return world.rows("SELECT outcome, outcome_code, relation FROM core_record.access_log ORDER BY at")


async def test_a_blocked_operator_opens_nothing_and_the_attempt_is_logged(
    world: World,
    put: Put,
) -> None:
    message_id = await reused_number(world)
    ((operator,),) = world.rows("SELECT personnel_id FROM core_record.personnel WHERE given_name = 'Oskar'")
    put(message_id, "blokkering", personnel_id=operator)
    answer = await world.post(f"/messages/{message_id}/open")
    assert (answer.status_code, answer.json()["title"]) == (403, "blocked")
    assert GRY not in answer.text
    assert log(world) == [("refused", "blocked", "operator")]
    assert world.rows("SELECT count(*) FROM results.operator_action") == [(0,)]


async def test_what_a_message_is_called_is_shown_of_a_restricted_person_not_what_it_says(
    world: World,
    put: Put,
) -> None:
    message_id = await reused_number(world)
    put(message_id, "sperring", scope="field", field="CLIN")
    whole = await world.post(f"/messages/{message_id}/open", original=True)
    assert (whole.status_code, whole.json()["title"]) == (403, "restricted-original")
    named = await world.post(f"/messages/{message_id}/open")
    assert (named.status_code, named.json()["original"]) == (200, None)
    assert log(world) == [
        ("refused", "restricted-original", "operator"),
        ("permitted", None, "operator"),
    ]
