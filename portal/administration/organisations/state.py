"""The tree of organisations and places of treatment: one's own, or the whole register."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import reflex as rx

from portal.administration.shared import shown_day
from portal.clients.errors import ServiceProblem
from portal.session.administrator import administration_client
from portal.session.guard import requires
from portal.session.models import Kind

PAGE = 50


@dataclass
class Place:
    """One line of the tree; `indent` is CSS."""

    org_number: str
    name: str
    kind: str
    her_id: str
    level: int
    indent: str
    own: bool
    ended: str


def place(one: dict[str, Any]) -> Place:
    """A line from the service's answer."""
    depth = int(one["depth"])
    return Place(
        org_number=str(one["org_number"]),
        name=str(one["name"]),
        kind=str(one["kind"]),
        her_id=str(one.get("her_id") or ""),
        level=depth + 1,
        indent=f"{depth * 1.5:g}rem",
        own=bool(one["own"]),
        ended=shown_day(one.get("valid_to")),
    )


class Organisations(rx.State):
    """The page's state: nothing of a person comes here."""

    words: str = ""
    which: str = "own"
    found: list[Place] = []  # noqa: RUF012 - Reflex copies defaults
    total: int = 0
    skip: int = 0
    loaded: bool = False
    problem: str = ""
    problem_code: str = ""

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def load(self) -> None:
        """The tree from its top."""
        self.reset()  # type: ignore[no-untyped-call]
        await self._fetch()

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def search(self, words: str) -> None:
        """Those whose name, number or HER-id holds every word."""
        self.words, self.skip = words[:100], 0
        await self._fetch()

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def choose(self, which: str) -> None:
        """One's own, or all."""
        self.which, self.skip = which, 0
        await self._fetch()

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def turn(self, pages: int) -> None:
        """Forth or back."""
        self.skip = max(0, self.skip + (PAGE if pages > 0 else -PAGE))
        await self._fetch()

    async def _fetch(self) -> None:
        search = {"words": self.words, "own": self.which != "all", "skip": self.skip, "count": PAGE}
        try:
            answer = await (await administration_client(self)).organisations(search)
        except ServiceProblem as problem:
            self.problem, self.problem_code = str(problem.problem), problem.code
            return
        self.found = [place(one) for one in answer.get("items", [])]
        self.total, self.loaded, self.problem = int(answer.get("total", 0)), True, ""
