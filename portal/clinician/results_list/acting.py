"""What one does with the open result: assess, propose, forward, make a task. Words stay until it is done."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import reflex as rx

from portal.clients.errors import ServiceProblem
from portal.clients.follow_up import FollowUpClient, Seen
from portal.clinician.results_list.state import ResultList, colleagues_of
from portal.clinician.results_list.transform import Colleague
from portal.session.guard import requires
from portal.session.models import Kind

WAYS = ("assess", "prepare", "forward", "task")
_MOST_WORDS, _MOST_COMMENT = 4000, 2000
INBOX = "inbox"


class ResultActing(rx.State):
    """The forms below a result. They are about `report`: shown for it alone, so that words reach no other."""

    report: str = ""
    way: str = ""
    words: str = ""
    comment: str = ""
    release: bool = True
    to: str = INBOX
    colleagues: list[Colleague] = []  # noqa: RUF012 - Reflex copies defaults
    sending: bool = False
    wrong: str = ""
    _task: str = ""
    _task_at: datetime | None = None

    @rx.event
    @requires(Kind.CLINICIAN)
    async def choose(self, report_id: str, way: str) -> AsyncIterator[Any]:
        """Begin one of the ways for the open result: shown at once, whoever it may go to a moment later."""
        if way not in WAYS:
            return
        self._about(report_id)
        self.way = way
        yield
        if way in ("forward", "task") and not self.colleagues:
            try:
                self.colleagues = await colleagues_of(self)
            except ServiceProblem as problem:
                self.wrong = problem.code

    @rx.event
    @requires(Kind.CLINICIAN)
    async def write(self, report_id: str, words: str) -> None:
        """Words to colleagues."""
        self._about(report_id)
        self.words = words[:_MOST_WORDS]

    @rx.event
    @requires(Kind.CLINICIAN)
    async def write_comment(self, report_id: str, comment: str) -> None:
        """Words to the patient."""
        self._about(report_id)
        self.comment = comment[:_MOST_COMMENT]

    @rx.event
    @requires(Kind.CLINICIAN)
    async def choose_release(self, report_id: str, release: bool) -> None:
        """Whether the patient sees the result when it is assessed."""
        self._about(report_id)
        self.release = bool(release)

    @rx.event
    @requires(Kind.CLINICIAN)
    async def choose_to(self, report_id: str, to: str) -> None:
        """To whom it goes: a colleague, or the inbox."""
        self._about(report_id)
        self.to = to if to in {INBOX, *(one.id for one in self.colleagues)} else INBOX

    @rx.event
    @requires(Kind.CLINICIAN)
    async def send(self, report_id: str, way: str) -> AsyncIterator[Any]:
        """Do what is chosen with the result that the form is about."""
        listed = await self.get_state(ResultList)
        if self.sending or way not in WAYS or not report_id or report_id != listed.shown.report:
            return
        self._about(report_id)
        self.sending = True
        yield
        try:
            seen = await self._ways()[way](await listed._client(), listed._version)
        except ServiceProblem as problem:
            self.sending, self.wrong = False, problem.code
            return
        self.reset()  # type: ignore[no-untyped-call]
        yield await listed._after(seen, way)

    def _about(self, report_id: str) -> None:
        """What is written is about this result; for another one begins anew."""
        if report_id != self.report:
            self.reset()  # type: ignore[no-untyped-call]
            self.report = report_id
        self.wrong = ""

    def _ways(self) -> dict[str, Callable[[FollowUpClient, str], Awaitable[Seen]]]:
        return {
            "assess": self._assess,
            "prepare": lambda client, version: client.prepare(self.report, version, self.words),
            "forward": lambda client, _: client.forward(self.report, self._assignee(), None, self.words),
            "task": lambda client, _: self._make_task(client),
        }

    async def _assess(self, client: FollowUpClient, version: str) -> Seen:
        return await client.assess(self.report, version, self.words, self.comment, release=self.release)

    async def _make_task(self, client: FollowUpClient) -> Seen:
        """The same task once more, where the answer was lost, writes nothing twice."""
        self._task, self._task_at = self._task or str(uuid4()), self._task_at or datetime.now(UTC)
        names = {one.id: one.name for one in self.colleagues}
        who = {"assignee": self.to, "assignee_name": names[self.to]} if self.to in names else {}
        return await client.make_task(self.report, self._task, self._task_at, {"text": self.words, **who})

    def _assignee(self) -> str | None:
        return None if self.to == INBOX else self.to


acting: Any = ResultActing
"""The state for views: Reflex turns its attributes into Vars, which types do not tell."""
