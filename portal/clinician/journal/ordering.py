"""Ordering examinations: panels, single ones found by code or words, and what the laboratory is to know."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import reflex as rx

from kit.norway import today_in_norway
from portal.clients.errors import ServiceProblem
from portal.clients.journal import Json, Written
from portal.clients.requisitions import KIND, Offer, Panel, Receiver, RequisitionClient
from portal.clinician.journal.orders import HEADING as LIST
from portal.clinician.journal.orders import Orders
from portal.clinician.journal.state import JournalState
from portal.clinician.journal.transform import open_contacts, service_of
from portal.session.current import current
from portal.session.guard import requires
from portal.session.journal import client_of, journal_client
from portal.session.models import Kind

HEADING = "order-form"
FIELDS = ("laboratory", "microbiology", "pathology", "radiology")
URGENCIES = ("ordinary", "urgent", "acute")
WEEKS = (0, 1, 2, 4, 6, 12, 26, 52)
"""In how many weeks the sample is to be taken; 0: now."""
_DAYS_OPEN = 7
_SUGGESTED, _MOST = 8, 60


@dataclass
class Choice:
    """An examination that can be chosen, or is. `key`: its code, or its words."""

    key: str
    text: str
    code: str = ""
    system: str = ""


@dataclass
class PanelChoice:
    """A panel; `chosen`: it is in the order."""

    id: str
    label: dict[str, str]
    chosen: bool = False


@dataclass
class ReceiverChoice:
    """A laboratory or radiology service that the order can go to."""

    number: str
    name: str


class OrderForm(rx.State):
    """The form. `patient` is whom it was opened for; `_id` makes sending it twice one order."""

    is_open: bool = False
    patient: str = ""
    field: str = "laboratory"
    may_order: bool = False
    panels: list[PanelChoice] = []  # noqa: RUF012 - Reflex copies defaults
    receivers: list[ReceiverChoice] = []  # noqa: RUF012
    chosen: list[Choice] = []  # noqa: RUF012
    found: list[Choice] = []  # noqa: RUF012
    query: str = ""
    search_failed: bool = False
    wrong: str = ""
    _id: str = ""
    _at: datetime | None = None
    _offer: Offer = Offer([], {})
    _taken: list[str] = []  # noqa: RUF012 - the panels that are in the order
    _aside: dict[str, tuple[list[Choice], list[str]]] = {}  # noqa: RUF012 - what is chosen of other fields
    _service: str = ""
    _role: str = ""
    _everybody: list[Receiver] = []  # noqa: RUF012

    @rx.event
    @requires(Kind.CLINICIAN)
    async def open(self) -> Any:
        """The form, with what is often ordered in the reader's service."""
        now, journal = await current(self), await self.get_state(JournalState)
        if now is None or not journal.shown:
            return None
        self.reset()  # type: ignore[no-untyped-call]
        self.is_open, self.patient, self._id = True, journal.shown, str(uuid4())
        self._service = service_of(journal._entries, now.session.unit)
        self._role = now.session.authorised_role or ""
        try:
            client = RequisitionClient((await journal_client(self)).api)
            self._offer, self._everybody = await asyncio.gather(client.offer(), client.receivers())
        except ServiceProblem as problem:
            self.wrong = problem.code
        self._of_field("laboratory")
        return rx.set_focus(HEADING)

    @rx.event
    @requires(Kind.CLINICIAN)
    async def close(self) -> Any:
        """Put the form away."""
        self.reset()  # type: ignore[no-untyped-call]
        return rx.set_focus(LIST)

    @rx.event
    @requires(Kind.CLINICIAN)
    async def choose_field(self, field: str) -> None:
        """Another field: one order goes to one laboratory. What was chosen is there when one comes back."""
        if field in FIELDS and field != self.field:
            self._aside[self.field] = (self.chosen, self._taken)
            self._of_field(field)

    @rx.event
    @requires(Kind.CLINICIAN)
    async def panel(self, panel_id: str) -> None:
        """Take a panel's examinations into the order, or out of it."""
        wanted = next((one for one in self._offer.panels if one.id == panel_id), None)
        if wanted is None:
            return
        if panel_id in self._taken:
            self._taken.remove(panel_id)
            kept = {key for one in self._offer.panels if one.id in self._taken for key in _keys(one)}
            gone = _keys(wanted) - kept
            self.chosen = [one for one in self.chosen if one.key not in gone]
        else:
            self._taken.append(panel_id)
            self._add([_choice(one) for one in wanted.examinations])
        self._mark()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def search(self, query: str) -> None:
        """Examinations by the beginning of a code or of words."""
        self.query, self.found, self.search_failed = query[:200], [], False
        if len(query.strip()) < 2:
            return
        system = "ncrp" if self.field == "radiology" else "nlk"
        try:
            found = await (await journal_client(self)).codes(system, query.strip(), _SUGGESTED)
        except ServiceProblem:
            self.search_failed = True  # an empty list would say that there is no such code
            return
        taken = {one.key for one in self.chosen}
        self.found = [Choice(one.code, one.nb, one.code, system) for one in found if one.code not in taken]

    @rx.event
    @requires(Kind.CLINICIAN)
    async def add(self, key: str) -> Any:
        """Take one that was found; without a key what is written, in words."""
        found = [one for one in self.found if one.key == key]
        words = self.query.strip()
        if not key and words:
            found = [Choice(words.lower(), words)]
        self._add(found)
        self.query, self.found = "", []
        self._mark()
        return rx.set_focus("order-search")

    @rx.event
    @requires(Kind.CLINICIAN)
    async def remove(self, key: str) -> None:
        """Take one out of the order."""
        self.chosen = [one for one in self.chosen if one.key != key]
        kept = [one for one in self._offer.panels if key not in _keys(one)]
        self._taken = [one.id for one in kept if one.id in self._taken]
        self._mark()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def send(self, sent: dict[str, Any]) -> Any:
        """Order, or keep as a draft."""
        if not self.is_open:
            return None
        self.wrong = ""
        if not self.chosen:
            self.wrong = "nothing-chosen"
            return None
        state = "active" if self.may_order and not sent.get("draft") else "draft"
        self._at = self._at or datetime.now(UTC)  # the same once more, where the answer was lost
        journal, now = await self.get_state(JournalState), await current(self)
        within = open_contacts(journal._entries, now.session.unit if now else "", None)
        contact = next((one.key for one in within), "") or None
        written = Written(state, self._at, self._body(sent), contact)
        try:
            client = await client_of(self, self.patient, str(sent.get("patient", "")))
            await client.write(KIND, self._id, written)
        except ServiceProblem as problem:
            self.wrong = problem.code
            if problem.code == "id-used":  # sent before, and changed since: the answer was lost
                await (await self.get_state(Orders))._read()
            return None
        self.reset()  # type: ignore[no-untyped-call]
        shown = await self.get_state(Orders)
        shown.told = "ordered" if state == "active" else "drafted"
        await shown._read()
        return rx.set_focus(LIST)

    def _body(self, sent: dict[str, Any]) -> Json:
        weeks = next((one for one in WEEKS if str(one) == str(sent.get("weeks"))), 0)
        first = today_in_norway() + timedelta(weeks=weeks)
        planned = {"wanted": first, "until": first + timedelta(days=_DAYS_OPEN)} if weeks else {}
        number = str(sent.get("receiver_unit", ""))
        known = number if number in {one.number for one in self.receivers} else ""
        said = {
            "information": str(sent.get("information", "")).strip()[:4000],
            "receiver_unit": known,
            "receiver": "" if known else str(sent.get("receiver", "")).strip()[:200],
            "urgency": _of(URGENCIES, sent.get("urgency")),
        }
        return {
            "field": self.field,
            "examinations": [_examination(one) for one in self.chosen],
            **{name: value for name, value in said.items() if value},
            **{name: day.isoformat() for name, day in planned.items()},
        }

    def _of_field(self, field: str) -> None:
        self.field, self.found, self.query = field, [], ""
        self.chosen, self._taken = self._aside.pop(field, ([], []))
        self.may_order = self._role in self._offer.orders.get(field, [])
        kind = "radiology" if field == "radiology" else "laboratory"
        self.receivers = [ReceiverChoice(one.number, one.name) for one in self._everybody if one.kind == kind]
        self._mark()

    def _add(self, choices: list[Choice]) -> None:
        taken = {one.key for one in self.chosen}
        self.chosen = [*self.chosen, *(one for one in choices if one.key not in taken)][:_MOST]

    def _mark(self) -> None:
        """The panels of the field, of the own service where it has any, with which are taken."""
        fitting = [one for one in self._offer.panels if one.field == self.field and one.examinations]
        own = [one for one in fitting if not self._service or self._service in one.services]
        self.panels = [PanelChoice(one.id, one.label, one.id in self._taken) for one in own or fitting]


def _keys(panel: Panel) -> set[str]:
    return {_choice(one).key for one in panel.examinations}


def _choice(examination: Json) -> Choice:
    coding, words = examination.get("coding"), str(examination["text"])
    if not coding:
        return Choice(words.lower(), words)
    return Choice(str(coding["code"]), words, str(coding["code"]), str(coding["system"]))


def _examination(one: Choice) -> Json:
    if not one.code:
        return {"text": one.text}
    return {"text": one.text, "coding": {"system": one.system, "code": one.code, "display": one.text}}


def _of(known: tuple[str, ...], said: Any) -> str:
    return str(said) if said in known[1:] else ""


ordering: Any = OrderForm
"""The state for views: Reflex turns its attributes into Vars, which types do not tell."""
