"""The patient's orders: how far they are answered, and what one decides about them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import reflex as rx

from portal.clients.errors import Problem, ServiceProblem
from portal.clients.journal import JournalClient, Json, Written
from portal.clients.requisitions import KIND, Ordered, RequisitionClient
from portal.clinician.journal.order_rows import OrderRow, order_rows
from portal.clinician.journal.state import JournalState
from portal.session.current import current
from portal.session.guard import requires
from portal.session.journal import client_of
from portal.session.models import Kind

HEADING, FORM = "journal-orders", "order-act"
ACTS = ("wait", "again", "cancel", "elsewhere", "settle")
WAITS = (2, 7, 14, 28)
"""Days that one may wait longer."""


class Orders(rx.State):
    """What is shown; entries stay on the server. `of`: for whom, by a handle that tells nothing.

    `act` on `key` is the form that is open; `closed`: the reader's role does not see orders.
    """

    of: str = ""
    closed: bool = False
    waiting: list[OrderRow] = []  # noqa: RUF012 - Reflex copies defaults
    answered: list[OrderRow] = []  # noqa: RUF012
    key: str = ""
    act: str = ""
    wrong: str = ""
    problem: str = ""
    told: str = ""
    _found: list[Ordered] = []  # noqa: RUF012
    _new: str = ""

    @rx.event
    @requires(Kind.CLINICIAN)
    async def load(self) -> None:
        """Fetch the orders of the patient that the page shows; a role that does not see them asks nothing."""
        now, journal = await current(self), await self.get_state(JournalState)
        self.key = self.act = self.told = self.wrong = ""
        if now is None or not journal.shown or journal.outside or not now.session.hpr_number:
            self.closed = True
            return
        await self._read()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def choose(self, key: str, act: str) -> Any:
        """The form of one act for an order; once more puts it away."""
        same = (key, act) == (self.key, self.act)
        self.key, self.act, self.wrong, self.told = ("", "", "", "") if same else (key, act, "", "")
        self._new = str(uuid4())
        return None if same or act not in ACTS else rx.set_focus(FORM)

    @rx.event
    @requires(Kind.CLINICIAN)
    async def send(self, sent: dict[str, Any]) -> Any:
        """Do what the open form says."""
        found = self._one(self.key)
        if found is None or self.act not in ACTS:
            return None
        why = str(sent.get("why", "")).strip()[:1000]
        if not why:
            self.wrong = "reason-missing"
            return None
        return await self._do(self.act, str(sent.get("patient", "")), self._acts(found, sent, why)[self.act])

    @rx.event
    @requires(Kind.CLINICIAN)
    async def sampled(self, key: str) -> Any:
        """The sample is taken now."""
        return await self._change(key, "sampled", {"sampled": datetime.now(UTC).isoformat()})

    @rx.event
    @requires(Kind.CLINICIAN)
    async def belongs(self, key: str, report: str, yes: bool) -> Any:
        """A proposed report is the answer, or is not; what counts as an answer is none after all."""
        found, name = self._one(key), "confirmed" if yes else "declined"
        told = next((one for one in found.reports if one.report == report), None) if found else None
        if found is None or told is None or (yes and not told.proposed):
            return None
        body = found.entry.body
        said = {
            one: [each for each in body.get(one, []) if each != report] for one in ("confirmed", "declined")
        }
        said[name].append(report)
        return await self._change(key, name if told.proposed else "reopened", said)

    @rx.event
    @requires(Kind.CLINICIAN)
    async def unsettle(self, key: str, place: str) -> Any:
        """An examination is not answered in another way after all."""
        found = self._one(key)
        if found is None:
            return None
        settled = [one for one in found.entry.body.get("settled", []) if str(one["examination"]) != place]
        return await self._change(key, "reopened", {"settled": settled})

    @rx.event
    @requires(Kind.CLINICIAN)
    async def order(self, key: str) -> Any:
        """Order by a draft."""
        return await self._change(key, "ordered", {}, state="active")

    @rx.event
    @requires(Kind.CLINICIAN)
    async def discard(self, key: str) -> Any:
        """Throw a draft away."""
        return await self._change(key, "discarded", {}, state="cancelled")

    async def _change(self, key: str, done: str, said: Json, state: str = "") -> Any:
        found = self._one(key)
        if found is None:
            return None
        self.key, self.act = key, ""
        return await self._do(done, self.of, lambda client: _write(client, found, said, state, None))

    async def _do(self, done: str, patient: str, write: Callable[[JournalClient], Awaitable[object]]) -> Any:
        self.wrong = self.told = ""
        try:
            await write(await client_of(self, self.of, patient))
        except ServiceProblem as problem:
            self.wrong = problem.code
            if problem.code == "changed-meanwhile":
                await self._read()
            return None
        self.key = self.act = ""
        self.told = done
        await self._read()
        return rx.set_focus(HEADING)

    def _acts(
        self, found: Ordered, sent: Json, why: str
    ) -> dict[str, Callable[[JournalClient], Awaitable[object]]]:
        days = next((one for one in WAITS if str(one) == str(sent.get("days"))), WAITS[1])
        later = (datetime.now(UTC) + timedelta(days=days)).isoformat()
        place = str(sent.get("examination", ""))
        settled = found.entry.body.get("settled", [])
        if place.isdecimal():
            settled = [*settled, {"examination": int(place), "words": why}]
        return {
            "wait": lambda client: _write(client, found, {"expected": later}, "", why),
            "settle": lambda client: _write(client, found, {"settled": settled}, "", None),
            "again": lambda client: RequisitionClient(client.api).again(
                found.entry, self._new, datetime.now(UTC).replace(microsecond=0), why
            ),
            "cancel": lambda client: _write(client, found, {}, "cancelled", why),
            "elsewhere": lambda client: _write(client, found, {}, "elsewhere", why),
        }

    async def _read(self) -> None:
        journal = await self.get_state(JournalState)
        try:
            found = await RequisitionClient((await client_of(self, journal.shown)).api).listed()
        except ServiceProblem as problem:
            self.problem = problem.code if problem.problem is not Problem.SIGNED_OUT else ""
            return
        self.of, self.closed, self.problem, self._found = journal.shown, False, "", found
        self.waiting, self.answered = order_rows(found, datetime.now(UTC))

    def _one(self, key: str) -> Ordered | None:
        return next((one for one in self._found if one.entry.id == key), None)


async def _write(client: JournalClient, found: Ordered, said: Json, state: str, why: str | None) -> object:
    entry = found.entry
    at = datetime.now(UTC) if (entry.state, state) == ("draft", "active") else entry.at
    written = Written(state or entry.state, at, {**entry.body, **said}, entry.contact, why)
    return await client.write(KIND, entry.id, written, entry.version)


orders: Any = Orders
"""The state for views: Reflex turns its attributes into Vars, which types do not tell."""
