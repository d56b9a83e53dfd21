"""The work list and one message of it: seen masked, opened, processed anew, noted as solved."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import reflex as rx

from portal.clients.errors import ServiceProblem
from portal.clients.operations import OperationsClient
from portal.operations.messages.reasons import CONFLICTS, LISTS, OVERTAKEN, WHOSE
from portal.operations.messages.transform import (
    Cause,
    CodeCount,
    Done,
    Instead,
    Opened,
    Row,
    causes,
    code_counts,
    corrections,
    encoded,
    history,
    opened,
    row,
    rows,
)
from portal.session.guard import requires
from portal.session.models import Kind
from portal.session.operator import operations_client

PAGE = 25


class WorkList(rx.State):
    """The page's state. What an opened message says is here only while it is shown.

    `code`, `sender`: the cause chosen; `whose`: "mine", "free" or all; `turned`: how often one chose anew.
    """

    which: str = LISTS[0]
    code: str = ""
    sender: str = ""
    sender_name: str = ""
    whose: str = ""
    sought: str = ""
    turned: int = 0
    rows: list[Row] = []  # noqa: RUF012 - Reflex copies defaults
    codes: list[CodeCount] = []  # noqa: RUF012
    causes: list[Cause] = []  # noqa: RUF012
    total: int = 0
    skip: int = 0
    loaded: bool = False

    message: Row = Row()
    history: list[Done] = []  # noqa: RUF012
    corrections: list[Instead] = []  # noqa: RUF012
    opened: Opened = Opened()
    is_opened: bool = False

    seen: int = 0

    busy: bool = False
    conflict: str = ""
    problem: str = ""
    problem_code: str = ""

    @rx.event
    @requires(Kind.OPERATOR)
    async def load(self) -> None:
        """The list from its beginning."""
        self.reset()  # type: ignore[no-untyped-call]
        await self._fetch()

    @rx.event
    @requires(Kind.OPERATOR)
    async def choose_list(self, which: str) -> None:
        """Another list."""
        self.which = which if which in LISTS else LISTS[0]
        self._narrow("", "")
        await self._fetch()

    @rx.event
    @requires(Kind.OPERATOR)
    async def choose_code(self, code: str) -> None:
        """Only the messages with a code; empty: all."""
        self._narrow(code, "")
        await self._fetch()

    @rx.event
    @requires(Kind.OPERATOR)
    async def choose_cause(self, code: str, sender: str, name: str) -> Any:
        """Only the messages of a cause: a code and a sender."""
        self._narrow(code, sender, name)
        await self._fetch()
        return rx.set_focus("cause-heading")

    @rx.event
    @requires(Kind.OPERATOR)
    async def all_causes(self) -> Any:
        """The whole list again."""
        self._narrow("", "")
        await self._fetch()
        return rx.set_focus("list-heading")

    @rx.event
    @requires(Kind.OPERATOR)
    async def choose_whose(self, whose: str) -> None:
        """One's own, those nobody has taken, or all."""
        self.whose = whose if whose in WHOSE else ""
        self.skip = 0
        await self._fetch()

    @rx.event
    @requires(Kind.OPERATOR)
    async def refresh(self) -> None:
        """The list as it is now."""
        await self._fetch()

    @rx.event
    @requires(Kind.OPERATOR)
    async def find(self, form: dict[str, Any]) -> None:
        """Messages by the id that a laboratory gives."""
        text = str(form.get("id", "")).strip()
        if not text:
            await self._fetch()
            return
        self._narrow("", "")
        try:
            answer = await (await operations_client(self)).find(text)
        except ServiceProblem as problem:
            self._tell(problem)
            return
        self.rows, self.causes, self.sought = rows(answer), [], text
        self.total, self.loaded, self.problem = len(self.rows), True, ""

    @rx.event
    @requires(Kind.OPERATOR)
    async def turn(self, pages: int) -> None:
        """Forth or back."""
        self.skip = max(0, self.skip + (PAGE if pages > 0 else -PAGE))
        await self._fetch()

    @rx.event
    @requires(Kind.OPERATOR)
    async def choose(self, message_id: str) -> Any:
        """Show one message, with nothing of a person."""
        self._close()
        try:
            client = await operations_client(self)
            self._show(await client.message(message_id))
        except ServiceProblem as problem:
            self._tell(problem)
            return None
        return rx.set_focus("message-heading")

    @rx.event
    @requires(Kind.OPERATOR)
    async def next(self) -> Any:
        """The message after this one in the list as it was shown; at the end of the page, the list."""
        ids = [one.id for one in self.rows]
        place = ids.index(self.message.id) + 1 if self.message.id in ids else len(ids)
        self._close()
        if place >= len(ids):
            await self._fetch()
            return rx.set_focus("list-heading")
        try:
            self._show(await (await operations_client(self)).message(ids[place]))
        except ServiceProblem as problem:
            self._tell(problem)
            return None
        return rx.set_focus("message-heading")

    @rx.event
    @requires(Kind.OPERATOR)
    async def back(self) -> Any:
        """Back to the list; what was opened is forgotten."""
        self._close()
        await self._fetch()
        return rx.set_focus("list-heading")

    @rx.event
    @requires(Kind.OPERATOR)
    async def open(self, original: bool) -> AsyncIterator[Any]:
        """Open the message: a look-up in the log of the person it is about."""
        self.busy, self.conflict = True, ""
        yield
        try:
            client = await operations_client(self)
            self.opened = opened(await client.open(self.message.id, original=bool(original)))
            self.is_opened = True
            self._show(await client.message(self.message.id))
        except ServiceProblem as problem:
            self._tell(problem)
        self.busy = False

    @rx.event
    @requires(Kind.OPERATOR)
    async def replay(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Process the message anew."""
        reason = str(form.get("reason", ""))
        async for step in self._act(lambda client: client.replay(self.message.id, reason, self.seen)):
            yield step

    @rx.event
    @requires(Kind.OPERATOR)
    async def resolve(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Note how the message was solved."""
        reason = str(form.get("reason", ""))
        async for step in self._act(lambda client: client.resolve(self.message.id, reason, self.seen)):
            yield step

    @rx.event
    @requires(Kind.OPERATOR)
    async def judge(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Store the held message as judged."""
        note = str(form.get("note", ""))
        async for step in self._act(
            lambda client: client.release(self.message.id, self.message.judgement, note, self.seen),
            close=True,
        ):
            yield step

    @rx.event
    @requires(Kind.OPERATOR)
    async def correct(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Send in a corrected message; the new one is shown."""
        reason, note = str(form.get("reason", "")), str(form.get("note", ""))
        data = encoded(str(form.get("message", "")))
        async for step in self._act(
            lambda client: client.correct(self.message.id, reason, note, data), close=True
        ):
            yield step

    async def _act(
        self, call: Callable[[OperationsClient], Awaitable[dict[str, Any]]], *, close: bool = False
    ) -> AsyncIterator[None]:
        """Do one thing with the message and show it; `close`: what was opened is forgotten then."""
        self.busy, self.conflict = True, ""
        yield
        try:
            self._show(await call(await operations_client(self)))
            if close:
                self.opened, self.is_opened = Opened(), False
        except ServiceProblem as problem:
            await self._told(problem)
        self.busy = False

    async def _fetch(self) -> None:
        try:
            client = await operations_client(self)
            answer = await client.messages(self._which, self.skip, PAGE)
            self.total = int(answer.get("total", 0))
            if self.skip >= self.total > 0:  # colleagues have emptied the page
                self.skip = (self.total - 1) // PAGE * PAGE
                answer = await client.messages(self._which, self.skip, PAGE)
            self.causes = [] if self.code else causes(await client.causes(self._which))
        except ServiceProblem as problem:
            self._tell(problem)
            return
        self.rows, self.codes = rows(answer), code_counts(answer)
        self.loaded, self.problem, self.sought = True, "", ""

    @property
    def _which(self) -> dict[str, str]:
        asked = {"state": self.which, "code": self.code, "sender": self.sender, "whose": self.whose}
        return {name: value for name, value in asked.items() if value}

    async def _again(self) -> None:
        """The message as it stands, when a colleague has done something with it; what was opened stays."""
        try:
            self._show(await (await operations_client(self)).message(self.message.id))
        except ServiceProblem as problem:
            self._tell(problem)

    def _show(self, answer: dict[str, Any]) -> None:
        self.message, self.history = row(answer["message"]), history(answer)
        self.corrections, self.seen = corrections(answer), int(answer.get("seen", 0))
        self.problem = ""

    def _close(self) -> None:
        self.message, self.history, self.opened, self.corrections = Row(), [], Opened(), []
        self.is_opened, self.conflict, self.busy = False, "", False

    def _narrow(self, code: str, sender: str, name: str = "") -> None:
        self.code, self.sender, self.sender_name, self.skip, self.conflict = code, sender, name, 0, ""
        self.turned += 1

    async def _told(self, problem: ServiceProblem) -> None:
        """Say it; where a colleague was faster, show what the message is now."""
        if problem.code in OVERTAKEN:
            await self._again()
        self._tell(problem)

    def _tell(self, problem: ServiceProblem) -> None:
        if problem.code in CONFLICTS:
            self.conflict = problem.code
            return
        self.problem, self.problem_code = str(problem.problem), problem.code
