# ruff: noqa: S608 - the statements are constants of this file
"""From a look to the organisation's list, and from the list to what came of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from core_record.access_log.sealing import Sealer
from core_record.app import make_app
from core_record.unusual.finding import find
from core_record.unusual.rules import REASONS
from kit.db import Database
from kit.identity.actor import Actor
from kit.identity.audiences import READ_CORE_RECORD, WRITE_CORE_RECORD
from kit.identity.web import actor_of
from kit.roles import HOUSEKEEPING
from kit.settings import Settings
from tests.conftest import TestDatabase
from tests.integration.access_log.conftest import LookMany

pytestmark = pytest.mark.usefixtures("registers")
Send = Callable[..., Any]
LIST = "/administration/unusual-access/_search"


@pytest.fixture
async def keeper(postgres: TestDatabase) -> AsyncIterator[Database]:
    db = Database(postgres.dsn(HOUSEKEEPING))
    await db.open()
    yield db
    await db.close()


@pytest.fixture
async def send(
    settings: Settings, postgres: TestDatabase, actor: Callable[..., Actor]
) -> AsyncIterator[Send]:
    app: FastAPI = make_app(settings)

    async def call(name: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        scopes = frozenset({READ_CORE_RECORD, WRITE_CORE_RECORD})
        app.dependency_overrides[actor_of] = lambda: actor(name, scopes=scopes)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://core") as client:
            return await client.post(path, json=body or {})

    async with app.router.lifespan_context(app):
        yield call


def change(postgres: TestDatabase, *statements: str) -> None:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        for statement in statements:
            assert conn.execute(statement.encode()).rowcount


async def found(sealer: Sealer, keeper: Database) -> None:
    await sealer.round()
    while await find(keeper):
        pass


async def test_a_visit_becomes_one_entry_that_names_nobody_looked_at(
    look: LookMany, sealer: Sealer, keeper: Database, send: Send
) -> None:
    await look(3)
    await found(sealer, keeper)
    await look(2)  # the same hour, as a rule: still the same visit
    await found(sealer, keeper)
    answer = await send("administrator", LIST)
    assert answer.status_code == 200, answer.text
    listed = answer.json()
    assert listed["total"] in (1, 2)  # two where the hour turned between the looks
    entry = listed["items"][0]
    assert (entry["personnel"], entry["reasons"]) == ("Samira Haugland", ["no-relation-shown"])
    assert listed["reasons"] == {"no-relation-shown": listed["total"]}
    assert "Danser" not in answer.text
    assert (await send("administrator", LIST, {"reason": "colleague"})).json()["total"] == 0
    assert (await send("administrator", LIST, {"state": "reviewed"})).json()["total"] == 0


async def test_colleague_neighbour_namesake_and_own_record(
    look: LookMany, sealer: Sealer, keeper: Database, send: Send, postgres: TestDatabase, line: UUID
) -> None:
    actor_id = "(SELECT personnel_id FROM core_record.personnel WHERE family_name = 'Haugland')"
    change(
        postgres,
        f"INSERT INTO core_record.personnel VALUES ('{line}', NULL, 'Line', 'Danser') ON CONFLICT DO NOTHING",
        "INSERT INTO core_record.employment (personnel_id, org_number, role, valid_from)"
        f" SELECT '{line}', org_number, 'XX', '2020-01-01' FROM core_record.employment"
        f" WHERE personnel_id = {actor_id} LIMIT 1",
        f"INSERT INTO core_record.person (person_id, address_id) VALUES ({actor_id}, 'fjordvik-1')"
        " ON CONFLICT (person_id) DO UPDATE SET address_id = 'fjordvik-1'",
        "UPDATE core_record.personnel SET family_name = 'danser' WHERE family_name = 'Haugland'",
    )
    await look(1)
    await found(sealer, keeper)
    (entry,) = (await send("administrator", LIST)).json()["items"]
    assert set(entry["reasons"]) == {"colleague", "same-address", "same-surname", "no-relation-shown"}
    assert set(entry["reasons"]) <= set(REASONS)


async def test_opening_is_a_look_up_and_review_takes_it_from_the_list(
    look: LookMany, sealer: Sealer, keeper: Database, send: Send, postgres: TestDatabase, line: UUID
) -> None:
    await look(2)
    await found(sealer, keeper)
    entry = (await send("administrator", LIST)).json()["items"][0]["entry_id"]
    opened = await send("administrator", f"/administration/unusual-access/{entry}/open")
    assert opened.status_code == 200
    shown = opened.json()
    assert (shown["person"], shown["born"]) == ("Line Danser", 1969)
    assert shown["rows"][0]["items"] == {"Observation": 3}
    assert (shown["rows"][0]["basis"], shown["rows"][0]["reason"]) == ("AKUTT", "emergency")
    path = f"/administration/unusual-access/{entry}/review"
    wrong = await send("administrator", path, {"outcome": "in-order", "reason": "so"})
    assert (wrong.status_code, wrong.json()["title"]) == (422, "reason-unknown")
    done = {"outcome": "in-order", "reason": "care-confirmed"}
    first = await send("administrator", path, done)
    again = await send("administrator", path, done)
    assert first.json() == again.json()
    assert first.json()["outcome"] == "in-order"
    assert (await send("administrator", LIST)).json()["total"] == 0
    assert (await send("administrator", LIST, {"state": "reviewed"})).json()["total"] == 1
    with psycopg.connect(postgres.superuser_dsn) as conn:
        logged = conn.execute(
            "SELECT actor_name, basis, relation, items FROM core_record.access_log WHERE person_id = %s"
            " ORDER BY seq DESC LIMIT 1",
            (line,),
        ).fetchone()
    assert logged == ("Sigrid Aune", "OPPFOLGING", "follow-up", {"AuditEvent": 2})
    await found(sealer, keeper)  # following up is no visit of its own
    assert (await send("administrator", LIST)).json()["total"] == 0


async def test_opening_shows_what_was_looked_at_here_and_not_what_the_same_one_did_elsewhere(
    look: LookMany, sealer: Sealer, keeper: Database, send: Send, postgres: TestDatabase
) -> None:
    await look(3)
    await found(sealer, keeper)
    entry = (await send("administrator", LIST)).json()["items"][0]["entry_id"]
    path = f"/administration/unusual-access/{entry}/open"
    assert len((await send("administrator", path)).json()["rows"]) == 3
    with psycopg.connect(postgres.superuser_dsn, autocommit=True) as conn:
        conn.execute("SET session_replication_role = replica")  # the log refuses to be changed
        conn.execute(
            "UPDATE core_record.access_log SET organisation = '313900762'"
            " WHERE seq = 2 AND relation <> 'follow-up'"
        )
    assert len((await send("administrator", path)).json()["rows"]) == 2


async def test_only_the_organisations_own_administrator_sees_the_list(
    look: LookMany, sealer: Sealer, keeper: Database, send: Send
) -> None:
    await look(1)
    await found(sealer, keeper)
    entry = (await send("administrator", LIST)).json()["items"][0]["entry_id"]
    for name in ("legevakt", "lege-koman", "drift", "line"):
        assert (await send(name, LIST)).status_code == 403, name
        opened = await send(name, f"/administration/unusual-access/{entry}/open")
        assert opened.status_code == 403, name
    unknown = "/administration/unusual-access/00000000-0000-7000-8000-000000000000/open"
    assert (await send("administrator", unknown)).status_code == 404


async def test_housekeeping_reads_no_more_than_it_compares(
    look: LookMany, postgres: TestDatabase, keeper: Database, sealer: Sealer
) -> None:
    await look(1)
    await sealer.round()
    with psycopg.connect(postgres.dsn(HOUSEKEEPING), autocommit=True) as conn:
        for statement in (
            "SELECT items FROM core_record.access_log",
            "SELECT given_name FROM core_record.person",
            "DELETE FROM core_record.unusual_access",
            "UPDATE core_record.unusual_access SET outcome = 'in-order'",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(statement.encode())
        assert conn.execute("SELECT seq FROM core_record.access_log").fetchall() == []  # serves nobody
        assert len(conn.execute("SELECT seq FROM core_record.sealed_row").fetchall()) == 1
