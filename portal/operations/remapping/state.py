"""Ordering stored messages to be mapped anew: first what it would touch, then the order."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clients.errors import ServiceProblem
from portal.operations.remapping.transform import FormFault, Order, Sender, orders, senders, which
from portal.session.guard import requires
from portal.session.models import Kind
from portal.session.operator import operations_client

REASONS = ("mapping-mended", "codes-loaded")


class Remapping(rx.State):
    """The page's state: nothing of a person comes here."""

    senders: list[Sender] = []  # noqa: RUF012 - Reflex copies defaults
    orders: list[Order] = []  # noqa: RUF012
    asked: bool = False
    messages: int = 0
    originals: int = 0
    fault: str = ""
    ordered: bool = False
    loaded: bool = False
    problem: str = ""
    problem_code: str = ""
    _which: dict[str, Any] = {}  # noqa: RUF012

    @rx.event
    @requires(Kind.OPERATOR)
    async def load(self) -> None:
        """Who sends, and the orders there are."""
        self.reset()  # type: ignore[no-untyped-call]
        await self._fetch()

    @rx.event
    @requires(Kind.OPERATOR)
    async def refresh(self) -> None:
        """How far the orders are now."""
        await self._fetch()

    @rx.event
    @requires(Kind.OPERATOR)
    async def ask(self, form: dict[str, Any]) -> None:
        """What an order of these messages would touch."""
        self.asked = self.ordered = False
        self.fault = self.problem = ""
        try:
            self._which = which(form)
            found = await (await operations_client(self)).remap_reach(self._which)
        except FormFault as fault:
            self.fault = fault.code
            return
        except ServiceProblem as problem:
            self._tell(problem)
            return
        self.messages, self.originals, self.asked = int(found["messages"]), int(found["originals"]), True

    @rx.event
    @requires(Kind.OPERATOR)
    async def order(self, form: dict[str, Any]) -> None:
        """Order what was asked about; the same order while it runs is the same one."""
        reason = str(form.get("reason") or "")
        if not self.asked or reason not in REASONS:
            self.fault = "reason-missing"
            return
        try:
            found = await (await operations_client(self)).remap(self._which, reason)
        except ServiceProblem as problem:
            self._tell(problem)
            return
        self.orders, self.asked, self.ordered, self.fault = orders(found, self.senders), False, True, ""

    async def _fetch(self) -> None:
        try:
            client = await operations_client(self)
            self.senders = senders(await client.quiet())
            self.orders = orders(await client.remap_orders(), self.senders)
        except ServiceProblem as problem:
            self._tell(problem)
            return
        self.loaded, self.problem = True, ""

    def _tell(self, problem: ServiceProblem) -> None:
        self.problem, self.problem_code = str(problem.problem), problem.code
