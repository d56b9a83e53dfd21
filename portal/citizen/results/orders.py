"""What is ordered for the reader, and whether it is answered; the answers come when released."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from portal.clients.errors import Problem, ServiceProblem
from portal.clients.requisitions import OwnOrdered, RequisitionClient
from portal.frame.acting import shown_handle
from portal.session.guard import requires
from portal.session.journal import citizen_journal
from portal.session.models import Kind
from portal.ui.dates import day_text

DONE_SHOWN = 10
"""So many of the newest are told of, of those that are answered and of those that ended otherwise."""


@dataclass
class OrderLine:
    """An order. `waiting`, `answered`, `closed`, `not_done`: names of its examinations by how they stand;
    `sampled`: the day, where it is noted."""

    key: str
    when: str
    by: str
    sampled: str
    waiting: str
    answered: str
    closed: str
    not_done: str


class OwnOrders(rx.State):
    """The part of the page. `of`: whom they were fetched for, by handle. `failed`: they could not be fetched;
    not so where the reader may not see them."""

    of: str = ""
    waiting: list[OrderLine] = []  # noqa: RUF012 - Reflex copies defaults
    answered: list[OrderLine] = []  # noqa: RUF012
    ended: list[OrderLine] = []  # noqa: RUF012 - without an answer
    failed: bool = False

    @rx.event
    @requires(Kind.CITIZEN)
    async def load(self) -> None:
        """The orders of whom this tab shows."""
        self.reset()  # type: ignore[no-untyped-call]
        self.of = await shown_handle(self)
        try:
            found = await RequisitionClient((await citizen_journal(self)).api).own()
        except ServiceProblem as problem:
            # a fullmakt for results alone, a child's own, a reservation: the page says so where it matters
            self.failed = problem.problem is not Problem.REFUSED
            return
        lines = by_standing(found)
        self.waiting, self.answered, self.ended = lines["waiting"], lines["answered"], lines["ended"]


def by_standing(found: Sequence[OwnOrdered]) -> dict[str, list[OrderLine]]:
    """What is waited for (all of it), and the newest of what is answered and of what ended without answer."""
    done = {name: [one for one in found if one.state == name] for name in ("answered", "ended")}
    waiting = [one for one in found if one.state not in done]
    return {"waiting": order_lines(waiting)} | {
        name: order_lines(orders[:DONE_SHOWN]) for name, orders in done.items()
    }


def order_lines(found: Sequence[OwnOrdered]) -> list[OrderLine]:
    """Orders as lines, in their order."""
    return [
        OrderLine(
            key=one.id,
            when=day_text(one.at),
            by=one.by,
            sampled=day_text(one.sampled) if one.sampled else "",
            waiting=_names(one, "ordered"),
            answered=_names(one, "answered"),
            closed=_names(one, "closed"),
            not_done=_names(one, "not-done"),
        )
        for one in found
    ]


def _names(order: OwnOrdered, state: str) -> str:
    return ", ".join(one.text for one in order.examinations if one.state == state)


own_orders: Any = OwnOrders
"""The state for views: Reflex turns its attributes into Vars, which types do not tell."""
