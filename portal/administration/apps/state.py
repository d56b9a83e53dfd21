"""The apps of one's own organisation: the list, one opened, and what is decided about it."""

from __future__ import annotations

from typing import Any

import msgspec
import reflex as rx

from portal.administration.apps.transform import NOTHING, AppRow, Step, rows, steps
from portal.clients.errors import ServiceProblem
from portal.session.administrator import administration_client
from portal.session.guard import requires
from portal.session.models import Kind

_TOLD = frozenset({"changed-meanwhile", "app-state", "app-expired", "app-unknown"})
"""Refusals that the page explains beside the form; any other is a problem of the page."""
_OF_APPLICATION = frozenset(
    {"body-invalid", "grant-unknown", "grant-twice", "launch-url-invalid", "launch-without-patient"}
    | {"period-unlikely", "org-number-invalid", "organisation-unknown", "organisation-not-yours"}
    | {"role-unknown", "body-too-large"}
)


class AppsKept(rx.State):
    """The page's state: nothing of a person comes here."""

    found: list[AppRow] = []  # noqa: RUF012 - Reflex copies defaults
    opened: AppRow = NOTHING
    steps: list[Step] = []  # noqa: RUF012
    entering: bool = False
    loaded: bool = False
    done: str = ""
    fault: str = ""
    fault_field: str = ""
    problem: str = ""
    problem_code: str = ""

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def load(self) -> None:
        """All of them, those that wait first."""
        self.reset()  # type: ignore[no-untyped-call]
        await self._fetch()

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def open(self, key: str) -> None:
        """What one app is and may, and what can be decided about it."""
        self.done = self.fault = self.fault_field = ""
        self.opened = next((row for row in self.found if row.key == key), NOTHING)
        one, self.steps = self.opened, []
        if not one.key:
            return
        try:
            client = await administration_client(self)
            self.steps = steps(await client.app_history(one.client_id, one.org_number))
        except ServiceProblem as problem:
            self.problem, self.problem_code = str(problem.problem), problem.code

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def close(self) -> None:
        """Back to the list."""
        self.opened, self.fault, self.fault_field = NOTHING, "", ""

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def enter(self, wanted: bool) -> None:
        """Show the form for an application, or put it away."""
        self.entering, self.done, self.fault, self.fault_field = wanted, "", "", ""

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def propose(self, form: dict[str, Any]) -> None:
        """Enter what a vendor applies for, as it was sent. It waits in the list then."""
        self.fault_field, self.done = "application", ""
        try:
            entry = msgspec.json.decode(str(form.get("application") or ""), type=dict[str, Any])
        except msgspec.MsgspecError:
            self.fault = "application-not-json"
            return
        try:
            answer = await (await administration_client(self)).propose_app(entry)
        except ServiceProblem as problem:
            if problem.code in _OF_APPLICATION:
                self.fault = problem.code
            else:
                self.problem, self.problem_code = str(problem.problem), problem.code
            return
        self.fault = self.fault_field = ""
        self.entering, self.done = False, "proposed" if answer.get("changed") else "unchanged"
        await self._fetch()

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def decide(self, form: dict[str, Any]) -> None:
        """Approve, suspend or withdraw the open app."""
        state, reason = str(form.get("state") or ""), str(form.get("reason") or "")
        self.fault_field = "" if state and reason else ("reason" if state else "state")
        self.fault = "field-missing" if self.fault_field else ""
        if self.fault:
            return
        one = self.opened
        entry = {
            "client_id": one.client_id,
            "org_number": one.org_number,
            "was": one.state,
            "state": state,
            "reason": reason,
            "seen": one.seen,
        }
        try:
            await (await administration_client(self)).decide_app(entry)
        except ServiceProblem as problem:
            if problem.code in _TOLD:
                self.fault = problem.code
                await self._fetch()  # who goes back sees it as it is now
            else:
                self.problem, self.problem_code = str(problem.problem), problem.code
            return
        self.opened, self.done = NOTHING, state
        await self._fetch()

    async def _fetch(self) -> None:
        try:
            answer = await (await administration_client(self)).apps()
        except ServiceProblem as problem:
            self.problem, self.problem_code = str(problem.problem), problem.code
            return
        self.found, self.loaded, self.problem = rows(answer), True, ""
