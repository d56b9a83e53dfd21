"""A v1.3 message of several reports: taken apart, all or none, each with versions of its own."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from lxml import etree

from kit.db import Database
from kit.keys import KeyRing
from results_service.intake import pipeline
from results_service.intake.parts import MAX_PARTS
from results_service.intake.replay import Replay, put_back
from results_service.intake.work import Worker
from tests.conftest import TestDatabase
from tests.integration.intake.conftest import LAB, STRICT_LAB, Api
from tests.integration.intake.messages import GRY, LINE, V13, V14, sample, together


async def take(api: Api, worker: Worker, data: bytes) -> dict[str, Any]:
    answer = await api.send(data)
    assert answer.status_code == 202
    while worker.take_turn() is not None:
        pass
    found: dict[str, Any] = (await api.http.get(answer.headers["location"])).json()
    return found


async def parts_of(api: Api, outcome: dict[str, Any]) -> list[dict[str, Any]]:
    return [(await api.http.get(f"/messages/{part}")).json() for part in outcome["parts"]]


def codes(problems: list[dict[str, Any]]) -> list[str]:
    return [problem["code"] for problem in problems]


def count(postgres: TestDatabase, what: str) -> int:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        row = conn.execute(f"SELECT count(*) FROM results.{what}").fetchone()  # type: ignore[arg-type]  # noqa: S608
    assert row is not None
    return int(row[0])


async def test_given_two_reports_of_two_persons_then_each_is_kept_under_its_own(
    api: Api, worker: Worker, postgres: TestDatabase
) -> None:
    outcome = await take(api, worker, together(sample(namespace=V13, number=LINE), sample(number=GRY)))
    assert (outcome["status"], codes(outcome["warnings"])) == ("processed", ["several-reports"])
    parts = await parts_of(api, outcome)
    assert [(part["status"], part["warnings"]) for part in parts] == [("processed", [])] * 2
    with psycopg.connect(postgres.superuser_dsn) as conn:
        owners = conn.execute("SELECT count(DISTINCT person_id) FROM results.report").fetchone()
        originals = conn.execute("SELECT count(DISTINCT person_id) FROM results.original").fetchone()
        whole = conn.execute(
            "SELECT body, person_id FROM results.intake_message WHERE id = %s", (outcome["id"],)
        ).fetchone()
    assert (owners, originals) == ((2,), (2,))
    assert whole == (None, None)  # what is about two persons is kept for neither


async def test_given_the_whole_then_it_has_a_receipt_and_each_report_one_by_its_number(
    api: Api, worker: Worker
) -> None:
    messages = sample(namespace=V13), sample()
    outcome = await take(api, worker, together(*messages))
    named = []
    for one in (outcome["id"], *outcome["parts"]):
        receipt = etree.fromstring((await api.http.get(f"/messages/{one}/apprec")).content)
        assert receipt.find("{*}Status").get("V") == "1"
        named.append(receipt.findtext("{*}OriginalMsgId/{*}Id"))
    assert named == [messages[0].serv_prov_id, *(message.serv_prov_id for message in messages)]


async def test_given_the_same_bytes_again_then_nothing_more_is_stored(
    api: Api, worker: Worker, postgres: TestDatabase
) -> None:
    data = together(sample(namespace=V13), sample())
    first = await take(api, worker, data)
    again = await take(api, worker, data)
    assert again == first
    assert (count(postgres, "report_version"), count(postgres, "intake_message")) == (2, 3)


async def test_given_a_copy_of_it_to_another_receiver_then_each_part_is_a_copy(
    api: Api, worker: Worker, postgres: TestDatabase
) -> None:
    messages = sample(namespace=V13), sample()
    await take(api, worker, together(*messages))
    copy = await take(api, worker, together(*(message.but(receiver="Skogheim") for message in messages)))
    assert [part["status"] for part in await parts_of(api, copy)] == ["processed"] * 2
    assert count(postgres, "report_version") == 2


async def test_given_changes_of_both_under_one_message_id_then_none_is_held_for_that(
    api: Api, worker: Worker, postgres: TestDatabase
) -> None:
    messages = sample(namespace=V13), sample()
    await take(api, worker, together(*messages))
    later = {"serv_type": "M", "msg_id": str(uuid4()), "gen_date": "2026-10-02T12:00:00"}
    changed = await take(api, worker, together(*(one.but(**later) for one in messages)))
    assert [part["status"] for part in await parts_of(api, changed)] == ["processed"] * 2
    assert (count(postgres, "report"), count(postgres, "report_version")) == (2, 4)


async def test_given_one_that_waits_for_a_person_then_it_waits_alone_and_the_whole_says_so(
    api: Api, worker: Worker
) -> None:
    outcome = await take(api, worker, together(sample(namespace=V13), sample(number="13116900217")))
    assert outcome["status"] == "processed"
    assert codes(outcome["warnings"]) == ["several-reports", "national-id-check-digit"]
    assert outcome["warnings"][1]["path"] == "ServReport[2]/Patient/OffId"
    assert [part["status"] for part in await parts_of(api, outcome)] == ["processed", "needs-attention"]


async def test_given_one_that_may_not_be_sent_then_none_is_taken_in(
    api: Api, worker: Worker, postgres: TestDatabase
) -> None:
    api.acting_as(organisation=STRICT_LAB)
    outcome = await take(
        api, worker, together(sample(namespace=V13, sender_her="8100100"), sample(sender_her="8100080"))
    )
    assert (outcome["status"], codes(outcome["errors"])) == ("rejected", ["sender-not-allowed"])
    assert "parts" not in outcome
    stored = [count(postgres, what) for what in ("report", "original", "known_message", "intake_message")]
    assert stored == [0, 0, 0, 1]


async def test_given_a_broker_sends_when_refused_then_the_receipt_is_for_the_laboratory(
    api: Api, worker: Worker
) -> None:
    faulty = {"sender_her": "8100100", "msg_id": "no-uuid"}
    outcomes = [
        await take(api, worker, sample(**faulty).xml()),
        await take(api, worker, together(sample(namespace=V13, **faulty), sample(**faulty))),
    ]
    assert [codes(one["errors"])[0] for one in outcomes] == ["message-id-not-uuid"] * 2
    receivers = []
    for one in outcomes:
        receipt = etree.fromstring((await api.http.get(f"/messages/{one['id']}/apprec")).content)
        receivers.append(receipt.findtext("{*}Receiver/{*}HCP/{*}Inst/{*}Id"))
    assert receivers == [STRICT_LAB] * 2


async def test_given_a_refused_message_when_sent_again_then_it_is_held_to_everything_anew(
    api: Api, worker: Worker, postgres: TestDatabase
) -> None:
    faulty = {"sender_her": "8100100", "msg_id": "no-uuid"}
    messages = [sample(**faulty).xml(), together(sample(namespace=V13, **faulty), sample(**faulty))]
    for data in messages:
        first = await take(api.acting_as(organisation=LAB), worker, data)
        assert set(codes(first["errors"])) == {"sender-not-allowed"}
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("INSERT INTO core_record.sender_delivery VALUES (%s, %s)", (STRICT_LAB, LAB))
    for data in messages:
        again = await take(api, worker, data)
        assert codes(again["errors"])[0] == "message-id-not-uuid"


@pytest.mark.parametrize(("namespace", "then"), [(V13, "processed"), (V14, "rejected")])
async def test_given_it_was_refused_for_having_several_when_sent_again_then_judged_anew(
    api: Api, worker: Worker, monkeypatch: pytest.MonkeyPatch, namespace: str, then: str
) -> None:
    data = together(sample(namespace=namespace), sample())
    with monkeypatch.context() as before:
        before.setattr(pipeline, "split", lambda _: [])
        first = await take(api, worker, data)
    assert (first["status"], codes(first["errors"])) == ("rejected", ["several-reports"])
    again = await take(api, worker, data)
    assert (again["id"], again["status"]) == (first["id"], then)
    assert codes(again["errors"]) == (["several-reports"] if then == "rejected" else [])


async def test_given_a_header_without_message_id_then_refused_as_ever(api: Api, worker: Worker) -> None:
    outcome = await take(api, worker, together(sample(namespace=V13, msg_id=""), sample()))
    assert (outcome["status"], set(codes(outcome["errors"]))) == ("rejected", {"message-id-missing"})


@pytest.mark.parametrize(("namespace", "reports"), [(V14, 2), (V13, MAX_PARTS + 1)])
async def test_given_more_than_a_version_has_room_for_then_refused_plainly(
    api: Api, worker: Worker, postgres: TestDatabase, namespace: str, reports: int
) -> None:
    data = together(sample(namespace=namespace), *(sample() for _ in range(reports - 1)))
    outcome = await take(api, worker, data)
    assert (outcome["status"], codes(outcome["errors"])) == ("rejected", ["several-reports"])
    assert "v1.4 has room for one alone" in outcome["errors"][0]["message"]
    assert count(postgres, "report") == 0


async def test_given_the_same_report_twice_in_one_message_then_it_is_stored_once(
    api: Api, worker: Worker, postgres: TestDatabase
) -> None:
    one = sample(namespace=V13)
    outcome = await take(api, worker, together(one, one))
    assert outcome["status"] == "processed"
    assert (len(outcome["parts"]), count(postgres, "report_version")) == (2, 1)


async def test_given_a_part_that_waits_when_it_is_processed_anew_then_it_is_still_known_as_a_part(
    api: Api, worker: Worker, postgres: TestDatabase, keys: KeyRing
) -> None:
    first = sample(number=GRY)
    await take(api, worker, first.xml())
    another = first.but(namespace=V13, number=LINE, msg_id=str(uuid4()), gen_date="2026-10-02T12:00:00")
    outcome = await take(api, worker, together(another, sample()))
    held = (await parts_of(api, outcome))[0]
    assert (held["status"], codes(held["errors"])) == ("needs-attention", ["person-changed"])
    known = count(postgres, "known_message")
    database = Database(postgres.dsn("akson_results"))
    await database.open()
    async with database.transaction() as conn:
        assert await put_back(conn, keys, UUID(held["id"])) is Replay.QUEUED
    await database.close()
    while worker.take_turn() is not None:
        pass
    again = (await parts_of(api, outcome))[0]
    assert (again["status"], again["errors"]) == (held["status"], held["errors"])
    assert count(postgres, "known_message") == known
