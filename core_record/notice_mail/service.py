"""A citizen's address for notices: set, confirmed by a code mailed to it, and withdrawn."""

from __future__ import annotations

import hmac
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from core_record.notice_mail import repository
from core_record.notice_mail.models import Email, NewEmail, Status, normal_address
from kit.errors import AksonError, Conflict, NotFound, TooMany, Unprocessable
from kit.ids import new_id
from kit.keys import KeyRing

CODE_LIVES = timedelta(minutes=60)
MOST_WRONG = 5
MOST_CODES = 5  # mailed to what one person calls an address, a day: nobody is to be bothered through us


def bound_email(email_id: UUID) -> bytes:
    """What the ciphertexts of an address are bound to."""
    return b"notice-email" + email_id.bytes


def seal(keys: KeyRing, email_id: UUID, text: str) -> bytes:
    """An address or a code, encrypted and bound to its row."""
    return keys.encrypt("number-encrypt", text.encode(), bound_email(email_id))


def unseal(keys: KeyRing, email_id: UUID, cipher: bytes) -> str:
    """What `seal` encrypted. Raises `KeyProblem`."""
    return keys.decrypt("number-encrypt", cipher, bound_email(email_id)).decode()


async def status(conn: AsyncConnection[Any], keys: KeyRing, person_id: UUID, *, available: bool) -> Status:
    """How things stand for this person."""
    found = await repository.find(conn, person_id)
    if found is None:
        return Status(available)
    state = "refused" if found.refused_at else "confirmed" if found.confirmed_at else "waiting"
    address = unseal(keys, found.email_id, found.address_cipher)
    return Status(available, state, address, found.language, found.anytime)  # type: ignore[arg-type]


async def put(
    conn: AsyncConnection[Any], keys: KeyRing, person_id: UUID, wanted: NewEmail
) -> AksonError | None:
    """Set the address; a new one is mailed a code. The one already confirmed only takes the new choices.

    Answers with what is wrong, so that the attempt leaves its row: `Unprocessable` (`email-invalid`),
    `TooMany` (`email-codes`).
    """
    address = normal_address(wanted.address)
    if address is None:
        return Unprocessable("email-invalid", "Write one e-mail address, as name@example.org.")
    found = await repository.find(conn, person_id)
    same = found is not None and unseal(keys, found.email_id, found.address_cipher) == address
    if found is not None and same and found.confirmed_at and not found.refused_at:
        await repository.choose(conn, person_id, wanted.language, anytime=wanted.anytime)
        return None
    if not await repository.order_code(conn, person_id, MOST_CODES):
        return TooMany("email-codes", f"At most {MOST_CODES} codes a day. Try again tomorrow.")
    if found is not None and same and _serves(found) and not found.refused_at:
        # The code that was mailed still serves: the new mail holds the same.
        await repository.choose(conn, person_id, wanted.language, anytime=wanted.anytime)
        return None
    await repository.put(conn, person_id, _fresh(keys, address, wanted))
    return None


async def confirm(conn: AsyncConnection[Any], keys: KeyRing, person_id: UUID, code: str) -> AksonError | None:
    """Confirm by the code; safe to repeat. Answers with what is wrong: `NotFound` (`email-none`),
    `Conflict` (`code-expired`: too late, or wrong too often), `Unprocessable` (`code-wrong`)."""
    found = await repository.find(conn, person_id)
    if found is None:
        return NotFound("email-none", "You have registered no e-mail address.")
    if found.confirmed_at is not None:
        return None
    if not _serves(found) or found.code_cipher is None:
        return Conflict("code-expired", "The code no longer holds. Ask for a new one.")
    if not hmac.compare_digest(unseal(keys, found.email_id, found.code_cipher), code):
        await repository.note_wrong(conn, person_id)
        return Unprocessable("code-wrong", "That is not the code in the e-mail.")
    await repository.confirm(conn, person_id)
    return None


async def choose(conn: AsyncConnection[Any], person_id: UUID, *, anytime: bool) -> AksonError | None:
    """Whether mails may come at any time. Answers with what is wrong: `NotFound` (`email-none`)."""
    found = await repository.find(conn, person_id)
    if found is None:
        return NotFound("email-none", "You have registered no e-mail address.")
    await repository.choose(conn, person_id, found.language, anytime=anytime)
    return None


async def withdraw(conn: AsyncConnection[Any], person_id: UUID) -> bool:
    """Forget the address at once, with the mails that wait; False when there was none."""
    return await repository.remove(conn, person_id)


def _serves(email: Email) -> bool:
    """Whether a code is there that may still be entered."""
    expires = email.code_expires_at
    return expires is not None and datetime.now(UTC) < expires and email.wrong_codes < MOST_WRONG


def _fresh(keys: KeyRing, address: str, wanted: NewEmail) -> Email:
    email_id = new_id()
    return Email(
        email_id=email_id,
        address_cipher=seal(keys, email_id, address),
        language=wanted.language,
        anytime=wanted.anytime,
        code_cipher=seal(keys, email_id, f"{secrets.randbelow(1_000_000):06}"),
        code_expires_at=datetime.now(UTC) + CODE_LIVES,
        wrong_codes=0,
        confirmed_at=None,
        refused_at=None,
    )
