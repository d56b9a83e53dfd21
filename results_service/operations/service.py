"""What operators can see and do. Every call is decided, and leaves a row, by `core_record.access.operators`.

What a message says is never changed, and nobody chooses a person for one. It can be processed anew after a
fix of ours, stored as an operator judged, replaced by a corrected message, or noted as solved.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from psycopg import AsyncConnection

from core_record.access.operators import Operated, Operator, operate
from core_record.registers.service import resolve_person
from kit.db import Database
from kit.errors import Conflict, Unprocessable
from kit.identity.actor import Actor
from kit.keys import KeyRing
from results_service.intake.replay import Replay, put_back, read_original
from results_service.intake.service import Intake
from results_service.operations import judging, lists, many, quiet, remapping, repository, rules, sharing
from results_service.operations.held import Wanted, alone, detail, waiting
from results_service.operations.models import (
    Batch,
    Cause,
    Detail,
    Held,
    Letter,
    Opened,
    Quiet,
    Reach,
    RemapOrder,
    Volume,
    WorkList,
)
from results_service.operations.reading import read_content

_RHYTHM_DAYS = 60
T = TypeVar("T")
Work = Callable[[AsyncConnection[Any], Operator], Awaitable[Operated[T]]]


class Operations:
    """Operations on behalf of one caller's request."""

    def __init__(
        self, database: Database, keys: KeyRing, intake: Intake, actor: Actor, correlation_id: str | None
    ) -> None:
        self._database = database
        self._keys = keys
        self._intake = intake
        self._actor = actor
        self._correlation_id = correlation_id

    async def operator(self) -> Operator | None:
        """Who the caller is; None for one who is not registered. Raises `AccessDenied`."""

        async def work(_: AsyncConnection[Any], operator: Operator) -> Operated[Operator | None]:
            return Operated(operator)

        return await self._operate("admitted", work, Operated(None))

    async def work_list(self, which: str, wanted: Wanted, skip: int, count: int) -> WorkList:
        """Messages that wait (`open`, for the sender `asked`), are `resolved` or `rejected` by our fault."""

        async def work(conn: AsyncConnection[Any], operator: Operator) -> Operated[WorkList]:
            narrowed = wanted.by(operator)
            items = await lists.work_list(conn, which, narrowed, skip, count)
            total = await lists.count_of(conn, which, narrowed)
            found = WorkList(items, total, await lists.codes(conn, which))
            return Operated(found, {"IntakeMessage": len(items)})

        return await self._operate("list", work)

    async def causes(self, which: str, wanted: Wanted) -> list[Cause]:
        """The messages of a list by what is wrong and whose they are: the most first."""

        async def work(conn: AsyncConnection[Any], operator: Operator) -> Operated[list[Cause]]:
            found = await lists.causes(conn, which, wanted.by(operator))
            return Operated(found, {"IntakeMessage": sum(cause.count for cause in found)})

        return await self._operate("causes", work)

    async def find(self, text: str) -> list[Held]:
        """Messages by the id that a laboratory gives (`rules.sought`). Raises `Unprocessable`."""
        sought = rules.sought(text)

        async def work(conn: AsyncConnection[Any], operator: Operator) -> Operated[list[Held]]:
            found = await lists.found(conn, sought, operator.actor_hash)
            return Operated(found, {"IntakeMessage": len(found)})

        return await self._operate("find", work)

    async def detail(self, message_id: UUID) -> Detail:
        """A message without anything of a person, and what was done about it. Raises `NotFound`."""

        async def work(conn: AsyncConnection[Any], operator: Operator) -> Operated[Detail]:
            return Operated(await detail(conn, operator, message_id), {"IntakeMessage": 1})

        return await self._operate("read", work)

    async def open(self, message_id: UUID, *, with_original: bool) -> Opened:
        """What a message says: whom it is about, what finds it at the laboratory, and, asked for, all of it.

        Only of messages on a list. Leaves a row in the log of everyone it is known to be about.
        """

        async def work(conn: AsyncConnection[Any], operator: Operator) -> Operated[Opened]:
            held = await waiting(conn, operator, message_id)
            persons = {await repository.person_of(conn, message_id)}
            data = await read_original(conn, self._keys, message_id)
            if data is None:
                raise Conflict("original-gone", "The original is deleted. Only the message's state is left.")
            read = read_content(data)
            if read.national_id is not None:
                persons.add(await resolve_person(conn, self._keys, read.national_id))
            await _note(conn, operator, [message_id], "opened", None)
            items = {"IntakeMessage": 1} | ({"IntakeOriginal": 1} if with_original else {})
            words = await judging.words_about(conn, self._keys, message_id)
            text = read.text if with_original else None
            opened = Opened(held, read.subject, read.content, text, words)
            return Operated(opened, items, frozenset(p for p in persons if p is not None))

        return await self._operate("open", work)

    async def release(self, message_id: UUID, judgement: str, words: str, seen: int | None = None) -> Detail:
        """Store a held message as an operator judged; `judging.release` says when. Wakes the workers."""

        async def work(conn: AsyncConnection[Any], operator: Operator) -> Operated[Detail]:
            one = await alone(conn, operator, message_id)
            if one.held.status != "received":
                one.as_seen(seen)
            done = await judging.release(conn, self._keys, operator, one.held, judgement, words)
            return Operated(await detail(conn, operator, message_id), {"IntakeRelease": 1}, done.persons)

        done = await self._operate("release", work)
        self._intake.wake()
        return done

    async def correct(self, message_id: UUID, reason: str, words: str, data: bytes) -> Detail:
        """Take in a corrected message instead; `judging.correct` says when. The answer is the new one's."""

        async def work(conn: AsyncConnection[Any], operator: Operator) -> Operated[Detail]:
            held = (await alone(conn, operator, message_id)).held
            done = await judging.correct(conn, self._keys, operator, self._intake, held, reason, words, data)
            return Operated(
                await detail(conn, operator, done.message_id), {"IntakeCorrection": 1}, done.persons
            )

        done = await self._operate("correct", work)
        self._intake.wake()
        return done

    async def replay(self, message_id: UUID, reason: str, seen: int | None = None) -> Detail:
        """Process a message anew, from the start. Asked for again, it does nothing more.

        Raises `Conflict`: `held-stays-held` where the outcome could only be the same, `original-gone`,
        `changed-meanwhile`.
        """

        async def work(conn: AsyncConnection[Any], operator: Operator) -> Operated[Detail]:
            one = await alone(conn, operator, message_id)
            if one.held.replay == rules.IS_HELD:
                raise many.stays_held()
            if one.held.replay == rules.MAY_REPLAY:
                one.as_seen(seen)
                outcome = await put_back(conn, self._keys, message_id)
                if outcome is Replay.GONE:
                    raise Conflict("original-gone", "The original is deleted: it cannot be processed anew.")
                if outcome is Replay.QUEUED:
                    await _note(conn, operator, [message_id], "replayed", reason)
            return Operated(await detail(conn, operator, message_id), {"IntakeMessage": 1})

        done = await self._operate("replay", work)
        self._intake.wake()
        return done

    async def many(self, action: str, which: str, wanted: Wanted, reason: str, after: UUID | None) -> Batch:
        """Do the same with the oldest messages of a cause, a batch at a time: go on after `next`.

        Raises `Conflict` (`held-stays-held`).
        """

        async def work(conn: AsyncConnection[Any], operator: Operator) -> Operated[Batch]:
            batch = many.Asked(action, which, wanted.by(operator), reason, after)
            done = await many.act(conn, self._keys, operator, batch)
            return Operated(done, {"IntakeMessage": done.done})

        done = await self._operate(f"{action}-all", work)
        if action == "replay":
            self._intake.wake()
        return done

    async def letter(self, which: str, wanted: Wanted) -> Letter:
        """What finds a sender's messages of one cause again at the sender. Raises `Unprocessable`."""
        if not wanted.sender:
            raise Unprocessable("sender-missing", "A letter is to one sender: say which.")

        async def work(conn: AsyncConnection[Any], operator: Operator) -> Operated[Letter]:
            found = await many.letter(conn, which, wanted.by(operator))
            return Operated(found, {"IntakeMessage": len(found.items)})

        return await self._operate("letter", work)

    async def resolve(self, message_id: UUID, reason: str, seen: int | None = None) -> Detail:
        """Note that a waiting message is solved: it leaves the list and stays in the history.

        Asked for again with the same reason, it does nothing more. Raises `Conflict` (`not-waiting`,
        `changed-meanwhile`).
        """

        async def work(conn: AsyncConnection[Any], operator: Operator) -> Operated[Detail]:
            one = await alone(conn, operator, message_id)
            if one.held.status != "needs-attention":
                raise Conflict("not-waiting", "The message does not wait for anybody any more.")
            if one.held.resolved != reason:
                one.as_seen(seen)
                await _note(conn, operator, [message_id], "resolved", reason)
            return Operated(await detail(conn, operator, message_id), {"IntakeMessage": 1})

        return await self._operate("resolve", work)

    async def share(self, message_id: UUID, step: sharing.Step) -> Detail:
        """Take a message, leave it, write to colleagues, ask its sender, or put it back on the list."""

        async def work(conn: AsyncConnection[Any], operator: Operator) -> Operated[Detail]:
            one = await alone(conn, operator, message_id)
            await sharing.share(conn, self._keys, operator, one, step)
            return Operated(await detail(conn, operator, message_id), {"IntakeMessage": 1})

        return await self._operate(step.action, work)

    async def remap(
        self, which: tuple[str | None, str | None, datetime, datetime], reason: str
    ) -> list[RemapOrder]:
        """Order stored messages of (sender, kind, received from, received to) to be mapped anew."""

        async def work(conn: AsyncConnection[Any], operator: Operator) -> Operated[list[RemapOrder]]:
            total = await remapping.order(conn, operator, which, reason)
            return Operated(await remapping.orders(conn), {"IntakeMessage": total})

        return await self._operate("remap", work)

    async def remap_reach(self, which: tuple[str | None, str | None, datetime, datetime]) -> Reach:
        """What an order of (sender, kind, received from, received to) would touch; nothing is ordered."""

        async def work(conn: AsyncConnection[Any], _: Operator) -> Operated[Reach]:
            return Operated(await remapping.reach(conn, which))

        return await self._operate("remap-reach", work)

    async def remap_orders(self) -> list[RemapOrder]:
        """The newest orders to map anew, and how far they are."""

        async def work(conn: AsyncConnection[Any], _: Operator) -> Operated[list[RemapOrder]]:
            return Operated(await remapping.orders(conn))

        return await self._operate("remap-orders", work)

    async def quiet(self) -> list[Quiet]:
        """Every sender's silence beside its usual one: the quiet first, then those long not heard of."""

        async def work(conn: AsyncConnection[Any], _: Operator) -> Operated[list[Quiet]]:
            found = await quiet.silences(conn, _RHYTHM_DAYS)
            return Operated(found, {"Sender": len(found)})

        return await self._operate("quiet", work)

    async def volumes(self, days: int) -> list[Volume]:
        """Messages by day, sender and kind, newest day first."""

        async def work(conn: AsyncConnection[Any], _: Operator) -> Operated[list[Volume]]:
            found = await repository.volumes(conn, days)
            return Operated(found, {"Sender": len({v.sender for v in found})})

        return await self._operate("volumes", work)

    async def _operate(self, action: str, work: Work[T], stranger: Operated[T] | None = None) -> T:
        return await operate(
            self._database, self._keys, self._actor, action, self._correlation_id, work, stranger
        )


async def _note(
    conn: AsyncConnection[Any], operator: Operator, ids: list[UUID], action: str, reason: str | None
) -> None:
    who = (operator.actor_hash, operator.name, operator.organisation, operator.correlation_id)
    await repository.note(conn, ids, action, reason, who)
