"""The same for all messages of the cause that is chosen, a batch at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from portal.clients.errors import ServiceProblem
from portal.operations.messages.reasons import ASK_REASONS
from portal.operations.messages.state import WorkList
from portal.operations.messages.transform import letter_lines
from portal.session.guard import requires
from portal.session.models import Kind
from portal.session.operator import operations_client


class Many(rx.State):
    """How far it is. `action`: what is, or was, done; empty before anything; `at`: what part of the lists
    (`WorkList.turned`) it is told of.

    `lines`: the `named` messages of the cause `of` (code, sender, whose) as a letter to their sender has
    them; `left_out`: those it has no room for. `_named`: what the service is asked for, to note those alone.
    """

    action: str = ""
    done: int = 0
    left: int = 0
    busy: bool = False
    at: int = 0
    asking: str = ASK_REASONS[0]
    lines: str = ""
    of: list[str] = []  # noqa: RUF012 - Reflex copies defaults
    named: int = 0
    left_out: int = 0
    _named: dict[str, str] = {}  # noqa: RUF012

    @rx.event
    @requires(Kind.OPERATOR)
    async def replay(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Process all of them anew, each once."""
        async for step in self._go("replay", str(form.get("reason", ""))):
            yield step

    @rx.event
    @requires(Kind.OPERATOR)
    async def resolve(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Note how all of them were solved."""
        async for step in self._go("resolve", str(form.get("reason", ""))):
            yield step

    @rx.event
    @requires(Kind.OPERATOR)
    async def take(self) -> AsyncIterator[Any]:
        """Take those that nobody has taken."""
        async for step in self._go("take", ""):
            yield step

    @rx.event
    @requires(Kind.OPERATOR)
    async def reopen(self) -> AsyncIterator[Any]:
        """Put all of them back on the list."""
        async for step in self._go("reopen", ""):
            yield step

    @rx.event
    @requires(Kind.OPERATOR)
    async def choose_asking(self, reason: str) -> None:
        """What the letter asks the sender to do."""
        self.asking = reason if reason in ASK_REASONS else ASK_REASONS[0]

    @rx.event
    @requires(Kind.OPERATOR)
    async def write(self) -> None:
        """The letter to the sender of the cause that is chosen."""
        work = await self.get_state(WorkList)
        work.conflict = ""
        try:
            answer = await (await operations_client(self)).letter(work._which)
        except ServiceProblem as problem:
            work._tell(problem)
            return
        self.lines, self.of = letter_lines(answer), [work.code, work.sender, work.whose]
        self._named = {**work._which, "until": answer["until"]} if answer["until"] else {}
        self.named, self.left_out = len(answer["items"]), int(answer["left"])

    @rx.event
    @requires(Kind.OPERATOR)
    async def ask(self) -> AsyncIterator[Any]:
        """Note that those that the letter names were returned to the sender."""
        if self._named:
            async for step in self._go("ask", self.asking, self._named):
                yield step

    async def _go(self, action: str, reason: str, which: dict[str, str] | None = None) -> AsyncIterator[None]:
        """All of `which`, or of the cause that is chosen. What fails says so, beside how many were done."""
        work = await self.get_state(WorkList)
        work.conflict, self.action, self.done, self.left, self.busy = "", action, 0, work.total, True
        self.at = work.turned
        yield
        which, after, failed = which or work._which, None, None
        try:
            client = await operations_client(self)
            while True:
                answer = await client.many(action, which, reason, after)
                self.done += int(answer["replayed"] if action == "replay" else answer["done"])
                self.left, after = int(answer.get("left", 0)), answer.get("next")
                yield
                if after is None:
                    break
            self.lines, self._named = "", {}
        except ServiceProblem as problem:
            failed = problem
        self.busy = False
        await work._fetch()
        if not work.total and not work.problem:
            work._narrow("", "")
            await work._fetch()
        if failed is not None:
            self.action = action if self.done else ""
            work._tell(failed)
        self.at = work.turned
