"""Unusual access of one's own organisation."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.administration.unusual.transform import Entry, Opened, Reason, counts, entries, opened
from portal.clients.errors import ServiceProblem
from portal.session.administrator import unusual_client
from portal.session.guard import requires
from portal.session.models import Kind

PAGE = 50
_NOTHING = Opened(Entry("", "", "", [], "", "", ""), "", "")


class Unusual(rx.State):
    """The page's state. The person looked at is here only while an entry is open."""

    found: list[Entry] = []  # noqa: RUF012 - Reflex copies defaults
    reasons: list[Reason] = []  # noqa: RUF012
    reviewed: bool = False
    reason: str = ""
    total: int = 0
    skip: int = 0
    loaded: bool = False
    opened: Opened = _NOTHING
    done: str = ""
    fault: str = ""
    fault_field: str = ""
    problem: str = ""
    problem_code: str = ""

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def load(self) -> None:
        """The newest that nobody has reviewed."""
        self.reset()  # type: ignore[no-untyped-call]
        await self._fetch()

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def show_reviewed(self, wanted: bool) -> None:
        """Those that have been reviewed, or those that have not."""
        self.reviewed, self.reason, self.skip = wanted, "", 0
        await self._fetch()

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def choose_reason(self, reason: str) -> None:
        """Only those with this reason; empty: all."""
        self.reason, self.skip = reason, 0
        await self._fetch()

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def turn(self, pages: int) -> None:
        """Forth or back."""
        self.skip = max(0, self.skip + (PAGE if pages > 0 else -PAGE))
        await self._fetch()

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def open(self, entry_id: str) -> None:
        """Whom an entry is about, and what was looked at. It stands in that person's log."""
        self.done = self.fault = self.fault_field = ""
        try:
            self.opened = opened(await (await unusual_client(self)).open(entry_id))
        except ServiceProblem as problem:
            self.problem, self.problem_code = str(problem.problem), problem.code

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def close(self) -> None:
        """Back to the list."""
        self.opened, self.fault, self.fault_field = _NOTHING, "", ""

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def review(self, form: dict[str, Any]) -> None:
        """Note what came of the open entry."""
        outcome, reason = str(form.get("outcome") or ""), str(form.get("reason") or "")
        self.fault_field = "" if outcome and reason else ("reason" if outcome else "outcome")
        self.fault = "field-missing" if self.fault_field else ""
        if self.fault:
            return
        try:
            await (await unusual_client(self)).review(self.opened.entry.id, outcome, reason)
        except ServiceProblem as problem:
            self.problem, self.problem_code = str(problem.problem), problem.code
            return
        self.opened, self.done = _NOTHING, "reviewed"
        await self._fetch()

    async def _fetch(self) -> None:
        search = {"state": "reviewed" if self.reviewed else "open", "skip": self.skip, "count": PAGE}
        if self.reason:
            search["reason"] = self.reason
        try:
            answer = await (await unusual_client(self)).search(search)
        except ServiceProblem as problem:
            self.problem, self.problem_code = str(problem.problem), problem.code
            return
        self.found, self.reasons = entries(answer), counts(answer)
        self.total, self.loaded, self.problem = int(answer.get("total", 0)), True, ""
