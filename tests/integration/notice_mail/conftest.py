"""The core record's fixtures: registers, databases, actors."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from core_record.app import make_app
from core_record.notice_mail.sending import NoticeMail
from core_record.notice_mail.smtp import Smtp
from core_record.notices import service as notices
from core_record.notices.service import NoticeKind
from kit.db import Database, set_person_sync
from kit.identity.actor import Actor
from kit.identity.audiences import CORE_RECORD, personal_scopes
from kit.identity.web import actor_of
from kit.keys import KeyRing
from kit.roles import HOUSEKEEPING
from kit.settings import Settings
from tests.conftest import TestDatabase
from tests.integration.core_record.conftest import actor, core_db, number, registers, results_db
from tests.smtp import Mailbox, mail_server

__all__ = ["actor", "core_db", "number", "registers", "results_db"]
MakeActor = Callable[..., Actor]
BOTH = frozenset(personal_scopes(CORE_RECORD))
ADDRESS = "line.danser@example.org"
TODAY = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
WEDNESDAY = TODAY + timedelta(days=9 - TODAY.weekday())  # next week's, at 12 UTC
NIGHT = WEDNESDAY + timedelta(hours=11)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mail_server() as made:
        yield made


@pytest.fixture
def mailing(settings: Settings, box: Mailbox) -> Settings:
    changed = {
        "smtp_host": box.host,
        "smtp_port": box.port,
        "smtp_tls": "none",
        "smtp_sender": "varsel@akson.example",
    }
    return settings.model_copy(update=changed)


@pytest.fixture
async def app(mailing: Settings, postgres: TestDatabase) -> AsyncIterator[FastAPI]:
    made = make_app(mailing)
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
def send(app: FastAPI, actor: MakeActor) -> Callable[..., Any]:
    async def call(name: str, method: str, path: str = "", **more: Any) -> httpx.Response:
        app.dependency_overrides[actor_of] = lambda: actor(name, scopes=BOTH)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://core") as client:
            return await client.request(method, "/notices/email" + path, **more)

    return call


@pytest.fixture
async def house(mailing: Settings, postgres: TestDatabase) -> AsyncIterator[Database]:
    db = Database(postgres.dsn(HOUSEKEEPING), max_size=4)
    await db.open()
    yield db
    await db.close()


@pytest.fixture
def post(house: Database, keys: KeyRing, mailing: Settings) -> Callable[..., Any]:
    """Do all that is due, at a given time; answers how many mails were taken."""

    async def run(
        now: datetime | None = WEDNESDAY, hand_over: Callable[[EmailMessage], None] | None = None
    ) -> int:
        mail = NoticeMail(
            house,
            keys,
            hand_over or Smtp(mailing).send,
            sender=mailing.smtp_sender,
            portal="https://akson.example",
            now=(lambda: now) if now else (lambda: datetime.now(UTC)),
        )
        taken = 0
        while await mail.one():
            taken += 1
        return taken

    return run


def ask(postgres: TestDatabase, statement: str, *values: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(postgres.superuser_dsn, autocommit=True) as conn:
        cursor = conn.execute(statement.encode(), values)
        return cursor.fetchall() if cursor.description else []


def tell(postgres: TestDatabase, key: str, kind: NoticeKind = NoticeKind.EMERGENCY_ACCESS) -> None:
    person = person_of(postgres)
    with psycopg.connect(postgres.dsn("akson_core")) as conn:
        set_person_sync(conn, person)
        assert notices.add_sync(conn, person, kind, key=key)


def person_of(postgres: TestDatabase) -> UUID:
    ((person,),) = ask(postgres, "SELECT person_id FROM core_record.person WHERE given_name = 'Line'")
    assert isinstance(person, UUID)
    return person


def due_now(postgres: TestDatabase) -> None:
    """Time passes: what waits is due."""
    ask(postgres, "UPDATE core_record.notice_mail SET next_at = clock_timestamp() WHERE done_at IS NULL")


def outcomes(postgres: TestDatabase, kind: str = "news") -> list[str | None]:
    found = ask(
        postgres, "SELECT outcome FROM core_record.notice_mail WHERE kind = %s ORDER BY ordered_at", kind
    )
    return [outcome for (outcome,) in found]


def code_in(mail: EmailMessage) -> str:
    found = re.search(r"\b\d{6}\b", mail.get_content())
    assert found is not None
    return found.group()


async def register(send: Any, post: Any, box: Mailbox, *, anytime: bool = False) -> None:
    asked = {"address": ADDRESS, "language": "nn", "anytime": anytime}
    assert (await send("line", "PUT", json=asked)).json()["state"] == "waiting"
    assert await post(None) == 1
    done = await send("line", "POST", "/confirm", json={"code": code_in(box.mails[-1])})
    assert (done.status_code, done.json()["state"]) == (200, "confirmed")
    box.mails.clear()
