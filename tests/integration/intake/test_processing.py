"""From a stored message to its outcome: the whole pipeline on a real database."""

from __future__ import annotations

import psycopg
import pytest
from lxml import etree

from kit.db import SyncDatabase, set_person_sync
from kit.keys import KeyRing
from results_service.intake import originals, work
from results_service.intake.pipeline import Pipeline
from results_service.intake.work import Worker
from tests.conftest import TestDatabase
from tests.integration.intake.conftest import LAB, OTHER_LAB, STRICT_LAB, Api
from tests.integration.intake.messages import GRY, LINE, V13, V14, sample


async def outcome_of(api: Api, worker: Worker, data: bytes) -> dict:
    """Send, let the worker take its turns, and ask for the outcome."""
    answer = await api.send(data)
    assert answer.status_code == 202, answer.text
    while worker.take_turn() is not None:
        pass
    return (await api.http.get(answer.headers["location"])).json()


def codes(problems: list[dict]) -> list[str]:
    return [p["code"] for p in problems]


async def test_given_a_good_message_when_processed_then_a_report_is_stored_and_the_original_is_the_persons(
    api: Api, worker: Worker, worker_database: SyncDatabase, postgres: TestDatabase, keys: KeyRing
) -> None:
    message = sample()
    outcome = await outcome_of(api, worker, message.xml())
    assert outcome["status"] == "processed", outcome
    assert outcome["errors"] == []
    assert outcome["warnings"] == []
    with psycopg.connect(postgres.superuser_dsn) as conn:
        row = conn.execute("SELECT id, person_id, body FROM results.intake_message").fetchone()
        reports = conn.execute("SELECT person_id FROM results.report").fetchall()
    assert row is not None
    message_id, person_id, body = row
    assert body is None
    assert reports == [(person_id,)]
    with worker_database.transaction() as conn:
        set_person_sync(conn, person_id)
        assert originals.read(conn, keys, person_id, message_id) == message.xml()
        conn.execute("DELETE FROM results.person_key WHERE person_id = %s", (person_id,))
        assert originals.read(conn, keys, person_id, message_id) is None


async def test_given_a_copy_for_another_receiver_when_processed_then_the_same_receipt_and_one_report(
    api: Api, worker: Worker, postgres: TestDatabase
) -> None:
    message = sample()
    first = await outcome_of(api, worker, message.xml())
    second = await outcome_of(api, worker, message.but(receiver="Alvdal kommune").xml())
    third = await outcome_of(api, worker, message.but(namespace=V13).xml())
    assert first == second
    own = {"id", "receipt", "received"}  # the older format has a receipt of its own
    assert {name: third[name] for name in third.keys() - own} == {n: first[n] for n in first.keys() - own}
    with psycopg.connect(postgres.superuser_dsn) as conn:
        assert conn.execute("SELECT count(*) FROM results.report_version").fetchone() == (1,)
        assert conn.execute("SELECT count(*) FROM results.original").fetchone() == (3,)


async def test_given_a_copy_in_the_older_format_when_receipted_then_in_the_older_form_by_the_reports_number(
    api: Api, worker: Worker
) -> None:
    message = sample()
    found = {}
    for version, namespace in (("1.4", V14), ("1.3", V13)):
        outcome = await outcome_of(api, worker, message.but(namespace=namespace).xml())
        found[version] = etree.fromstring((await api.http.get(outcome["receipt"])).content)
    named = {
        v: (etree.QName(r).namespace[-10:], r.findtext("{*}OriginalMsgId/{*}Id")) for v, r in found.items()
    }
    assert named == {"1.4": ("2012-02-15", message.msg_id), "1.3": ("2004-11-21", message.serv_prov_id)}


async def test_given_the_same_id_with_other_content_when_processed_then_a_message_of_its_own_with_a_warning(
    api: Api, worker: Worker
) -> None:
    message = sample()
    await outcome_of(api, worker, message.xml())
    other = await outcome_of(api, worker, message.but(serv_prov_id="another", value="5.0").xml())
    assert other["status"] == "processed"
    assert codes(other["warnings"]) == ["message-id-reused"]


async def test_given_a_cancellation_of_another_report_under_the_same_id_when_processed_then_it_waits(
    api: Api, worker: Worker
) -> None:
    message = sample()
    await outcome_of(api, worker, message.xml())
    other = await outcome_of(api, worker, message.but(serv_prov_id="another", serv_type="C").xml())
    assert other["status"] == "needs-attention"
    assert codes(other["errors"]) == ["message-id-reused"]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "national-id-missing"),
        ("13116900217", "national-id-check-digit"),
        ("1311690021", "national-id-format"),
    ],
)
async def test_given_no_usable_number_when_processed_then_it_waits_for_a_person(
    api: Api, worker: Worker, number: str, code: str
) -> None:
    outcome = await outcome_of(api, worker, sample(number=number).xml())
    assert outcome["status"] == "needs-attention"
    assert code in codes(outcome["errors"])
    assert not number or number not in str(outcome)


async def test_given_spaces_or_a_number_no_register_knows_when_processed_then_warnings(
    api: Api, worker: Worker
) -> None:
    spaced = await outcome_of(api, worker, sample(number="131169 00216").xml())
    assert (spaced["status"], codes(spaced["warnings"])) == ("processed", ["national-id-spaces"])
    unknown = await outcome_of(api, worker, sample(number="15076500565").xml())
    assert (unknown["status"], codes(unknown["warnings"])) == ("processed", ["person-unregistered"])


async def test_given_iso_8859_1_when_processed_then_processed(api: Api, worker: Worker) -> None:
    outcome = await outcome_of(api, worker, sample(encoding="ISO-8859-1").xml())
    assert outcome["status"] == "processed"


async def test_given_windows_1252_called_iso_8859_1_when_sent_then_a_negative_receipt_that_names_the_message(
    api: Api, worker: Worker
) -> None:
    message = sample(encoding="ISO-8859-1", extra="<!-- 3,5 \x96 5,0 -->")
    for _ in range(2):  # sent again it is refused again
        outcome = await outcome_of(api, worker, message.xml())
        assert (outcome["status"], codes(outcome["errors"])) == ("rejected", ["encoding-not-supported"])
    receipt = etree.fromstring((await api.http.get(outcome["receipt"])).content)
    status = receipt.find("{*}Status")
    assert status is not None
    assert (status.get("V"), receipt.findtext("{*}OriginalMsgId/{*}Id")) == ("2", message.msg_id)


async def test_given_an_unregistered_sender_behind_a_broker_when_processed_then_a_warning(
    api: Api, worker: Worker
) -> None:
    outcome = await outcome_of(api, worker, sample(sender_her="99999").xml())
    assert outcome["status"] == "processed"
    assert codes(outcome["warnings"]) == ["sender-unregistered"]


@pytest.mark.parametrize(
    ("client", "sender_her", "status"),
    [
        (LAB, "8100080", "processed"),
        (LAB, "8100090", "processed"),  # registered to deliver for it
        (OTHER_LAB, "8100080", "rejected"),
        (LAB, "99999", "rejected"),
    ],
)
async def test_given_a_laboratory_when_it_delivers_then_only_for_itself_and_those_it_is_registered_for(
    api: Api, worker: Worker, client: str, sender_her: str, status: str
) -> None:
    api.acting_as(organisation=client)
    outcome = await outcome_of(api, worker, sample(sender_her=sender_her).xml())
    assert outcome["status"] == status
    assert codes(outcome["errors"]) == (["sender-not-allowed"] if status == "rejected" else [])


async def test_given_a_msg_id_that_is_no_uuid_when_processed_then_a_strict_sender_is_refused(
    api: Api, worker: Worker
) -> None:
    usual = await outcome_of(api, worker, sample(msg_id="b465.dat.0").xml())
    assert (usual["status"], codes(usual["warnings"])) == ("processed", ["message-id-not-uuid"])
    api.acting_as(organisation=STRICT_LAB)
    strict = await outcome_of(api, worker, sample(msg_id="b465.dat.1", sender_her="8100100").xml())
    assert (strict["status"], codes(strict["errors"])) == ("rejected", ["message-id-not-uuid"])


async def test_given_bad_bytes_when_processed_then_rejected_with_code_and_line(
    api: Api, worker: Worker
) -> None:
    outcome = await outcome_of(api, worker, b"<a>\n<b></a>")
    assert outcome["status"] == "rejected"
    assert outcome["errors"][0]["code"] == "not-xml"
    assert outcome["errors"][0]["line"] == 2


async def test_given_a_report_number_of_another_person_when_processed_then_it_waits_and_nothing_is_replaced(
    api: Api, worker: Worker, postgres: TestDatabase
) -> None:
    message = sample(number=LINE)
    await outcome_of(api, worker, message.xml())
    later = sample(serv_prov_id=message.serv_prov_id, number=GRY, gen_date="2026-10-02T12:00:00")
    outcome = await outcome_of(api, worker, later.xml())
    assert outcome["status"] == "needs-attention"
    assert codes(outcome["errors"]) == ["person-changed"]
    with psycopg.connect(postgres.superuser_dsn) as conn:
        assert conn.execute("SELECT count(*) FROM results.report").fetchone() == (1,)


async def test_given_a_test_message_when_processed_in_production_then_refused_elsewhere_marked(
    api: Api, worker: Worker, worker_database: SyncDatabase, keys: KeyRing
) -> None:
    mark = (b"<ServReport>", b'<Status V="TEST"/><ServReport>')
    marked = await outcome_of(api, worker, sample().xml().replace(*mark))
    assert (marked["status"], codes(marked["warnings"])) == ("processed", ["test-message"])
    codebook = worker._pipeline._codes
    production = Worker(worker_database, Pipeline(keys, codebook, production=True))
    refused = await outcome_of(api, production, sample().xml().replace(*mark))
    assert (refused["status"], codes(refused["errors"])) == ("rejected", ["test-message"])


async def test_given_a_message_that_always_fails_when_tried_then_it_waits_and_blocks_nobody(
    api: Api, worker: Worker, postgres: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = sample()
    real = worker._pipeline.process

    def process(conn: object, claims: list[work.Claim]) -> list[work.Outcome]:
        outcomes = real(conn, claims)
        if any(outcome.serv_prov_id == poison.serv_prov_id for outcome in outcomes):
            raise RuntimeError("13116900216 must not be logged")
        return outcomes

    monkeypatch.setattr(worker._pipeline, "process", process)
    location = (await api.send(poison.xml())).headers["location"]
    good = [(await api.send(sample().xml())).headers["location"] for _ in range(5)]
    for _ in range(work.MAX_ATTEMPTS):
        worker.take_turn()
        with psycopg.connect(postgres.superuser_dsn) as conn:
            conn.execute("UPDATE results.intake_message SET due_at = now() WHERE status = 'received'")
    for path in good:
        assert (await api.http.get(path)).json()["status"] == "processed"
    outcome = (await api.http.get(location)).json()
    assert outcome["status"] == "needs-attention"
    assert codes(outcome["errors"]) == ["processing-failed"]
    monkeypatch.undo()
    again = await outcome_of(api, worker, poison.xml())
    assert (again["id"], again["status"]) == (outcome["id"], "processed")


async def test_given_a_worker_that_dies_each_time_when_tried_then_the_message_waits_for_an_operator(
    api: Api, worker: Worker, postgres: TestDatabase
) -> None:
    location = (await api.send(sample().xml())).headers["location"]
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("UPDATE results.intake_message SET attempts = %s", (work.MAX_ATTEMPTS,))
    worker.take_turn()
    outcome = (await api.http.get(location)).json()
    assert (outcome["status"], codes(outcome["errors"])) == ("needs-attention", ["processing-failed"])


async def test_given_two_workers_when_one_took_over_then_the_late_one_changes_nothing(
    api: Api, worker: Worker, worker_database: SyncDatabase, postgres: TestDatabase
) -> None:
    await api.send(sample().xml())
    with worker_database.transaction() as conn:
        [late] = work.repository.claim(conn, fresh=True, limit=1, lease_seconds=0)
    worker.take_turn()
    finished = work.Finished()
    worker._process([late], finished)
    assert finished.ids == []
    with psycopg.connect(postgres.superuser_dsn) as conn:
        assert conn.execute("SELECT count(*) FROM results.report_version").fetchone() == (1,)


async def test_given_messages_of_one_report_when_claimed_then_one_at_a_time_in_order(
    api: Api, worker_database: SyncDatabase
) -> None:
    first = sample()
    ids = [
        (await api.send(m.xml())).json()["id"]
        for m in (first, first.but(msg_id="x-1", serv_type="M"), first.but(serv_prov_id="y"), sample())
    ]
    with worker_database.transaction() as conn:
        claims = work.repository.claim(conn, fresh=True, limit=10, lease_seconds=60)
    assert [str(c.id) for c in claims] == [ids[0], ids[3]]
