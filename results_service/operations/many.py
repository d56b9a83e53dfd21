"""The same for many messages of one cause, a batch at a time, oldest first.

A batch goes on after the last message of the one before: what fails anew and comes back to the list is not
taken a second time, and what cannot be done with one does not keep it from the next.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection

from core_record.access.operators import Operator
from kit.errors import Conflict
from kit.keys import KeyRing
from results_service.intake.replay import Replay, put_back
from results_service.operations import lists, repository, rules
from results_service.operations.models import Batch, Held, Letter, Narrowed

AT_A_TIME = 200
IN_A_LETTER = 2 * AT_A_TIME
ACTIONS = ("replay", "resolve", "take", "ask", "reopen")
Conn = AsyncConnection[Any]


class Asked(Struct, frozen=True):
    """What is to be done (`ACTIONS`) with which messages of a list, and why."""

    action: str
    which: str
    narrowed: Narrowed
    reason: str
    after: UUID | None = None


async def act(conn: Conn, keys: KeyRing, operator: Operator, asked: Asked) -> Batch:
    """One batch. Raises `Conflict` (`held-stays-held`)."""
    if asked.action == "replay" and asked.narrowed.code in rules.HELD:
        raise stays_held()
    page = (conn, asked.which, asked.narrowed, 0, AT_A_TIME, asked.after)
    found = await lists.work_list(*page)
    seen = {(held.id, held.finished) for held in found}
    await repository.lock_all(conn, [held.id for held in found])
    # As they stand now: what was solved, or processed and held anew, meanwhile is not among them.
    now = [held for held in await lists.work_list(*page) if (held.id, held.finished) in seen]
    action, reason, able = _for(asked, now)
    if asked.action == "replay":
        able = [i for i in able if await put_back(conn, keys, i) is Replay.QUEUED]
    who = (operator.actor_hash, operator.name, operator.organisation, operator.correlation_id)
    await repository.note(conn, able, action, reason, who)
    last = found[-1].id if len(found) == AT_A_TIME else None
    left = await lists.count_of(conn, asked.which, asked.narrowed, last) if last else 0
    return Batch(len(able), left, last if left else None)


async def letter(conn: Conn, which: str, narrowed: Narrowed) -> Letter:
    """What a letter about the messages names: as many of the oldest as two batches hold."""
    items, until = await lists.named(conn, which, narrowed, IN_A_LETTER)
    return Letter(items, max(0, await lists.count_of(conn, which, narrowed) - len(items)), until)


def stays_held() -> Conflict:
    """Why a message held by what it says is not processed anew."""
    return Conflict(
        "held-stays-held",
        "What the message says conflicts with what is stored; processed anew it would be held anew."
        " Ask the laboratory, and note how it was solved.",
    )


def _for(asked: Asked, found: list[Held]) -> tuple[str, str | None, list[UUID]]:
    """What is noted, and of which messages: not of those where it is so already, or cannot be."""
    waits = [held for held in found if held.status == "needs-attention"]
    match asked.action:
        case "replay":
            return "replayed", asked.reason, [held.id for held in found if held.replay == rules.MAY_REPLAY]
        case "resolve":
            return "resolved", asked.reason, [held.id for held in waits if held.resolved is None]
        case "ask":
            able = [held.id for held in waits if held.resolved is None and held.asked is None]
            return "asked", asked.reason, able
        case "take":
            return "taken", None, [held.id for held in found if held.taken_by is None]
        case _:
            return "reopened", None, [held.id for held in waits if held.resolved or held.asked]
