"""An operator's judgement of a held message, and a corrected message in its place.

Neither changes what came: a released message is stored as it is, a corrected one is a message of its own.
Both ask that the operator has opened the message first, which stands in the person's log, and has said why.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection

from core_record.access.operators import Operator
from core_record.registers.service import resolve_person
from kit.errors import Conflict, TooLarge, Unprocessable
from kit.keys import KeyRing
from results_service.intake.guard import MAX_BYTES, MessageRejected, read_bytes
from results_service.intake.replay import Replay, put_back, read_original
from results_service.intake.service import Intake
from results_service.operations import repository, rules
from results_service.operations.models import Held
from results_service.operations.reading import Read, read_content


class Judged(Struct, frozen=True):
    """What was done, and the persons it concerns, for the log."""

    message_id: UUID
    persons: frozenset[UUID]


async def release(
    conn: AsyncConnection[Any], keys: KeyRing, operator: Operator, held: Held, judgement: str, words: str
) -> Judged:
    """Put a held message back with what was judged of it. Repeated, it does nothing more.

    Raises `Conflict` (`judgement-unfit`, `not-opened`, `original-gone`), `Unprocessable` (the note).
    """
    why = rules.note_of(words)
    persons = frozenset(p for p in [await repository.person_of(conn, held.id)] if p is not None)
    if held.status == "received":
        return Judged(held.id, persons)
    if held.status != "needs-attention" or held.judgement != judgement:
        raise Conflict("judgement-unfit", "The message is not held for what this judgement answers.")
    await must_have_opened(conn, operator, held)
    await repository.judge(conn, held.id, judgement)
    if await put_back(conn, keys, held.id) is Replay.GONE:
        raise Conflict("original-gone", "The original is deleted: it cannot be stored any more.")
    await note(conn, keys, operator, held.id, "released", judgement, why)
    return Judged(held.id, persons)


async def correct(
    conn: AsyncConnection[Any],
    keys: KeyRing,
    operator: Operator,
    intake: Intake,
    held: Held,
    reason: str,
    words: str,
    data: bytes,
) -> Judged:
    """Take in a corrected message instead of one that waits; the same bytes again do nothing more.

    A second, different one is tied to it too. The first leaves the list for as long as one of them stands.

    It must be about the same person and from the same sender as far as the first one says; who a message is
    about is never decided here. Raises `Conflict`, `Unprocessable`, `TooLarge`.
    """
    why = rules.note_of(words)
    if held.status != "needs-attention":
        raise Conflict("not-waiting", "The message does not wait for anybody any more.")
    await must_have_opened(conn, operator, held)
    original = await read_original(conn, keys, held.id)
    if original is None:
        raise Conflict("original-gone", "The original is deleted: there is nothing to correct.")
    corrected = _readable(data)
    _check_same(read_content(original), corrected)
    persons = {await repository.person_of(conn, held.id)}
    if corrected.national_id is not None:
        persons.add(await resolve_person(conn, keys, corrected.national_id))
    new_id = await intake.correct(conn, held.organisation, data)
    if new_id == held.id:
        raise Conflict("correction-same", "This is the message that waits: nothing is corrected.")
    if await repository.link_correction(conn, new_id, held.id):
        await note(conn, keys, operator, held.id, "corrected", reason, why)
        if held.resolved != "corrected":
            await note(conn, keys, operator, held.id, "resolved", "corrected", None)
    return Judged(new_id, frozenset(p for p in persons if p is not None))


async def words_about(conn: AsyncConnection[Any], keys: KeyRing, message_id: UUID) -> list[str]:
    """What operators wrote about a message, newest first."""
    sealed = await repository.notes(conn, message_id)
    return [keys.decrypt("original-encrypt", one, message_id.bytes).decode() for one in sealed]


def _readable(data: bytes) -> Read:
    if len(data) > MAX_BYTES:
        raise TooLarge("message-too-large", f"A message may be at most {MAX_BYTES} bytes.")
    try:
        read_bytes(data)
    except MessageRejected as fault:
        raise Unprocessable("correction-unreadable", f"{fault.code}: {fault.message}") from None
    read = read_content(data)
    if read.national_id is None:
        raise Unprocessable("correction-nobody", "The corrected message must name a valid number.")
    return read


def _check_same(original: Read, corrected: Read) -> None:
    """What the first message says for certain must stand in the second."""
    if original.national_id is not None and corrected.national_id != original.national_id:
        raise Conflict("correction-other-person", "The corrected message is about another person.")
    if original.senders and not original.senders & corrected.senders:
        raise Conflict("correction-other-sender", "The corrected message names another sender.")


async def must_have_opened(conn: AsyncConnection[Any], operator: Operator, held: Held) -> None:
    """Raises `Conflict` (`not-opened`) unless the operator has opened the message since it was processed."""
    if not await repository.has_opened(conn, held.id, operator.actor_hash):
        raise Conflict("not-opened", "Open the message and read it before you judge of it.")


async def note(
    conn: AsyncConnection[Any],
    keys: KeyRing,
    operator: Operator,
    message_id: UUID,
    action: str,
    reason: str | None,
    words: str | None,
) -> None:
    """Note what an operator did, and their own words, encrypted."""
    sealed = keys.encrypt("original-encrypt", words.encode(), message_id.bytes) if words else None
    who = (operator.actor_hash, operator.name, operator.organisation, operator.correlation_id)
    await repository.note(conn, [message_id], action, reason, who, sealed)
