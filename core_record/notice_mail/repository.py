"""The SQL of addresses and of the queue of mails. Private to this feature."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row

from core_record.notice_mail.models import Due, Email

_COLUMNS = (
    "email_id, address_cipher, language, anytime, code_cipher, code_expires_at, wrong_codes, confirmed_at,"
    " refused_at"
)
_FIND = f"SELECT {_COLUMNS} FROM core_record.notice_email WHERE person_id = %s FOR UPDATE"  # noqa: S608 - constants
_PUT = """
INSERT INTO core_record.notice_email (person_id, email_id, address_cipher, language, anytime, code_cipher,
    code_expires_at) VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (person_id) DO UPDATE SET email_id = excluded.email_id, address_cipher = excluded.address_cipher,
    language = excluded.language, anytime = excluded.anytime, code_cipher = excluded.code_cipher,
    code_expires_at = excluded.code_expires_at, wrong_codes = 0, confirmed_at = NULL, refused_at = NULL,
    last_mail_at = NULL, set_at = clock_timestamp()
"""
_CHOOSE = "UPDATE core_record.notice_email SET language = %s, anytime = %s WHERE person_id = %s"
_CONFIRM = """
UPDATE core_record.notice_email SET confirmed_at = clock_timestamp(), code_cipher = NULL,
    code_expires_at = NULL WHERE person_id = %s
"""
_WRONG = "UPDATE core_record.notice_email SET wrong_codes = wrong_codes + 1 WHERE person_id = %s"
_REMOVE = "DELETE FROM core_record.notice_email WHERE person_id = %s"
_REFUSED = "UPDATE core_record.notice_email SET refused_at = clock_timestamp() WHERE person_id = %s"
_TOLD = "UPDATE core_record.notice_email SET last_mail_at = clock_timestamp() WHERE person_id = %s"
# What sending needs; the oldest unread notice that an earlier mail told of, and whether any is unread.
_RECEIVER = """
SELECT e.email_id, e.address_cipher, e.language, e.anytime, e.code_cipher, e.code_expires_at,
    e.confirmed_at IS NOT NULL AND e.refused_at IS NULL, e.last_mail_at,
    EXISTS (SELECT 1 FROM core_record.notice n WHERE n.person_id = e.person_id AND n.read_at IS NULL),
    EXISTS (SELECT 1 FROM core_record.notice n WHERE n.person_id = e.person_id AND n.read_at IS NULL
        AND n.at <= e.last_mail_at)
FROM core_record.notice_email e WHERE e.person_id = %s
"""


class Receiver(NamedTuple):
    """Whom a mail is to, and what decides whether it goes now."""

    email_id: UUID
    address_cipher: bytes
    language: str
    anytime: bool
    code_cipher: bytes | None
    code_expires_at: datetime | None
    wants_news: bool
    last_mail_at: datetime | None
    unread: bool
    told_and_unread: bool


async def find(conn: AsyncConnection[Any], person_id: UUID) -> Email | None:
    """A person's address, locked until commit."""
    async with conn.cursor(row_factory=class_row(Email)) as cursor:
        await cursor.execute(_FIND.encode(), (person_id,))
        return await cursor.fetchone()


async def put(conn: AsyncConnection[Any], person_id: UUID, email: Email) -> None:
    """Store an address that is to be confirmed."""
    values = (email.email_id, email.address_cipher, email.language, email.anytime)
    await conn.execute(_PUT, (person_id, *values, email.code_cipher, email.code_expires_at))


async def choose(conn: AsyncConnection[Any], person_id: UUID, language: str, *, anytime: bool) -> None:
    """Another language or other times for the address that is there."""
    await conn.execute(_CHOOSE, (language, anytime, person_id))
    await conn.execute("SELECT core_record.hurry_notice_mail(%s)", (person_id,))


async def confirm(conn: AsyncConnection[Any], person_id: UUID) -> None:
    """The code was right."""
    await conn.execute(_CONFIRM, (person_id,))


async def note_wrong(conn: AsyncConnection[Any], person_id: UUID) -> None:
    """The code was wrong."""
    await conn.execute(_WRONG, (person_id,))


async def remove(conn: AsyncConnection[Any], person_id: UUID) -> bool:
    """Forget the address, and every mail that waits; False when there was none."""
    await conn.execute("SELECT core_record.cancel_notice_mail(%s)", (person_id,))
    return (await conn.execute(_REMOVE, (person_id,))).rowcount > 0


async def order_code(conn: AsyncConnection[Any], person_id: UUID, most: int) -> bool:
    """Order a mail with the code; False when `most` were ordered the last day."""
    found = await conn.execute("SELECT core_record.order_notice_mail(%s, 'code', %s)", (person_id, most))
    row = await found.fetchone()
    return bool(row and row[0])


async def take(conn: AsyncConnection[Any], lease: timedelta) -> Due | None:
    """The mail that is due first; it is nobody else's for `lease`."""
    async with conn.cursor(row_factory=class_row(Due)) as cursor:
        await cursor.execute("SELECT * FROM core_record.take_notice_mail(%s)", (lease,))
        return await cursor.fetchone()


async def receiver(conn: AsyncConnection[Any], person_id: UUID) -> Receiver | None:
    """Whom it is to; the transaction serves the person."""
    row = await (await conn.execute(_RECEIVER, (person_id,))).fetchone()
    return Receiver(*row) if row else None


async def postpone(conn: AsyncConnection[Any], due: Due, until: datetime, tries: int) -> None:
    """Not now; `tries` is what counts so far."""
    values = (due.person_id, due.mail_id, until, tries)
    await conn.execute("SELECT core_record.postpone_notice_mail(%s, %s, %s, %s)", values)


async def done(conn: AsyncConnection[Any], due: Due, outcome: str) -> None:
    """What became of a mail; the transaction serves the person."""
    values = (due.person_id, due.mail_id, outcome)
    await conn.execute("SELECT core_record.notice_mail_done(%s, %s, %s)", values)
    if outcome == "refused":
        await conn.execute(_REFUSED, (due.person_id,))
    elif outcome == "sent" and due.kind == "news":
        await conn.execute(_TOLD, (due.person_id,))


async def keep(conn: AsyncConnection[Any], age: timedelta) -> float:
    """Forget mails done with for `age`; for how many seconds the oldest due has waited."""
    row = await (await conn.execute("SELECT core_record.keep_notice_mail(%s)", (age,))).fetchone()
    return float(row[0]) if row else 0.0
