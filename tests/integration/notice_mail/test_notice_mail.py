"""From the address to the mailbox, over a real mail server: once, in time, and without contents."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from core_record.app import make_app
from core_record.housekeeping import tasks
from core_record.notice_mail.sending import WAITS, NoticeMail
from core_record.notice_mail.smtp import Smtp
from core_record.notices import service as notices
from core_record.notices.service import NoticeKind
from kit.db import Database, set_person_sync
from kit.identity.actor import Actor
from kit.identity.audiences import CORE_RECORD, personal_scopes
from kit.identity.web import actor_of
from kit.ids import NationalId
from kit.keys import KeyRing
from kit.roles import HOUSEKEEPING
from kit.settings import Settings
from tests.conftest import TestDatabase
from tests.smtp import Mailbox, mail_server

pytestmark = pytest.mark.usefixtures("registers")
MakeActor = Callable[..., Actor]
OSLO = ZoneInfo("Europe/Oslo")
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


async def test_address_is_confirmed_by_the_code_and_news_come_without_contents(
    send: Any, post: Any, box: Mailbox, postgres: TestDatabase
) -> None:
    assert (await send("line", "GET")).json() == {
        "available": True,
        "state": "none",
        "address": None,
        "language": None,
        "anytime": False,
    }
    await register(send, post, box)
    tell(postgres, "1")
    assert await post() == 1
    (mail,) = box.mails
    assert (mail["To"], mail["Subject"]) == (ADDRESS, "Du har eit nytt varsel i Akson")
    text = mail.as_string()
    assert not re.search(r"Line\b(?!\.)|Danser\b|\d{11}|emergency|akutt|n[øo]d", mail.get_content())
    assert str(person_of(postgres)) not in text
    assert outcomes(postgres) == ["sent"]


async def test_an_address_not_confirmed_gets_no_news(
    send: Any, post: Any, box: Mailbox, postgres: TestDatabase
) -> None:
    await send("line", "PUT", json={"address": ADDRESS})
    await post(None)
    tell(postgres, "1")
    assert await post() == 0
    assert [one["Subject"] for one in box.mails] == ["Kode for e-postvarsler fra Akson"]


async def test_a_wrong_code_confirms_nothing_and_five_void_it(send: Any, post: Any, box: Mailbox) -> None:
    await send("line", "PUT", json={"address": ADDRESS})
    await post(None)
    right = code_in(box.mails[0])
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    answers = [await send("line", "POST", "/confirm", json={"code": wrong}) for _ in range(5)]
    assert {(one.status_code, one.json()["title"]) for one in answers} == {(422, "code-wrong")}
    late = await send("line", "POST", "/confirm", json={"code": right})
    assert (late.status_code, late.json()["title"]) == (409, "code-expired")
    await send("line", "PUT", json={"address": ADDRESS})
    await post(None)
    again = await send("line", "POST", "/confirm", json={"code": code_in(box.mails[1])})
    assert again.json()["state"] == "confirmed"


async def test_a_code_holds_for_an_hour(send: Any, post: Any, box: Mailbox, postgres: TestDatabase) -> None:
    await send("line", "PUT", json={"address": ADDRESS})
    await post(None)
    ask(postgres, "UPDATE core_record.notice_email SET code_expires_at = clock_timestamp()")
    late = await send("line", "POST", "/confirm", json={"code": code_in(box.mails[0])})
    assert late.json()["title"] == "code-expired"


async def test_asking_again_mails_the_same_code_and_at_most_five_a_day(
    send: Any, post: Any, box: Mailbox
) -> None:
    for _ in range(5):
        assert (await send("line", "PUT", json={"address": ADDRESS})).status_code == 200
        await post(None)
    assert len({code_in(one) for one in box.mails}) == 1
    assert len(box.mails) == 5
    refused = await send("line", "PUT", json={"address": "other@example.org"})
    assert (refused.status_code, refused.json()["title"]) == (429, "email-codes")
    assert (await send("line", "GET")).json()["address"] == ADDRESS


async def test_news_at_night_wait_until_morning_unless_any_time_was_chosen(
    send: Any, post: Any, box: Mailbox, postgres: TestDatabase
) -> None:
    await register(send, post, box)
    tell(postgres, "1")
    assert await post(NIGHT) == 1
    assert box.mails == []
    ((next_at, tries),) = ask(
        postgres, "SELECT next_at, tries FROM core_record.notice_mail WHERE done_at IS NULL"
    )
    morning = (WEDNESDAY + timedelta(days=1)).astimezone(OSLO).replace(hour=8)
    assert (next_at, tries) == (morning, 0)
    chosen = await send("line", "POST", "/times", json={"anytime": True})
    assert chosen.json()["anytime"] is True
    assert await post(NIGHT) == 1
    assert len(box.mails) == 1


async def test_several_notices_are_one_mail_and_no_more_comes_that_day_while_they_are_unread(
    send: Any, post: Any, box: Mailbox, postgres: TestDatabase
) -> None:
    await register(send, post, box, anytime=True)
    for key in "123":
        tell(postgres, key)
    assert await post(None) == 1
    tell(postgres, "4")
    assert await post(None) == 1  # looked at, and put off
    assert len(box.mails) == 1
    due_now(postgres)
    await post(datetime.now(UTC) + timedelta(hours=25))
    assert len(box.mails) == 2


async def test_what_was_read_before_the_mail_goes_is_not_mailed(
    send: Any, post: Any, box: Mailbox, postgres: TestDatabase
) -> None:
    await register(send, post, box)
    tell(postgres, "1")
    ask(postgres, "UPDATE core_record.notice SET read_at = clock_timestamp()")
    await post()
    assert (box.mails, outcomes(postgres)) == ([], ["read-already"])


async def test_a_withdrawn_address_is_gone_and_its_mails_with_it(
    send: Any, post: Any, box: Mailbox, postgres: TestDatabase
) -> None:
    await register(send, post, box)
    tell(postgres, "1")
    gone = await send("line", "DELETE")
    assert (gone.status_code, gone.json()["state"]) == (200, "none")
    assert (await send("line", "DELETE")).status_code == 200
    assert await post() == 0
    assert box.mails == []
    assert ask(postgres, "SELECT * FROM core_record.notice_email") == []
    tell(postgres, "2")
    assert await post() == 0


async def test_failures_are_tried_again_and_given_up_at_last(
    send: Any, post: Any, box: Mailbox, postgres: TestDatabase
) -> None:
    await register(send, post, box)
    tell(postgres, "1")
    box.fail = "451 later"
    for _ in WAITS:
        assert await post() == 1
        assert await post() == 0  # not before its time
        due_now(postgres)
    box.fail = ""
    await post()
    assert (len(box.mails), outcomes(postgres)) == (1, ["sent"])
    tell(postgres, "2")
    box.fail = "451 later"
    for _ in range(len(WAITS) + 1):
        due_now(postgres)
        await post(WEDNESDAY + timedelta(days=365))
    assert (len(box.mails), outcomes(postgres)) == (1, ["sent", "given-up"])


async def test_an_address_refused_for_good_is_told_and_used_no_more(
    send: Any, post: Any, box: Mailbox, postgres: TestDatabase
) -> None:
    await register(send, post, box)
    tell(postgres, "1")
    box.refuse = "550 no such mailbox"
    await post()
    assert outcomes(postgres) == ["refused"]
    assert (await send("line", "GET")).json()["state"] == "refused"
    box.refuse = ""
    tell(postgres, "2")
    assert await post() == 0
    await register(send, post, box)  # the same address, confirmed anew
    tell(postgres, "3")
    assert await post() == 1


async def test_many_processes_send_a_mail_once(
    send: Any, post: Any, box: Mailbox, postgres: TestDatabase
) -> None:
    await register(send, post, box)
    tell(postgres, "1")
    await asyncio.gather(*(post() for _ in range(4)))
    assert len(box.mails) == 1


def test_however_it_is_planned_then_one_mail_is_taken_at_a_time(postgres: TestDatabase) -> None:
    """With statistics of one row the planner puts what is to be taken inside a loop over all rows."""
    order = "INSERT INTO core_record.notice_mail (person_id, mail_id, kind) VALUES (%s, %s, 'news')"
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute(order, (uuid4(), uuid4()))
        conn.execute("ANALYZE core_record.notice_mail")
        for _ in range(3):
            conn.execute(order, (uuid4(), uuid4()))
        for taken in (1, 2, 3, 4):
            row = conn.execute("SELECT mail_id FROM core_record.take_notice_mail('1 minute')").fetchall()
            tried = conn.execute("SELECT sum(tries) FROM core_record.notice_mail").fetchone()
            assert (len(row), tried) == (1, (taken,))
        conn.rollback()


async def test_whoever_dies_with_a_mail_leaves_it_to_be_sent_under_the_same_id(
    send: Any, post: Any, box: Mailbox, postgres: TestDatabase, mailing: Settings
) -> None:
    await register(send, post, box)
    tell(postgres, "1")

    def die(mail: EmailMessage) -> None:
        Smtp(mailing).send(mail)
        raise SystemExit

    with pytest.raises(SystemExit):
        await post(WEDNESDAY, die)
    assert await post() == 0  # nobody else's for ten minutes
    due_now(postgres)
    assert await post() == 1
    assert len({one["Message-ID"] for one in box.mails}) == 1


async def test_address_and_code_lie_encrypted_and_are_bound_to_their_row(
    send: Any, post: Any, box: Mailbox, postgres: TestDatabase, keys: KeyRing
) -> None:
    await send("line", "PUT", json={"address": ADDRESS})
    ((email_id, address, code),) = ask(
        postgres, "SELECT email_id, address_cipher, code_cipher FROM core_record.notice_email"
    )
    assert ADDRESS.encode() not in address
    assert keys.decrypt("number-encrypt", address, b"notice-email" + email_id.bytes).decode() == ADDRESS
    assert re.fullmatch(rb"\d{6}", keys.decrypt("number-encrypt", code, b"notice-email" + email_id.bytes))


async def test_every_call_leaves_its_row_in_ones_own_log(
    send: Any, post: Any, box: Mailbox, postgres: TestDatabase
) -> None:
    await register(send, post, box)
    await send("line", "GET")
    await send("line", "PUT", json={"address": "no address"})
    rows = ask(
        postgres,
        "SELECT action, items FROM core_record.access_log WHERE person_id = %s ORDER BY seq",
        person_of(postgres),
    )
    assert rows == [
        ("write", {"Notice": 1}),
        ("write", {"Notice": 1}),
        ("read", {"Notice": 1}),
        ("write", {"Notice": 0}),
    ]


async def test_the_address_is_nobody_elses(
    send: Any, post: Any, box: Mailbox, number: Callable[[str], NationalId]
) -> None:
    await register(send, post, box)
    line = {"person-id": number("line").value}
    assert (await send("gry", "GET", headers=line)).json()["address"] is None
    await send("gry", "DELETE", headers=line)
    assert (await send("line", "GET")).json()["address"] == ADDRESS
    doctor = await send("lege-koman", "GET", headers=line)
    assert (doctor.status_code, doctor.json()["title"]) == (403, "own-notices-only")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"address": "line@localhost"}, 422, "email-invalid"),
        ({"address": "a@b.no\r\nBcc: c@d.no"}, 422, "email-invalid"),
        ({"address": "a@b.no", "language": "de"}, 400, "body-invalid"),
        ({"address": "a" * 400 + "@b.no"}, 400, "body-invalid"),
        ({}, 400, "body-invalid"),
    ],
)
async def test_what_is_no_address_is_refused(send: Any, body: dict[str, Any], status: int, code: str) -> None:
    answer = await send("line", "PUT", json=body)
    assert (answer.status_code, answer.json()["title"]) == (status, code)


async def test_without_a_mail_server_no_address_is_taken_and_no_mail_is_looked_for(
    settings: Settings, actor: MakeActor, postgres: TestDatabase, house: Database, keys: KeyRing
) -> None:
    made = make_app(settings)
    made.dependency_overrides[actor_of] = lambda: actor("line", scopes=BOTH)
    async with made.router.lifespan_context(made):
        transport = httpx.ASGITransport(made)
        async with httpx.AsyncClient(transport=transport, base_url="http://core") as client:
            refused = await client.put("/notices/email", json={"address": ADDRESS})
            told = await client.get("/notices/email")
    assert (refused.status_code, refused.json()["title"]) == (409, "email-not-set-up")
    assert told.json()["available"] is False
    assert "notice mail" not in {task.name for task in tasks(settings, house, keys)}


async def test_housekeeping_sends_by_itself(
    send: Any, post: Any, box: Mailbox, mailing: Settings, house: Database, keys: KeyRing
) -> None:
    await send("line", "PUT", json={"address": ADDRESS})
    loops = [asyncio.create_task(task.run()) for task in tasks(mailing, house, keys)]
    try:
        for _ in range(100):
            if box.mails:
                break
            await asyncio.sleep(0.1)
    finally:
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
    assert len(box.mails) == 1
