"""The official schema beside our own rules: told to everyone, and refused only to who has asked for that."""

from __future__ import annotations

import psycopg
import pytest
from lxml import etree

from kit.db import SyncDatabase
from kit.keys import KeyRing
from results_service.codes import CodeBook
from results_service.intake.pipeline import Pipeline
from results_service.intake.schemas import load
from results_service.intake.work import Worker
from tests.conftest import TestDatabase
from tests.integration.intake.conftest import LAB, STRICT_LAB, Api
from tests.integration.intake.messages import Sample, sample
from tests.integration.intake.test_real_messages import HELD
from tests.shared import REAL_MESSAGES, SHARED, requires_shared

pytestmark = requires_shared
OUT_OF_ORDER = (b"<ServReq>", b"<Rekvirent>Ola</Rekvirent><ServReq>")
STRICT = {"sender_her": "8100100"}


@pytest.fixture
def strict_worker(worker_database: SyncDatabase, keys: KeyRing) -> Worker:
    """A worker of an operator who has installed the schemas."""
    assert SHARED is not None
    schemas = load(SHARED / "testdata" / "xsd")
    return Worker(worker_database, Pipeline(keys, CodeBook.builtin(), production=False, schemas=schemas))


async def outcome_of(api: Api, worker: Worker, data: bytes) -> dict[str, object]:
    answer = await api.send(data)
    assert answer.status_code == 202
    while worker.take_turn() is not None:
        pass
    found: dict[str, object] = (await api.http.get(answer.headers["location"])).json()
    return found


def codes(problems: object) -> list[str]:
    assert isinstance(problems, list)
    return [problem["code"] for problem in problems]


def bent(message: Sample) -> bytes:
    return message.xml().replace(*OUT_OF_ORDER)


async def test_given_a_valid_message_then_the_schema_adds_nothing(api: Api, strict_worker: Worker) -> None:
    outcome = await outcome_of(api, strict_worker, sample().xml())
    assert (outcome["status"], codes(outcome["warnings"])) == ("processed", [])


async def test_given_a_message_that_bends_the_schema_then_it_is_taken_in_and_told(
    api: Api, strict_worker: Worker
) -> None:
    outcome = await outcome_of(api, strict_worker, bent(sample()))
    assert (outcome["status"], codes(outcome["warnings"])) == ("processed", ["schema-element-unexpected"])
    (told,) = outcome["warnings"]  # type: ignore[misc]
    assert told["path"] == "ServReport/Rekvirent"
    assert "Ola" not in str(outcome)


async def test_given_the_same_without_schemas_then_it_ends_the_same(api: Api, worker: Worker) -> None:
    outcome = await outcome_of(api, worker, bent(sample()))
    assert (outcome["status"], outcome["warnings"]) == ("processed", [])


async def test_given_a_sender_that_asked_for_strict_receipts_then_it_is_refused_with_t02(
    api: Api, strict_worker: Worker, postgres: TestDatabase
) -> None:
    api.acting_as(organisation=STRICT_LAB)
    outcome = await outcome_of(api, strict_worker, bent(sample(**STRICT)))
    assert (outcome["status"], codes(outcome["errors"])) == ("rejected", ["schema-element-unexpected"])
    assert outcome["warnings"] == []
    receipt = etree.fromstring((await api.http.get(f"/messages/{outcome['id']}/apprec")).content)
    assert receipt.find("{*}Status").get("V") == "2"
    assert [error.get("V") for error in receipt.findall("{*}Error")] == ["T02"]
    with psycopg.connect(postgres.superuser_dsn) as conn:
        assert conn.execute("SELECT count(*) FROM results.report").fetchone() == (0,)
    right = await outcome_of(api, strict_worker, sample(**STRICT).xml())
    assert right["status"] == "processed"


async def test_given_a_strict_senders_value_that_cannot_be_read_then_that_is_no_reason_to_refuse(
    api: Api, strict_worker: Worker
) -> None:
    api.acting_as(organisation=STRICT_LAB)
    outcome = await outcome_of(api, strict_worker, sample(**STRICT, value="ca. 4").xml())
    assert outcome["status"] == "processed"
    assert set(codes(outcome["warnings"])) == {"number-unreadable", "schema-value"}


async def test_given_what_our_own_rules_tell_of_a_place_then_the_schema_does_not_tell_it_again(
    api: Api, strict_worker: Worker
) -> None:
    data = sample().xml().replace(b'<IssueDate V="2026-10-01T11:00:00"/>', b'<IssueDate V="i gaar"/>')
    outcome = await outcome_of(api, strict_worker, data)
    assert codes(outcome["warnings"]) == ["date-unreadable", "report-date-missing"]


async def test_given_a_message_accepted_before_the_sender_became_strict_then_it_is_not_refused(
    api: Api, strict_worker: Worker, postgres: TestDatabase
) -> None:
    """It waited for a person, was put back by an operator, and keeps what its receipt said."""
    message = bent(sample(sender_her="8100080", number=""))
    api.acting_as(organisation=LAB)
    first = await outcome_of(api, strict_worker, message)
    assert first["status"] == "needs-attention"
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("UPDATE core_record.sender SET strict = true")
        conn.execute(
            "UPDATE results.intake_message SET status = 'received', attempts = 0, due_at = now(),"
            " finished_at = NULL WHERE id = %s",
            (first["id"],),
        )
    while strict_worker.take_turn() is not None:
        pass
    again = (await api.http.get(f"/messages/{first['id']}")).json()
    assert (again["status"], codes(again["errors"])) == ("needs-attention", codes(first["errors"]))


async def test_given_all_real_messages_then_each_ends_as_it_does_without_the_schemas(
    api: Api, strict_worker: Worker
) -> None:
    held: dict[str, str] = {}
    for path in REAL_MESSAGES:
        outcome = await outcome_of(api, strict_worker, path.read_bytes())
        if outcome["status"] != "processed":
            held[f"{path.parent.name}/{path.name}"] = codes(outcome["errors"])[0]
    assert held == HELD
