"""Operators share the work: who has taken a message, words to colleagues, what its sender is asked, and back.

Nothing here changes a message or takes it in.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection

from core_record.access.operators import Operator
from kit.errors import Conflict
from kit.keys import KeyRing
from results_service.operations import rules
from results_service.operations.held import Alone, must_wait
from results_service.operations.judging import must_have_opened, note

Conn = AsyncConnection[Any]


class Step(Struct, frozen=True):
    """What is done: `take` (`over`: from a colleague), `leave`, `note` (`words`), `ask` (`reason`), `reopen`.

    `seen`: as `held.Alone.as_seen` has it.
    """

    action: str
    reason: str | None = None
    words: str = ""
    over: bool = False
    seen: int | None = None


async def share(conn: Conn, keys: KeyRing, operator: Operator, one: Alone, step: Step) -> None:
    """Do it; what is so already is not done again.

    Raises `Conflict` (`taken-by-other`, `not-opened`, `not-waiting`, `changed-meanwhile`), `Unprocessable`.
    """
    held = one.held
    must_wait(held)
    one.as_seen(step.seen)
    match step.action:
        case "take" if not held.mine:
            if held.taken_by is not None and not step.over:
                raise Conflict("taken-by-other", f"{held.taken_by} has taken the message.")
            await note(conn, keys, operator, held.id, "taken", None, None)
        case "leave" if held.mine:
            await note(conn, keys, operator, held.id, "left", None, None)
        case "note":
            words = rules.note_of(step.words)
            await must_have_opened(conn, operator, held)
            await note(conn, keys, operator, held.id, "noted", None, words)
        case "ask" if held.asked != step.reason:
            if held.status != "needs-attention" or held.resolved is not None:
                raise Conflict("not-waiting", "The message does not wait for anybody any more.")
            await must_have_opened(conn, operator, held)
            await note(conn, keys, operator, held.id, "asked", step.reason, None)
        case "reopen" if held.resolved is not None or held.asked is not None:
            await note(conn, keys, operator, held.id, "reopened", None, None)
