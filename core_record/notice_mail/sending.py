"""Sending what is due: taken, looked at in a transaction that serves the person, handed over, noted.

A mail is taken for ten minutes before it is handed over. Whoever dies in between leaves it to be sent again
under the same Message-ID: rather the same mail twice, which a mailbox shows once, than none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Literal

from prometheus_client import Counter, Gauge

from core_record.notice_mail import repository
from core_record.notice_mail.message import compose
from core_record.notice_mail.models import Due
from core_record.notice_mail.repository import Receiver
from core_record.notice_mail.service import unseal
from core_record.notice_mail.smtp import AddressRefused, MailFailed
from core_record.notice_mail.times import next_time
from kit.db import Database
from kit.keys import KeyRing
from kit.log import get_logger
from kit.web import REGISTRY

LEASE = timedelta(minutes=10)
WAITS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720, 1440))
"""How long after each failed try the next one comes; after the last, the mail is given up."""
_KEPT = timedelta(days=90)
_AGAIN = timedelta(hours=24)
Outcome = Literal["sent", "refused", "given-up", "withdrawn", "read-already", "expired"]
_MAILS = Counter("akson_notice_mails", "Notice mails done with, by outcome", ["outcome"], registry=REGISTRY)
_FAILED = Counter("akson_notice_mail_failures", "Tries to hand a mail over that failed", registry=REGISTRY)
_WAITING = Gauge(
    "akson_notice_mail_waiting_seconds",
    "How long the oldest mail that is due has waited, seconds",
    registry=REGISTRY,
)


@dataclass(frozen=True, slots=True)
class _Later:
    """Not before `until`; it is no failure."""

    until: datetime


class NoticeMail:
    """The mails of an installation that sends mail; `hand_over` blocks, and raises as `Smtp.send`."""

    def __init__(
        self,
        db: Database,
        keys: KeyRing,
        hand_over: Callable[[EmailMessage], None],
        *,
        sender: str,
        portal: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._db, self._keys, self._hand_over = db, keys, hand_over
        self._sender, self._portal, self._now = sender, portal, now

    async def one(self) -> bool:
        """Do one mail that is due; False when none is. Safe to run in several processes at once."""
        async with self._db.transaction() as conn:
            due = await repository.take(conn, LEASE)
        if due is None:
            async with self._db.transaction() as conn:
                _WAITING.set(await repository.keep(conn, _KEPT))
            return False
        async with self._db.transaction(person=due.person_id) as conn:
            receiver = await repository.receiver(conn, due.person_id)
        ready = self._ready(due, receiver)
        if isinstance(ready, EmailMessage):
            await self._send(due, ready)
        elif isinstance(ready, _Later):
            async with self._db.transaction() as conn:
                await repository.postpone(conn, due, ready.until, due.tries - 1)
        else:
            await self._done(due, ready)
        return True

    def _ready(self, due: Due, receiver: Receiver | None) -> EmailMessage | _Later | Outcome:
        """The mail as it goes now; or why not."""
        if receiver is None:
            return "withdrawn"
        now = self._now()
        code = ""
        if due.kind == "code":
            if receiver.code_cipher is None or receiver.code_expires_at is None:
                return "withdrawn"
            if receiver.code_expires_at <= now:
                return "expired"
            code = unseal(self._keys, receiver.email_id, receiver.code_cipher)
        elif not receiver.wants_news or not receiver.unread:
            return "read-already" if receiver.wants_news else "withdrawn"
        elif (until := _not_before(receiver, now)) > now:
            return _Later(until)
        return compose(
            due.kind,
            receiver.language,
            to=unseal(self._keys, receiver.email_id, receiver.address_cipher),
            sender=self._sender,
            portal=self._portal,
            mail_id=due.mail_id,
            at=now,
            code=code,
        )

    async def _send(self, due: Due, mail: EmailMessage) -> None:
        try:
            await asyncio.to_thread(self._hand_over, mail)
        except AddressRefused:
            await self._done(due, "refused")
        except MailFailed as failure:
            _FAILED.inc()
            get_logger().warning("mail not handed over", problem=str(failure), tries=due.tries)
            if due.tries > len(WAITS):
                await self._done(due, "given-up")
                return
            async with self._db.transaction() as conn:
                await repository.postpone(conn, due, self._now() + WAITS[due.tries - 1], due.tries)
        else:
            await self._done(due, "sent")

    async def _done(self, due: Due, outcome: Outcome) -> None:
        async with self._db.transaction(person=due.person_id) as conn:
            await repository.done(conn, due, outcome)
        _MAILS.labels(outcome).inc()


def _not_before(receiver: Receiver, now: datetime) -> datetime:
    """When news may come: in the citizen's times, and once a day while what was told of is unread."""
    start = now
    if receiver.told_and_unread and receiver.last_mail_at is not None:
        start = max(now, receiver.last_mail_at + _AGAIN)
    return next_time(start, anytime=receiver.anytime)
