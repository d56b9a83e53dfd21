"""The net holds: in whatever order, nothing leaves a list unseen, is lost, or is there twice."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import psycopg
import pytest

from core_record.result_news.service import take_news
from journal_api.care.follow_up import taking
from results_service.intake.deletion import delete_person
from tests.conftest import TestDatabase
from tests.integration.follow_up.conftest import CRITICAL, PLAIN, Net
from tests.integration.lookup.builder import Report

PEOPLE = ("lege-koman", "helsesekretaer", "sykepleier")
UNITS = ("313900541", "313900878", "313900983")


async def step(net: Net, dice: random.Random, number: str) -> None:
    """Something that may happen to a report; what is refused changes nothing, and is so often here."""
    what = dice.choice(("send", "send", "take", "open", "open", "assess", "prepare", "forward"))
    if what == "send":
        kind = dice.choice("NMMC")
        net.send(
            number=number, serv_type=kind, hours=dice.randrange(40), items=[dice.choice((PLAIN, CRITICAL))]
        )
        return
    if what == "take":
        await net.take()
        return
    rows = net.store.rows("SELECT report_id, version_id::text FROM journal.follow_up")
    known = [row for row in rows if row[0] == ids(net)[number]]
    if not known:
        return
    report_id, version = known[0]
    who = dice.choice(PEOPLE)
    bodies: dict[str, Any] = {
        "assess": {"version": version},
        "prepare": {"version": version, "words": "Fin"},
        "forward": {"unit": dice.choice(UNITS)},
    }
    path = f"/follow-up/{report_id}/${what}"
    await net.journal.call(who, "line", "POST", path, bodies.get(what))


def ids(net: Net) -> dict[str, Any]:
    person = net.person_of("line")
    return {number: Report(number).key.report_id(person) for number in ("A", "B", "C")}


def check(net: Net) -> None:
    """Every report is on exactly one list, or assessed in its newest version by who had opened it."""
    shown = dict(net.store.rows("SELECT report_id, version_id FROM results.report WHERE warnings = '{}'"))
    rows = {
        r: (v, s, u)
        for r, v, s, u in net.store.rows("SELECT report_id, version_id, state, unit FROM journal.follow_up")
    }
    query = "SELECT coalesce(about, item_id), unit FROM journal.work_item WHERE open AND kind = ANY(%s)"
    listed = net.store.rows(query, ["result", "result-awaited"])
    events = net.store.rows(
        "SELECT report_id, version_id, kind, by_id FROM journal.follow_up_event WHERE kind <> 'came'"
    )
    for report_id, version in shown.items():
        assert rows[report_id][0] == version
        places = [unit for item, unit in listed if item == report_id]
        if rows[report_id][1] != "assessed":
            assert places == [rows[report_id][2]]
            continue
        assert places == []
        mine = [(kind, by) for r, v, kind, by in events if (r, v) == (report_id, version)]
        signers = {by for kind, by in mine if kind == "assessed"}
        assert signers
        assert signers <= {by for kind, by in mine if kind == "opened"}
    assert {item for item, _ in listed} <= set(shown)


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_happens_in_whatever_order_nothing_leaves_the_lists_unseen(
    net: Net, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311 - the order of a test
    for number in "ABC":
        net.send(number=number, hours=dice.randrange(10))
    for _ in range(60):
        await step(net, dice, dice.choice("ABC"))
    await net.take()
    check(net)
    person = net.person_of("line")
    if seed % 2:
        with net.store.database.transaction(person=person) as conn:
            delete_person(conn, person)
        await net.take()
        assert net.store.rows("SELECT 1 FROM journal.work_item WHERE open AND kind = 'result'") == []


async def test_given_a_taker_that_dies_then_nothing_is_lost_and_nothing_done_twice(
    net: Net, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in "ABC":
        net.send(number=number)
    done = taking.news_done

    async def die(conn: Any, news: Any, **said: Any) -> None:
        await done(conn, news, **said)
        if news.report_id == ids(net)["C"]:
            raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(taking, "news_done", die)
        with pytest.raises(asyncio.CancelledError):
            await taking.take(net.db)
    assert net.store.rows("SELECT 1 FROM journal.follow_up") == []
    await net.take()
    check(net)
    assert net.store.rows("SELECT count(*) FROM journal.follow_up_event") == [(3,)]


async def test_given_a_version_that_is_rolled_back_then_it_was_never_announced(net: Net) -> None:
    with pytest.raises(RuntimeError), net.store.database.transaction(person=net.person_of("line")) as conn:
        conn.execute(
            "SELECT core_record.announce_result(%s, gen_random_uuid(), gen_random_uuid(), now(), 'none',"
            " NULL, '{}', false, false, '{}', '{}', NULL)",
            (net.person_of("line"),),
        )
        raise RuntimeError
    assert net.store.rows("SELECT 1 FROM core_record.result_news") == []


async def test_given_one_that_cannot_be_placed_then_the_others_are_and_it_is_tried_again(
    net: Net, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in "ABC":
        net.send(number=number)
    apply = taking.apply

    async def fail(conn: Any, news: Any, now: Any) -> None:
        await apply(conn, news, now)
        if news.report_id == ids(net)["B"]:
            raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(taking, "apply", fail)
        await net.take()
    assert len(await net.listed()) == 2
    with psycopg.connect(net.store.superuser_dsn) as conn:
        conn.execute("UPDATE core_record.result_news SET next_at = now()")
    await net.take()
    assert len(await net.listed()) == 3


async def test_given_a_person_who_is_being_merged_then_their_news_wait_and_no_other(net: Net) -> None:
    net.send()
    net.send("gry", "R2", requester=None, unit=None)
    with psycopg.connect(net.store.superuser_dsn) as conn:
        lock = "SELECT pg_advisory_xact_lock(hashtextextended(%s::text, 13))"  # as core_record.begin_merge
        conn.execute(lock, (net.person_of("line"),))
        await net.take()
        assert net.store.rows("SELECT person_id FROM journal.follow_up") == [(net.person_of("gry"),)]
    with psycopg.connect(net.store.superuser_dsn) as conn:
        conn.execute("UPDATE core_record.result_news SET next_at = now()")
    await net.take()
    assert len(await net.listed()) == 1


async def test_given_two_takers_at_once_then_each_result_is_taken_once(
    net: Net, postgres: TestDatabase
) -> None:
    for number in range(120):
        net.send(number=f"R{number}")
    await asyncio.gather(*(net.take() for _ in range(4)))
    assert net.store.rows("SELECT count(*) FROM journal.follow_up_event") == [(120,)]
    async with net.db.transaction() as conn:
        assert await take_news(conn, 10) == []


async def test_only_the_journal_takes_and_only_the_results_service_announces(
    net: Net, postgres: TestDatabase
) -> None:
    values = (
        "gen_random_uuid(), gen_random_uuid(), NULL, NULL, 'none', NULL, '{}', false, false, '{}', '{}', NULL"
    )
    announce = f"SELECT core_record.announce_result({values})"
    calls = {announce: "akson_results", "SELECT core_record.take_result_news(1)": "akson_journal"}
    for statement, owner in calls.items():
        for role in ("akson_core", "akson_results", "akson_journal", "akson_housekeeping"):
            with psycopg.connect(postgres.dsn(role)) as conn:
                if role == owner:
                    conn.execute(statement.encode())
                else:
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        conn.execute(statement.encode())
