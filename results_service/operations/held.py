"""What an operator asks for: messages of a list, one that still waits, and one that nobody else acts on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection

from core_record.access.operators import Operator
from kit.errors import Conflict, NotFound
from results_service.operations import lists, repository, rules
from results_service.operations.models import Detail, Held, Narrowed

Conn = AsyncConnection[Any]


class Wanted(Struct, frozen=True):
    """Which messages of a list, as `models.Narrowed`, before it is known who asks."""

    code: str | None = None
    sender: str | None = None
    whose: str | None = None
    until: UUID | None = None

    def by(self, operator: Operator) -> Narrowed:
        """As the operator asks for them."""
        return Narrowed(operator.actor_hash, self.code, self.sender, self.whose, self.until)


async def known(conn: Conn, operator: Operator, message_id: UUID) -> Held:
    """The message. Raises `NotFound`."""
    held = await lists.find(conn, message_id, operator.actor_hash)
    if held is None:
        raise NotFound("message-unknown", "No message has this id.")
    return held


async def waiting(conn: Conn, operator: Operator, message_id: UUID) -> Held:
    """A message that an operator has a reason to open: those taken in are the person's alone."""
    held = await known(conn, operator, message_id)
    must_wait(held)
    return held


def must_wait(held: Held) -> None:
    """Raises `Conflict` (`not-waiting`) for a message on no list."""
    if held.replay == rules.NOT_WAITING:
        raise Conflict("not-waiting", "The message does not wait for anybody: it cannot be opened.")


class Alone(Struct, frozen=True):
    """A message that nobody else acts on before this transaction ends. `done`: actions besides openings."""

    held: Held
    done: int

    def as_seen(self, seen: int | None) -> None:
        """What colleagues did since the caller looked is a `Conflict` (`changed-meanwhile`).

        `seen`: `Detail.seen` as the caller had it; None: it does not matter.
        """
        if seen is not None and self.done != seen:
            raise Conflict(
                "changed-meanwhile", "A colleague has done something with the message. Look again."
            )


async def alone(conn: Conn, operator: Operator, message_id: UUID) -> Alone:
    """Keep colleagues waiting until commit, then read: what they did is seen. Raises `NotFound`."""
    done = await repository.lock(conn, message_id)
    return Alone(await known(conn, operator, message_id), done)


async def detail(conn: Conn, operator: Operator, message_id: UUID) -> Detail:
    """The message with what was done about it."""
    history = await repository.history(conn, message_id)
    return Detail(
        await known(conn, operator, message_id),
        history,
        await repository.corrections(conn, message_id),
        sum(1 for done in history if done.action != "opened"),
    )
