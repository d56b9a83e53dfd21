"""The work list and one message of it: seen masked, opened, processed anew, noted as solved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from portal.clients.errors import ServiceProblem
from portal.operations.messages.transform import (
    CodeCount,
    Done,
    Instead,
    Opened,
    Row,
    code_counts,
    corrections,
    history,
    opened,
    row,
    rows,
)
from portal.session.guard import requires
from portal.session.models import Kind
from portal.session.operator import operations_client

PAGE = 25
LISTS = ("open", "rejected", "resolved")
REPLAY_REASONS = ("fault-fixed", "sender-registered", "codes-loaded", "time-has-come")
RESOLVE_REASONS = ("handled-with-sender", "sent-again", "sent-in-error", "not-for-this-service")
CORRECTION_REASONS = ("sender-told-in-writing", "sender-told-by-telephone", "technical-fault-in-file")
CONFLICTS = (
    *("held-stays-held", "original-gone", "not-waiting", "not-opened", "judgement-unfit"),
    *("note-length", "note-number", "correction-same", "correction-other-person"),
    *("correction-other-sender", "correction-unreadable", "correction-nobody", "correction-elsewhere"),
)
"""Refusals that say something about the message, not about a fault of ours."""


class WorkList(rx.State):
    """The page's state. What an opened message says is here only while it is shown."""

    which: str = LISTS[0]
    code: str = ""
    rows: list[Row] = []  # noqa: RUF012 - Reflex copies defaults
    codes: list[CodeCount] = []  # noqa: RUF012
    total: int = 0
    skip: int = 0
    loaded: bool = False

    message: Row = Row()
    history: list[Done] = []  # noqa: RUF012
    corrections: list[Instead] = []  # noqa: RUF012
    opened: Opened = Opened()
    is_opened: bool = False

    busy: bool = False
    conflict: str = ""
    replayed: int = -1
    left: int = 0
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
        self.code, self.skip, self.replayed = "", 0, -1
        await self._fetch()

    @rx.event
    @requires(Kind.OPERATOR)
    async def choose_code(self, code: str) -> None:
        """Only the messages with a code; empty: all."""
        self.code, self.skip, self.replayed = code, 0, -1
        await self._fetch()

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
        self.busy, self.conflict = True, ""
        yield
        try:
            client = await operations_client(self)
            self._show(await client.replay(self.message.id, str(form.get("reason", ""))))
        except ServiceProblem as problem:
            self._tell(problem)
        self.busy = False

    @rx.event
    @requires(Kind.OPERATOR)
    async def resolve(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Note how the message was solved."""
        self.busy, self.conflict = True, ""
        yield
        try:
            client = await operations_client(self)
            self._show(await client.resolve(self.message.id, str(form.get("reason", ""))))
        except ServiceProblem as problem:
            self._tell(problem)
        self.busy = False

    @rx.event
    @requires(Kind.OPERATOR)
    async def judge(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Store the held message as judged."""
        self.busy, self.conflict = True, ""
        yield
        try:
            client = await operations_client(self)
            note = str(form.get("note", ""))
            self._show(await client.release(self.message.id, self.message.judgement, note))
            self.opened, self.is_opened = Opened(), False
        except ServiceProblem as problem:
            self._tell(problem)
        self.busy = False

    @rx.event
    @requires(Kind.OPERATOR)
    async def correct(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Send in a corrected message; the new one is shown."""
        self.busy, self.conflict = True, ""
        yield
        try:
            client = await operations_client(self)
            reason, note = str(form.get("reason", "")), str(form.get("note", ""))
            data = _encoded(str(form.get("message", "")))
            self._show(await client.correct(self.message.id, reason, note, data))
            self.opened, self.is_opened = Opened(), False
        except ServiceProblem as problem:
            self._tell(problem)
        self.busy = False

    @rx.event
    @requires(Kind.OPERATOR)
    async def replay_all(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Process anew every message with the chosen code, a batch at a time."""
        self.busy, self.conflict, self.replayed, self.left = True, "", 0, 0
        yield
        code, reason = self.code, str(form.get("reason", ""))
        most = self.total  # those that fail again come back to the list: once through is enough
        try:
            client = await operations_client(self)
            while self.replayed < most:
                answer = await client.replay_all(code, reason)
                self.replayed += int(answer.get("replayed", 0))
                self.left = int(answer.get("left", 0))
                yield
                if not answer.get("replayed") or not self.left:
                    break
        except ServiceProblem as problem:
            self.replayed = -1
            self._tell(problem)
        self.busy, self.code, self.skip = False, "", 0
        await self._fetch()

    async def _fetch(self) -> None:
        try:
            client = await operations_client(self)
            answer = await client.messages(self.which, self.code, self.skip, PAGE)
        except ServiceProblem as problem:
            self._tell(problem)
            return
        self.rows, self.codes = rows(answer), code_counts(answer)
        self.total, self.loaded, self.problem = int(answer.get("total", 0)), True, ""

    def _show(self, answer: dict[str, Any]) -> None:
        self.message, self.history = row(answer["message"]), history(answer)
        self.corrections = corrections(answer)
        self.problem = ""

    def _close(self) -> None:
        self.message, self.history, self.opened, self.corrections = Row(), [], Opened(), []
        self.is_opened, self.conflict, self.busy = False, "", False

    def _tell(self, problem: ServiceProblem) -> None:
        if problem.code in CONFLICTS:
            self.conflict = problem.code
            return
        self.problem, self.problem_code = str(problem.problem), problem.code


def _encoded(pasted: str) -> bytes:
    """Pasted XML as bytes in the encoding it declares."""
    text = pasted.strip()
    latin = "iso-8859-1" in text[:200].lower()
    return text.encode("iso-8859-1" if latin else "utf-8", errors="xmlcharrefreplace")
