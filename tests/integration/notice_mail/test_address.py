"""The address: confirmed by a code, withdrawn, kept encrypted, and nobody else's."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from core_record.app import make_app
from core_record.housekeeping import tasks
from kit.db import Database
from kit.identity.web import actor_of
from kit.ids import NationalId
from kit.keys import KeyRing
from kit.settings import Settings
from tests.conftest import TestDatabase
from tests.integration.notice_mail.conftest import (
    ADDRESS,
    BOTH,
    MakeActor,
    ask,
    code_in,
    outcomes,
    person_of,
    register,
    tell,
)
from tests.smtp import Mailbox

pytestmark = pytest.mark.usefixtures("registers")


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
