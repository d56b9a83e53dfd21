"""Who works at one's own organisation: found, registered, linked to a place of work, a link ended."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import reflex as rx

from portal.administration.history import Change, changes
from portal.administration.personnel.transform import Link, Place, Worker, places, worker, workers
from portal.administration.shared import FIELD_OF, WHOLE, FormFault, day_of, needed, today
from portal.clients.administration import AdministrationClient
from portal.clients.errors import ServiceProblem
from portal.session.administrator import administration_client
from portal.session.guard import requires
from portal.session.models import Kind

PAGE = 25
Json = dict[str, Any]


class Personnel(rx.State):
    """The page's state: names and places of work. A national number passes through, it never stays here."""

    words: str = ""
    place: str = ""
    past: bool = False
    workers: list[Worker] = []  # noqa: RUF012 - Reflex copies defaults
    places: list[Place] = []  # noqa: RUF012
    total: int = 0
    skip: int = 0
    loaded: bool = False

    mode: str = "list"
    worker: Worker = Worker()
    changing: Link = Link()
    history: list[Change] = []  # noqa: RUF012
    nobody: bool = False

    busy: bool = False
    done: str = ""
    fault: str = ""
    fault_field: str = ""
    problem: str = ""
    problem_code: str = ""

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def load(self) -> None:
        """The list from its beginning, and the places to choose among."""
        self.reset()  # type: ignore[no-untyped-call]
        try:
            client = await administration_client(self)
            self.places = places(await client.organisations({"count": 500}))
        except ServiceProblem as problem:
            self._tell(problem)
            return
        await self._fetch()

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def search(self, words: str) -> None:
        """Those whose name holds every word."""
        self.words, self.skip = words[:100], 0
        await self._fetch()

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def choose_place(self, place: str) -> None:
        """Those of one place; empty: all."""
        self.place, self.skip = place, 0
        await self._fetch()

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def show_past(self, past: bool) -> None:
        """Those who worked there earlier too."""
        self.past, self.skip = bool(past), 0
        await self._fetch()

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def turn(self, pages: int) -> None:
        """Forth or back."""
        self.skip = max(0, self.skip + (PAGE if pages > 0 else -PAGE))
        await self._fetch()

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def go(self, mode: str) -> Any:
        """To the list, to the form for new personnel, or to finding by number."""
        self._clear()
        self.mode, self.worker, self.history = mode, Worker(), []
        if mode == "list":
            await self._fetch()
        return rx.set_focus("personnel-heading")

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def choose(self, personnel_id: str) -> Any:
        """Show one of the list."""
        self._clear()
        found = [one for one in self.workers if one.id == personnel_id]
        if not found:
            return None
        await self._show(found[0])
        return rx.set_focus("personnel-heading")

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def find(self, form: Json) -> AsyncIterator[Any]:
        """The personnel behind a number; the look-up is logged."""

        async def ask(client: AdministrationClient) -> str:
            needed(form, "number")
            answer = await client.by_number(_digits(form))
            self.nobody = answer.get("personnel") is None
            if not self.nobody:
                await self._show(worker(answer["personnel"], today()))
            return ""

        self._begin()
        yield
        await self._try(ask)
        if self.mode == "worker":
            yield rx.set_focus("personnel-heading")

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def register(self, form: Json) -> AsyncIterator[Any]:
        """Register personnel and link them to a place of work."""

        async def ask(client: AdministrationClient) -> str:
            needed(form, "number", "given_name", "family_name", "org_number", "role", "valid_from", "reason")
            entry = _link(form) | {name: str(form[name]) for name in ("given_name", "family_name")}
            answer = await client.register(_digits(form), entry)
            await self._show(worker(answer["personnel"], today()))
            return "registered" if answer["created"] else "linked" if answer["linked"] else "unchanged"

        self._begin()
        yield
        await self._try(ask)
        if self.mode == "worker":
            yield rx.set_focus("personnel-heading")

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def link(self, form: Json) -> AsyncIterator[Any]:
        """Add a place of work."""

        async def ask(client: AdministrationClient) -> str:
            needed(form, "org_number", "role", "valid_from", "reason")
            answer = await client.link(_link(form) | {"personnel_id": self.worker.id})
            await self._show(worker(answer["personnel"], today()))
            return "linked" if answer["changed"] else "unchanged"

        self._begin()
        yield
        await self._try(ask)

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def change(self, org_number: str, role: str, valid_from: str) -> Any:
        """Begin to change the last day of a link."""
        self._clear()
        key = (org_number, role, valid_from)
        found = [one for one in self.worker.links if (one.org_number, one.role, one.valid_from) == key]
        self.changing = found[0] if found else Link()
        return rx.set_focus("change-heading")

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def choose_again(self) -> Any:
        """Leave the last day as it is."""
        self._clear()
        return rx.set_focus("personnel-heading")

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def end(self, form: Json) -> AsyncIterator[Any]:
        """Give the link another last day, or none."""

        async def ask(client: AdministrationClient) -> str:
            needed(form, "reason")
            one = self.changing
            answer = await client.end_link(
                {
                    "personnel_id": self.worker.id,
                    "org_number": one.org_number,
                    "role": one.role,
                    "valid_from": one.valid_from,
                    "was": one.valid_to or None,
                    "valid_to": day_of(form, "valid_to"),
                    "reason": str(form["reason"]),
                }
            )
            await self._show(worker(answer["personnel"], today()))
            return "ended" if answer["changed"] else "unchanged"

        self._begin()
        yield
        await self._try(ask)
        if self.done:
            yield rx.set_focus("personnel-heading")

    def _begin(self) -> None:
        self.busy, self.done, self.fault, self.fault_field = True, "", "", ""
        self.nobody, self.problem = False, ""

    async def _try(self, ask: Callable[[AdministrationClient], Awaitable[str]]) -> None:
        """Do it: what cannot be saved is told at its field, and the form keeps what was written."""
        try:
            self.done = await ask(await administration_client(self))
        except FormFault as fault:
            self.fault, self.fault_field = fault.code, fault.field
        except ServiceProblem as problem:
            self._tell(problem)
        self.busy = False

    async def _show(self, one: Worker) -> None:
        client = await administration_client(self)
        self.history = changes(await client.changes({"personnel_id": one.id, "count": 100}))
        self.worker, self.mode, self.changing = one, "worker", Link()

    async def _fetch(self) -> None:
        search: Json = {"words": self.words, "past": self.past, "skip": self.skip, "count": PAGE}
        try:
            client = await administration_client(self)
            answer = await client.personnel(search | ({"place": self.place} if self.place else {}))
        except ServiceProblem as problem:
            self._tell(problem)
            return
        self.workers = workers(answer, today())
        self.total, self.loaded, self.problem = int(answer.get("total", 0)), True, ""

    def _clear(self) -> None:
        self.done, self.fault, self.fault_field, self.problem = "", "", "", ""
        self.busy, self.nobody, self.changing = False, False, Link()

    def _tell(self, problem: ServiceProblem) -> None:
        if problem.code in FIELD_OF or problem.code in WHOLE:
            self.fault, self.fault_field = problem.code, FIELD_OF.get(problem.code, "")
            return
        self.problem, self.problem_code = str(problem.problem), problem.code


def _digits(form: Json) -> str:
    return "".join(str(form.get("number") or "").split())


def _link(form: Json) -> Json:
    return {
        "org_number": str(form["org_number"]),
        "role": str(form["role"]),
        "valid_from": day_of(form, "valid_from"),
        "valid_to": day_of(form, "valid_to"),
        "reason": str(form["reason"]),
    }
