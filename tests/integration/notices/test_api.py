"""A citizen reads what they were told, and nobody else does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from core_record.app import make_app
from core_record.notices import service as notices
from core_record.notices.service import NoticeKind
from kit.db import set_person_sync
from kit.identity.actor import Actor
from kit.identity.web import actor_of
from kit.ids import NationalId
from kit.settings import Settings
from tests.conftest import TestDatabase

pytestmark = pytest.mark.usefixtures("registers")
MakeActor = Callable[..., Actor]
EMERGENCY = {"requester-hpr-role": "LE", "access-basis": "AKUTT", "access-reason": "emergency"}


@pytest.fixture
async def app(settings: Settings, postgres: TestDatabase) -> AsyncIterator[FastAPI]:
    made = make_app(settings)
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
def send(app: FastAPI, actor: MakeActor) -> Callable[..., Any]:
    async def call(name: str, method: str, path: str, **more: Any) -> httpx.Response:
        app.dependency_overrides[actor_of] = lambda: actor(name)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://core") as client:
            return await client.request(method, path, **more)

    return call


async def tell(postgres: TestDatabase, person: str, kind: NoticeKind, key: str) -> None:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        found = conn.execute(
            "SELECT person_id FROM core_record.person WHERE given_name = %s", (person,)
        ).fetchone()
    assert found is not None
    with psycopg.connect(postgres.dsn("akson_core")) as conn:
        set_person_sync(conn, found[0])
        assert notices.add_sync(conn, found[0], kind, key=key)


async def test_notices_are_listed_and_marked_as_read(
    send: Callable[..., Any], postgres: TestDatabase
) -> None:
    await tell(postgres, "Line", NoticeKind.RESERVATION_DONE, "1")
    await tell(postgres, "Line", NoticeKind.RESULT_CHANGED, "2")
    await tell(postgres, "Gry", NoticeKind.RESULT_CHANGED, "2")
    first = (await send("line", "GET", "/notices", params={"count": 1})).json()
    assert (first["total"], first["unread"], len(first["notices"])) == (2, 2, 1)
    assert (first["notices"][0]["kind"], first["notices"][0]["read"]) == ("result-changed", False)
    (older,) = (await send("line", "GET", "/notices", params={"skip": 1})).json()["notices"]
    assert older["log"] is None
    done = await send("line", "POST", "/notices/read", json={"until": older["at"]})
    assert (done.status_code, done.json()) == (200, {"unread": 1})
    again = (await send("line", "GET", "/notices")).json()
    assert [(one["kind"], one["read"]) for one in again["notices"]] == [
        ("result-changed", False),
        ("reservation-done", True),
    ]
    log = (await send("line", "POST", "/fhir/AuditEvent/_search")).json()
    events = [entry["resource"] for entry in log["entry"]]
    assert [(event["action"], event["entity"][0]["type"]["code"]) for event in events] == [
        ("R", "Notice"),
        ("U", "Notice"),
        ("R", "Notice"),
        ("R", "Notice"),
    ]


async def test_notices_are_nobody_elses(
    send: Callable[..., Any], number: Callable[[str], NationalId]
) -> None:
    line = {"person-id": number("line").value}
    assert (await send("gry", "GET", "/notices", headers=line)).status_code == 403
    doctor = await send("lege-koman", "GET", "/notices", headers=EMERGENCY | line)
    assert (doctor.status_code, doctor.json()["title"]) == (403, "own-notices-only")


@pytest.mark.parametrize("body", ["", "[]", '{"until": "2026-11-23T10:00:00"}', '{"until": 5}'])
async def test_a_moment_without_zone_or_sense_is_refused(send: Callable[..., Any], body: str) -> None:
    answer = await send("line", "POST", "/notices/read", content=body)
    assert answer.status_code == 400
