"""From a notice to the mailbox, over a real mail server: once, in time, and tried again when it fails."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import psycopg
import pytest

from core_record.housekeeping import tasks
from core_record.notice_mail.sending import WAITS
from core_record.notice_mail.smtp import Smtp
from kit.db import Database
from kit.keys import KeyRing
from kit.settings import Settings
from tests.conftest import TestDatabase
from tests.integration.notice_mail.conftest import (
    ADDRESS,
    NIGHT,
    WEDNESDAY,
    ask,
    due_now,
    outcomes,
    register,
    tell,
)
from tests.smtp import Mailbox

pytestmark = pytest.mark.usefixtures("registers")
OSLO = ZoneInfo("Europe/Oslo")


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
