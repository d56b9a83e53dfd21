"""One message among colleagues: who has taken it, words to them, what is asked of its sender, and back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import reflex as rx

from portal.clients.errors import ServiceProblem
from portal.operations.messages.reasons import ASK_REASONS
from portal.operations.messages.state import WorkList
from portal.session.guard import requires
from portal.session.models import Kind
from portal.session.operator import operations_client


class Together(rx.State):
    """`asking`: what the letter to the sender asks for. `notes_written` empties the field after each."""

    asking: str = ASK_REASONS[0]
    notes_written: int = 0

    @rx.event
    @requires(Kind.OPERATOR)
    async def take(self) -> None:
        """Tell colleagues that one works on the message."""
        await self._do("take")

    @rx.event
    @requires(Kind.OPERATOR)
    async def take_over(self) -> None:
        """Take it from a colleague, who sees it in the history."""
        await self._do("take", {"over": True})

    @rx.event
    @requires(Kind.OPERATOR)
    async def leave(self) -> None:
        """Give it back."""
        await self._do("leave")

    @rx.event
    @requires(Kind.OPERATOR)
    async def note(self, form: dict[str, Any]) -> None:
        """Write to colleagues; read by whoever opens the message."""
        words = str(form.get("note", ""))
        if not await self._do("note", {"note": words}):
            return
        work = await self.get_state(WorkList)
        work.opened = replace(work.opened, notes=[" ".join(words.split()), *work.opened.notes])
        self.notes_written += 1

    @rx.event
    @requires(Kind.OPERATOR)
    async def choose_asking(self, reason: str) -> None:
        """What the letter asks the sender to do."""
        self.asking = reason if reason in ASK_REASONS else ASK_REASONS[0]

    @rx.event
    @requires(Kind.OPERATOR)
    async def ask(self) -> None:
        """Note that the message was returned to its sender."""
        work = await self.get_state(WorkList)
        await self._do("ask", {"reason": self.asking, "seen": work.seen})

    @rx.event
    @requires(Kind.OPERATOR)
    async def reopen(self) -> None:
        """Put it back on the list."""
        await self._do("reopen")

    async def _do(self, action: str, body: dict[str, Any] | None = None) -> bool:
        work = await self.get_state(WorkList)
        work.conflict = ""
        try:
            client = await operations_client(self)
            work._show(await client.share(work.message.id, action, body))
        except ServiceProblem as problem:
            await work._told(problem)
            return False
        return True
