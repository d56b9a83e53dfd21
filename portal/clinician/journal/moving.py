"""What was written in the wrong journal is moved to the right one, with a trace in both.

One is told beforehand what goes along. Only what is on the page is moved: an entry, or a value over time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import reflex as rx

from kit.ids import InvalidNationalId, parse_national_id
from portal.clients.errors import ServiceProblem
from portal.clients.journal import Entry
from portal.clients.moving import MOVABLE, Trace, along, move, traces
from portal.clinician.journal.editing import ListEditor
from portal.clinician.journal.lists import name_of
from portal.clinician.journal.over_time import OverTime
from portal.clinician.journal.state import JournalState
from portal.session.guard import requires
from portal.session.journal import client_of
from portal.session.models import Kind
from portal.ui.dates import moment_text

REASONS = ("treatment", "emergency", "referral", "home-care", "health-centre", "advice")


@dataclass
class Moved:
    """A trace as it is shown. `direction` is away or here."""

    direction: str
    kind: str
    written: str
    at: str
    by: str
    why: str


@dataclass
class Going:
    """So many of a kind that go along."""

    kind: str
    number: int


class Mover(rx.State):
    """The form for one entry, and the traces. The other person's number is never kept here.

    `name`: what it is, in its own words. `at`: the contact or note under which the form stands; "" above
    everything. `contact`: the contact that a note is of, which can be moved instead. `refused`: it cannot be
    moved from here, and why.
    """

    entry: str = ""
    kind: str = ""
    name: str = ""
    at: str = ""
    contact: str = ""
    along: list[Going] = []  # noqa: RUF012 - Reflex copies defaults
    refused: str = ""
    patient: str = ""
    fault: str = ""
    done: bool = False
    asked: bool = False
    found: list[Moved] = []  # noqa: RUF012
    _version: int = -1
    _move: str = ""

    @rx.event
    @requires(Kind.CLINICIAN)
    async def begin(self, key: str) -> Any:
        """The form for an entry on the page; of a value that a note says, for the note."""
        journal = await self.get_state(JournalState)
        found = journal._entry(key) or (await self.get_state(OverTime))._value(key)
        if found is None or found.kind not in MOVABLE:
            return None
        (await self.get_state(ListEditor)).reset()  # type: ignore[no-untyped-call]
        at = key if any(event.key == key for event in journal.events) else ""
        kind, entry_id, contact = _meant(found)
        known = journal._entry(contact)
        return await self._open((kind, entry_id), name_of(found), at, known.id if known else "")

    @rx.event
    @requires(Kind.CLINICIAN)
    async def whole(self) -> Any:
        """The contact that the note is of, instead, with all that was written in it."""
        known = (await self.get_state(JournalState))._entry(self.contact)
        if known is None:
            return None
        return await self._open(("Encounter", known.id), name_of(known), self.at, "")

    @rx.event
    @requires(Kind.CLINICIAN)
    async def leave(self) -> Any:
        """Put the form away; nothing was moved."""
        self.reset()  # type: ignore[no-untyped-call]
        return rx.set_focus("journal-heading")

    @rx.event
    @requires(Kind.CLINICIAN)
    async def send(self, form: dict[str, Any]) -> Any:
        """Move it. What is refused leaves it where it is."""
        if not self.entry or self.refused:
            return None
        journal = await self.get_state(JournalState)
        to, why = "".join(str(form.get("to") or "").split()), str(form.get("why") or "").strip()
        reason = str(form.get("reason") or "")
        self.fault = _fault(to, why, reason)
        if self.fault:
            return None
        try:
            client = await client_of(self, journal.shown, self.patient)
            await move(client, (self.kind, self.entry, self._version), self._move, to, why, reason)
        except ServiceProblem as problem:
            self.fault = problem.code
            return None
        self.reset()  # type: ignore[no-untyped-call]
        self.done = True
        await journal._read()
        over_time = await self.get_state(OverTime)
        if over_time.of:
            await over_time._fetch(journal)
        return rx.set_focus("journal-heading")

    @rx.event
    @requires(Kind.CLINICIAN)
    async def show(self) -> None:
        """What was moved from here and to here."""
        journal = await self.get_state(JournalState)
        self.patient, self.fault = journal.shown, ""
        try:
            found = await traces(await client_of(self, journal.shown))
        except ServiceProblem as problem:
            self.fault = problem.code
            return
        self.found, self.asked = [_shown(one) for one in found], True

    async def _open(self, what: tuple[str, str], name: str, at: str, contact: str) -> Any:
        """The number of the move is its own from here on."""
        journal = await self.get_state(JournalState)
        self.reset()  # type: ignore[no-untyped-call]
        (self.kind, self.entry), self.name = what, name
        self.at, self.contact, self.patient, self._move = at, contact, journal.shown, str(uuid4())
        try:
            told = await along(await client_of(self, journal.shown), *what)
        except ServiceProblem as problem:
            self.refused = problem.code
            return rx.set_focus("move-heading")
        self._version = told.version
        self.along = [Going(kind, number) for kind, number in told.along.items()]
        return rx.set_focus("move-heading")


def _meant(found: Entry) -> tuple[str, str, str]:
    """Kind and id of what is moved for this entry, and the contact that it is of ("" for none)."""
    note = found.body.get("note")
    if found.kind == "Observation" and note:
        return "Composition", str(note), found.contact or ""
    contact = found.contact if found.kind == "Composition" else None
    return found.kind, found.id, contact or ""


def _fault(to: str, why: str, reason: str) -> str:
    try:
        parse_national_id(to)
    except InvalidNationalId:
        return "number-invalid"
    if reason not in ("", *REASONS):
        return "relation-missing"
    return "" if why else "why-missing"


def _shown(one: Trace) -> Moved:
    return Moved(
        one.direction, one.kind, moment_text(one.written), moment_text(one.at), one.name, one.why or ""
    )
