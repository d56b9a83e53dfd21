"""GP lists with substitutes: who stands in, a new substitute, another last day."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from portal.administration.shared import FIELD_OF, WHOLE, FormFault, day_of, needed, shown_day
from portal.clients.administration import AdministrationClient
from portal.clients.errors import ServiceProblem
from portal.session.administrator import administration_client
from portal.session.guard import requires
from portal.session.models import Kind

Json = dict[str, Any]


@dataclass
class Substitute:
    """Who stands in; days as shown and as sent (ISO)."""

    hpr_number: str = ""
    name: str = ""
    since: str = ""
    until: str = ""
    valid_from: str = ""
    valid_to: str = ""


@dataclass
class GpList:
    """A GP's list at an office; `patients` is how many are on it today."""

    org_number: str = ""
    office: str = ""
    hpr_number: str = ""
    name: str = ""
    patients: int = 0
    substitutes: list[Substitute] = field(default_factory=list)


def gp_list(one: Json) -> GpList:
    """A list from the service's answer."""
    return GpList(
        org_number=str(one["org_number"]),
        office=str(one["office"]),
        hpr_number=str(one["hpr_number"]),
        name=str(one["name"]),
        patients=int(one["patients"]),
        substitutes=[_substitute(each) for each in one.get("substitutes", [])],
    )


def _substitute(one: Json) -> Substitute:
    return Substitute(
        hpr_number=str(one["hpr_number"]),
        name=str(one["name"]),
        since=shown_day(one["valid_from"]),
        until=shown_day(one.get("valid_to")),
        valid_from=str(one["valid_from"]),
        valid_to=str(one.get("valid_to") or ""),
    )


class GpLists(rx.State):
    """The page's state: how many are on a list, never who."""

    words: str = ""
    found: list[GpList] = []  # noqa: RUF012 - Reflex copies defaults
    chosen: GpList = GpList()
    changing: Substitute = Substitute()
    loaded: bool = False
    busy: bool = False
    done: str = ""
    fault: str = ""
    fault_field: str = ""
    problem: str = ""
    problem_code: str = ""

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def load(self) -> None:
        """Every list one answers for."""
        self.reset()  # type: ignore[no-untyped-call]
        await self._fetch()

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def search(self, words: str) -> None:
        """Those whose office or name holds every word."""
        self.words = words[:100]
        await self._fetch()

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def choose(self, org_number: str, hpr_number: str) -> Any:
        """Begin to appoint a substitute for one GP."""
        self._begin(busy=False)
        self.changing = Substitute()
        key = (org_number, hpr_number)
        found = [one for one in self.found if (one.org_number, one.hpr_number) == key]
        self.chosen = found[0] if found else GpList()
        return rx.set_focus("substitute-heading")

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def change(self, org_number: str, gp: str, substitute: str, valid_from: str) -> Any:
        """Begin to change a substitute's last day."""
        self._begin(busy=False)
        for one in self.found:
            if (one.org_number, one.hpr_number) == (org_number, gp):
                key = (substitute, valid_from)
                match = [s for s in one.substitutes if (s.hpr_number, s.valid_from) == key]
                self.chosen, self.changing = one, match[0] if match else Substitute()
        return rx.set_focus("substitute-heading")

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def leave(self) -> Any:
        """Back to the lists."""
        self._begin(busy=False)
        self.chosen, self.changing = GpList(), Substitute()
        return rx.set_focus("lists-heading")

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def appoint(self, form: Json) -> AsyncIterator[Any]:
        """Appoint the substitute."""

        async def ask(client: AdministrationClient) -> str:
            needed(form, "substitute_hpr", "valid_from", "valid_to", "reason")
            hpr_number = "".join(str(form["substitute_hpr"]).split())
            if not (hpr_number.isascii() and hpr_number.isdigit() and 4 <= len(hpr_number) <= 9):
                raise FormFault("substitute_hpr", "hpr-invalid")
            days = {name: day_of(form, name) for name in ("valid_from", "valid_to")}
            entry = self._key() | days | {"substitute_hpr": hpr_number, "reason": str(form["reason"])}
            return "appointed" if (await client.appoint(entry))["changed"] else "unchanged"

        self._begin()
        yield
        await self._try(ask)
        if self.done:
            yield rx.set_focus("lists-heading")

    @rx.event
    @requires(Kind.ADMINISTRATOR)
    async def end(self, form: Json) -> AsyncIterator[Any]:
        """Give the substitution another last day."""

        async def ask(client: AdministrationClient) -> str:
            needed(form, "valid_to", "reason")
            one = self.changing
            entry = self._key() | {
                "substitute_hpr": one.hpr_number,
                "valid_from": one.valid_from,
                "was": one.valid_to or None,
                "valid_to": day_of(form, "valid_to"),
                "reason": str(form["reason"]),
            }
            return "substitute_ended" if (await client.end_appointment(entry))["changed"] else "unchanged"

        self._begin()
        yield
        await self._try(ask)
        if self.done:
            yield rx.set_focus("lists-heading")

    def _key(self) -> Json:
        return {"hpr_number": self.chosen.hpr_number, "org_number": self.chosen.org_number}

    def _begin(self, *, busy: bool = True) -> None:
        self.busy, self.done, self.fault, self.fault_field, self.problem = busy, "", "", "", ""

    async def _try(self, ask: Callable[[AdministrationClient], Awaitable[str]]) -> None:
        """Do it: what cannot be saved is told at its field, and the form keeps what was written."""
        try:
            self.done = await ask(await administration_client(self))
        except FormFault as fault:
            self.fault, self.fault_field = fault.code, fault.field
        except ServiceProblem as problem:
            self._tell(problem)
        self.busy = False
        if self.done:
            self.chosen, self.changing = GpList(), Substitute()
            await self._fetch()

    async def _fetch(self) -> None:
        try:
            answer = await (await administration_client(self)).gp_lists(self.words)
        except ServiceProblem as problem:
            self._tell(problem)
            return
        self.found = [gp_list(one) for one in answer.get("items", [])]
        self.loaded, self.problem = True, ""

    def _tell(self, problem: ServiceProblem) -> None:
        if problem.code in FIELD_OF or problem.code in WHOLE:
            self.fault, self.fault_field = problem.code, FIELD_OF.get(problem.code, "")
            return
        self.problem, self.problem_code = str(problem.problem), problem.code
