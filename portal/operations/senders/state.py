"""Senders: who has gone quiet, and how much each sends."""

from __future__ import annotations

import reflex as rx

from portal.clients.errors import ServiceProblem
from portal.operations.senders.transform import (
    Bar,
    Silence,
    Total,
    Volume,
    bars,
    chosen,
    kinds,
    senders,
    silences,
    today_in_norway,
    totals,
    volumes,
)
from portal.session.guard import requires
from portal.session.models import Kind
from portal.session.operator import operations_client

DAYS = 14


class Senders(rx.State):
    """The page's state: nothing of a person comes here."""

    quiet: list[Silence] = []  # noqa: RUF012 - Reflex copies defaults
    bars: list[Bar] = []  # noqa: RUF012
    totals: list[Total] = []  # noqa: RUF012
    senders: list[str] = []  # noqa: RUF012
    kinds: list[str] = []  # noqa: RUF012
    sender: str = ""
    kind: str = ""
    messages: int = 0
    most: int = 0
    loaded: bool = False
    problem: str = ""
    problem_code: str = ""
    _volumes: list[Volume] = []  # noqa: RUF012

    @rx.event
    @requires(Kind.OPERATOR)
    async def load(self) -> None:
        """Silences, and the volumes of the last days."""
        self.reset()  # type: ignore[no-untyped-call]
        try:
            client = await operations_client(self)
            self.quiet = silences(await client.quiet())
            self._volumes = volumes(await client.volumes(DAYS))
        except ServiceProblem as problem:
            self.problem, self.problem_code = str(problem.problem), problem.code
            return
        self.senders, self.kinds = senders(self._volumes), kinds(self._volumes)
        self.loaded = True
        self._count()

    @rx.event
    @requires(Kind.OPERATOR)
    async def choose_sender(self, sender: str) -> None:
        """Only this sender's messages; empty: all."""
        self.sender = sender
        self._count()

    @rx.event
    @requires(Kind.OPERATOR)
    async def choose_kind(self, kind: str) -> None:
        """Only messages of this kind; empty: all."""
        self.kind = kind
        self._count()

    def _count(self) -> None:
        found = chosen(self._volumes, self.sender, self.kind)
        self.bars = bars(found, DAYS, today_in_norway())
        self.totals = totals(found)
        self.messages = sum(one.messages for one in found)
        self.most = max((one.messages for one in self.bars), default=0)
