"""Originals past their time, volumes folded, and stored messages mapped anew."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from kit.db import SyncDatabase
from results_service.codes import CodeBook
from results_service.codes.book import CodeInfo
from results_service.codes.systems import NLK
from results_service.intake.housekeeping import delete_expired, fold_volumes
from results_service.intake.remapping import Remapper
from tests.integration.intake.messages import GRY, sample
from tests.integration.operations.conftest import World

ALL = {"received_from": "2020-01-01T00:00:00Z", "received_to": "2100-01-01T00:00:00Z"}


@pytest.fixture
def database(world: World) -> Iterator[SyncDatabase]:
    database = SyncDatabase(world.database.dsn("akson_results"))
    database.open()
    yield database
    database.close()


def _expire(world: World, message_id: str) -> None:
    with psycopg.connect(world.database.superuser_dsn) as conn:
        conn.execute("UPDATE results.intake_message SET keep_until = now() WHERE id = %s", (message_id,))


async def test_given_originals_past_their_time_when_deleted_then_only_they_go_and_the_reports_stay(
    world: World, database: SyncDatabase
) -> None:
    old, young = await world.send(sample()), await world.send(sample(number=GRY))
    waiting = await world.send(sample(number=""))
    _expire(world, old)
    _expire(world, waiting)

    assert (delete_expired(database), delete_expired(database)) == (2, 0)

    left = world.rows("SELECT message_id::text FROM results.original")
    assert left == [(young,)]
    assert world.rows("SELECT count(*) FROM results.report") == [(2,)]
    assert world.status(old) == "processed"
    world.acting_as("drift")
    assert (await world.post(f"/messages/{waiting}/open")).json()["title"] == "original-gone"


async def test_given_hours_that_are_over_when_folded_then_the_sums_are_the_same(
    world: World, database: SyncDatabase
) -> None:
    for _ in range(3):
        await world.send(sample())
    with psycopg.connect(world.database.superuser_dsn) as conn:
        conn.execute("UPDATE results.intake_volume SET hour = hour - interval '2 hours'")

    fold_volumes(database)

    assert world.rows("SELECT messages, status FROM results.intake_volume") == [(3, "processed")]


async def test_given_a_message_put_back_when_processed_then_it_is_counted_once(world: World) -> None:
    await world.send(sample(number=""))
    world.acting_as("drift")
    (message_id,) = await world.ids()
    await world.post(f"/messages/{message_id}/replay", reason="fault-fixed")
    world.work()

    (volume,) = (await world.get("/volumes")).json()["volumes"]
    assert (volume["messages"], volume["needs_attention"]) == (1, 1)


async def test_given_new_codes_when_mapped_anew_then_only_what_differs_has_a_new_form_under_its_id(
    world: World, database: SyncDatabase
) -> None:
    named = sample().xml().replace(b' DN="P-Kalium"', b"")
    answer = await world.http.post("/messages", content=named, headers={"Content-Type": "application/xml"})
    assert answer.status_code == 202
    await world.send(sample(number=GRY))
    before = world.rows("SELECT version_id FROM results.report ORDER BY 1")
    came = world.rows("SELECT DISTINCT report_id, received FROM results.report_version ORDER BY 1")
    book = CodeBook.builtin().merged(CodeBook([CodeInfo(NLK, "NPU03230", "P-Kalium, nytt navn", "CLIN")]))
    remapper = Remapper(database, world.keys, lambda: book)
    world.acting_as("drift")

    ordered = await world.post("/remap", **ALL, reason="codes-loaded")
    while remapper.take_step():
        pass
    (order,) = (await world.get("/remap")).json()["orders"]

    assert ordered.status_code == 200
    assert (order["total"], order["done"], order["changed"], order["failed"]) == (2, 2, 1, 0)
    assert order["finished"] is not None
    assert world.rows("SELECT version_id FROM results.report ORDER BY 1") == before
    held = world.rows("SELECT held, count(*) FROM results.report_version GROUP BY 1 ORDER BY 1")
    assert held == [("remapped", 1), (None, 2)]
    times = world.rows("SELECT DISTINCT report_id, received FROM results.report_version ORDER BY 1")
    assert times == came
    assert world.rows("SELECT DISTINCT warned FROM core_record.result_news") == [(False,)]  # a name alone


async def test_given_a_mended_mapping_when_a_report_says_something_else_then_it_is_to_be_looked_at_again(
    world: World, database: SyncDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr("results_service.reports.fhir.build.ucum", lambda _: None)
        await world.send(sample())
    await world.send(sample(number=GRY))
    world.acting_as("drift")

    await world.post("/remap", **ALL, reason="mapping-mended")
    remapper = Remapper(database, world.keys, CodeBook.builtin)
    while remapper.take_step():
        pass

    told = world.rows("SELECT warned, count(*) FROM core_record.result_news GROUP BY 1 ORDER BY 1")
    assert told == [(False, 1), (True, 1)]


async def test_given_nothing_new_when_mapped_anew_then_nothing_changes(
    world: World, database: SyncDatabase
) -> None:
    await world.send(sample())
    world.acting_as("drift")
    await world.post("/remap", **ALL, reason="mapping-mended")
    remapper = Remapper(database, world.keys, CodeBook.builtin)
    while remapper.take_step():
        pass

    (order,) = (await world.get("/remap")).json()["orders"]
    assert (order["done"], order["changed"]) == (1, 0)
    assert world.rows("SELECT count(*) FROM results.report_version") == [(1,)]


async def test_given_originals_that_are_gone_then_an_order_says_before_and_after_how_many(
    world: World, database: SyncDatabase
) -> None:
    old = await world.send(sample())
    await world.send(sample(number=GRY))
    _expire(world, old)
    assert delete_expired(database) == 1
    world.acting_as("drift")

    reach = (await world.post("/remap/reach", **ALL)).json()
    other_kind = (await world.post("/remap/reach", **ALL, kind="PAT")).json()
    nothing = (await world.get("/remap")).json()["orders"]
    await world.post("/remap", **ALL, reason="codes-loaded")
    remapper = Remapper(database, world.keys, CodeBook.builtin)
    while remapper.take_step():
        pass

    (order,) = (await world.get("/remap")).json()["orders"]
    assert (reach, other_kind, nothing) == (
        {"messages": 2, "originals": 1},
        {"messages": 0, "originals": 0},
        [],
    )
    assert (order["done"], order["changed"], order["gone"], order["failed"]) == (2, 0, 1, 0)


async def test_given_a_period_that_ends_before_it_begins_then_nothing_is_asked_or_ordered(
    world: World,
) -> None:
    world.acting_as("drift")
    turned = {"received_from": ALL["received_to"], "received_to": ALL["received_from"]}
    answers = [
        await world.post("/remap/reach", **turned),
        await world.post("/remap", **turned, reason="codes-loaded"),
    ]
    assert [(a.status_code, a.json()["title"]) for a in answers] == [(422, "period-invalid")] * 2
