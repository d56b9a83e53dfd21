"""What the intake tells: receipts, waiting for an outcome, and metrics."""

from __future__ import annotations

import asyncio

import psycopg
import pytest
import redis
from lxml import etree

from dev.embedded import Valkey
from results_service.intake import metrics, service, signals
from results_service.intake.service import Intake
from results_service.intake.work import Finished, Worker
from tests.conftest import TestDatabase
from tests.integration.intake.conftest import Api
from tests.integration.intake.messages import LINE, V13, sample


async def work_once(worker: Worker) -> Finished:
    """Let a worker take the first turn in which there is something to do."""
    for _ in range(500):
        if (finished := worker.take_turn()) is not None:
            return finished
        await asyncio.sleep(0.02)
    pytest.fail("no message came")


async def test_given_an_outcome_when_the_receipt_is_asked_for_then_it_names_the_message(
    api: Api, worker: Worker
) -> None:
    good, old, bad = sample(), sample(namespace=V13), sample().xml().replace(b"<GenDate", b"<Generated")
    paths = [(await api.send(data)).json()["receipt"] for data in (good.xml(), old.xml(), bad, b"rubbish")]
    while worker.take_turn() is not None:
        pass
    answers = [await api.http.get(path) for path in paths]
    assert [a.status_code for a in answers] == [200, 200, 200, 404]
    assert answers[3].json()["title"] == "receipt-impossible"
    roots = [etree.fromstring(a.content) for a in answers[:3]]
    assert [r.find("{*}Status").get("V") for r in roots] == ["1", "1", "2"]
    assert roots[0].findtext("{*}OriginalMsgId/{*}Id") == good.msg_id
    assert roots[1].findtext("{*}OriginalMsgId/{*}Id") == old.serv_prov_id
    assert roots[2].find("{*}Error").get("DN")
    assert all(LINE not in a.text for a in answers)


async def test_given_a_caller_who_waits_when_the_worker_tells_then_200_with_the_outcome(
    api: Api, worker: Worker, valkey: Valkey
) -> None:
    waiting = asyncio.create_task(api.send(sample().xml(), Prefer="wait=30"))
    finished = await work_once(worker)
    signals.tell_finished(redis.Redis.from_url(valkey.url), finished.ids)
    answer = await waiting
    assert answer.status_code == 200
    assert answer.json()["status"] == "processed"


async def test_given_no_signal_when_a_caller_waits_then_it_finds_the_outcome_by_asking(
    api: Api, worker: Worker
) -> None:
    waiting = asyncio.create_task(api.send(sample().xml(), Prefer="wait=30"))
    await work_once(worker)
    assert (await waiting).status_code == 200


async def test_given_messages_when_measured_then_metrics_tell_counts_and_the_oldest_ones_age(
    api: Api, intake: Intake, worker: Worker, valkey: Valkey, postgres: TestDatabase
) -> None:
    for data in (sample().xml(), sample(number="").xml(), b"rubbish"):
        await api.send(data)
    finished = worker.take_turn()
    assert finished is not None
    metrics.count(redis.Redis.from_url(valkey.url), dict(finished.counts))
    await api.send(sample().xml())
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute(
            "UPDATE results.intake_message SET received_at = now() - interval '100 s'"
            " WHERE status = 'received'"
        )
    await intake._gauges._measure()
    text = (await api.http.get("/metrics")).text
    lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if line.startswith("akson_intake"))
    assert float(lines['akson_intake_messages_total{status="received"}']) == 4
    for status in ("processed", "rejected", "needs-attention"):
        assert float(lines[f'akson_intake_messages_total{{status="{status}"}}']) == 1
    assert float(lines["akson_intake_waiting"]) == 1
    assert 100 <= float(lines["akson_intake_oldest_seconds"]) < 200


async def test_given_no_measurement_for_long_then_metrics_do_not_tell_an_old_one(
    api: Api, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    await api.send(sample().xml())
    await intake._gauges._measure()
    fresh = (await api.http.get("/metrics")).text
    monkeypatch.setattr(metrics, "_FRESH_SECONDS", 0.0)
    old = (await api.http.get("/metrics")).text
    assert "akson_intake_waiting 1.0" in fresh
    assert "akson_intake_waiting" not in old
    assert "akson_intake_messages_total" in old


async def test_given_too_many_waiting_when_posted_then_429_and_nothing_stored(
    api: Api, intake: Intake, postgres: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MAX_WAITING", 0)
    answer = await api.send(sample().xml())
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "60"
    with psycopg.connect(postgres.superuser_dsn) as conn:
        assert conn.execute("SELECT count(*) FROM results.intake_message").fetchone() == (0,)


async def test_given_a_database_that_fails_when_posted_then_503_and_the_sender_keeps_its_message(
    api: Api, postgres: TestDatabase
) -> None:
    async with await psycopg.AsyncConnection.connect(postgres.superuser_dsn, autocommit=True) as conn:
        await conn.execute("ALTER TABLE results.intake_message RENAME TO away")  # awaits what the intake does
        try:
            answer = await api.send(sample().xml())
        finally:
            await conn.execute("ALTER TABLE results.away RENAME TO intake_message")
    assert answer.status_code == 503
    assert answer.json()["title"] == "not-stored"
    assert (await api.send(sample().xml())).status_code == 202
