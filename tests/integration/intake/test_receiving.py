"""`POST /messages`: what is refused is not stored, what is not refused is stored before the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.identity.actor import ActorKind
from kit.keys import KeyRing
from results_service.intake import originals
from tests.conftest import TestDatabase
from tests.integration.intake.conftest import LAB, STRANGER, Api
from tests.integration.intake.messages import LINE, sample


def stored(postgres: TestDatabase) -> int:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        row = conn.execute("SELECT count(*) FROM results.intake_message").fetchone()
    assert row is not None
    return int(row[0])


async def test_given_a_message_when_posted_then_receipt_and_location_and_bytes_kept(
    api: Api, postgres: TestDatabase, keys: KeyRing
) -> None:
    data = sample().xml()
    answer = await api.send(data)
    assert answer.status_code == 202
    body = answer.json()
    assert body["status"] == "received"
    assert answer.headers["location"] == f"/messages/{body['id']}"
    assert body["receipt"] == f"/messages/{body['id']}/apprec"
    with psycopg.connect(postgres.superuser_dsn) as conn:
        row = conn.execute("SELECT id, body FROM results.intake_message").fetchone()
    assert row is not None
    assert originals.open_sealed(keys, row[0], row[1]) == data
    assert LINE.encode() not in row[1]


async def test_given_any_rubbish_when_posted_then_it_is_stored_for_the_worker_to_refuse(
    api: Api, postgres: TestDatabase
) -> None:
    for data in (b"", b"\x00\xff", b"<!DOCTYPE a><a/>"):
        assert (await api.send(data)).status_code == 202
    assert stored(postgres) == 3


async def test_given_the_same_bytes_twice_when_posted_then_the_same_receipt(
    api: Api, postgres: TestDatabase
) -> None:
    data = sample().xml()
    answers = await asyncio.gather(*(api.send(data) for _ in range(8)))
    assert {a.status_code for a in answers} == {202}
    assert len({a.json()["id"] for a in answers}) == 1
    assert stored(postgres) == 1


async def test_given_many_at_once_when_posted_then_each_has_a_receipt_of_its_own(
    api: Api, postgres: TestDatabase
) -> None:
    answers = await asyncio.gather(*(api.send(sample().xml()) for _ in range(100)))
    assert len({a.json()["id"] for a in answers}) == 100
    assert stored(postgres) == 100


async def test_given_a_person_or_a_wrong_scope_or_organisation_when_posted_then_403_and_nothing_stored(
    api: Api, postgres: TestDatabase
) -> None:
    machine = api.caller
    for changes, code in (
        ({"scopes": frozenset({"nhn:pps/provesvar-read"})}, None),
        ({"kind": ActorKind.CLINICIAN}, "machine-only"),
        ({"organisation": None}, "organisation-missing"),
        ({"organisation": STRANGER}, "sender-not-registered"),
    ):
        api.caller = machine
        answer = await api.acting_as(**changes).send(sample().xml())
        assert answer.status_code == 403
        assert answer.headers["content-type"] == "application/problem+json"
        assert code is None or answer.json()["title"] == code
    assert stored(postgres) == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content_Type": "application/json"}, 415),
        ({"Content_Type": "application/xml; charset=utf-16"}, 415),
        ({"Content_Encoding": "gzip"}, 415),
        ({"Content_Type": 'text/xml; charset="ISO-8859-1"'}, 202),
        ({"Content_Type": "application/xml;charset=UTF-8"}, 202),
    ],
)
async def test_given_a_content_type_when_posted_then_only_xml_is_taken(
    api: Api, headers: dict[str, str], status: int
) -> None:
    assert (await api.send(sample().xml(), **headers)).status_code == status


async def test_given_6_mb_when_posted_with_and_without_length_then_413_and_nothing_stored(
    api: Api, postgres: TestDatabase
) -> None:
    assert (await api.send(b"x" * (6 * 1024 * 1024))).status_code == 413
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 64:
            sent += 1
            yield b"x" * (1024 * 1024)

    answer = await api.http.post("/messages", content=endless(), headers={"Content-Type": "application/xml"})
    assert answer.status_code == 413
    assert answer.json()["title"] == "message-too-large"
    assert stored(postgres) == 0


async def test_given_another_organisation_when_it_asks_for_a_message_then_404(api: Api) -> None:
    message_id = (await api.send(sample().xml())).json()["id"]
    assert (await api.http.get(f"/messages/{message_id}")).status_code == 200
    answer = await api.acting_as(organisation=LAB).http.get(f"/messages/{message_id}")
    assert answer.status_code == 404
    assert (await api.http.get("/messages/not-a-uuid")).status_code == 400


async def test_given_an_unprocessed_message_when_its_receipt_is_asked_for_then_404_that_says_so(
    api: Api,
) -> None:
    path = (await api.send(sample().xml())).json()["receipt"]
    answer = await api.http.get(path)
    assert answer.status_code == 404
    assert answer.json()["title"] == "receipt-not-ready"


async def test_given_wait_when_nothing_processes_then_202_with_the_state_as_it_is(api: Api) -> None:
    answer = await api.send(sample().xml(), Prefer="respond-async, wait=1")
    assert answer.status_code == 202
    assert answer.json()["status"] == "received"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.one_of(st.binary(max_size=2000), st.text(max_size=500).map(lambda t: f"<a>{t}</a>".encode())))
async def test_given_any_body_when_posted_then_a_receipt(api: Api, data: bytes) -> None:
    answer: httpx.Response = await api.send(data)
    assert answer.status_code == 202
    assert answer.json()["id"]
