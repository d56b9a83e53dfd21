"""A note that was written in the wrong journal is moved to the right one, with a trace in both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import reflex as rx

from kit.ids import InvalidNationalId, parse_national_id
from portal.clients.errors import ServiceProblem
from portal.clients.moving import Trace, move, traces
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


class Mover(rx.State):
    """The form for one note, and the traces. The other person's number is never kept here."""

    note: str = ""
    patient: str = ""
    fault: str = ""
    done: bool = False
    asked: bool = False
    found: list[Moved] = []  # noqa: RUF012 - Reflex copies defaults
    _move: str = ""

    @rx.event
    @requires(Kind.CLINICIAN)
    async def begin(self, note_id: str) -> Any:
        """The form, under the note; the number of the move is its own from here on."""
        journal = await self.get_state(JournalState)
        if journal._entry(note_id) is None:
            return None
        self.reset()  # type: ignore[no-untyped-call]
        self.note, self.patient, self._move = note_id, journal.shown, str(uuid4())
        return rx.set_focus("move-to")

    @rx.event
    @requires(Kind.CLINICIAN)
    async def leave(self) -> Any:
        """Put the form away; nothing was moved."""
        self.reset()  # type: ignore[no-untyped-call]
        return rx.set_focus("journal-heading")

    @rx.event
    @requires(Kind.CLINICIAN)
    async def send(self, form: dict[str, Any]) -> Any:
        """Move the note. What is refused leaves it where it is."""
        journal = await self.get_state(JournalState)
        entry = journal._entry(self.note)
        if not self.note:
            return None
        to, why = "".join(str(form.get("to") or "").split()), str(form.get("why") or "").strip()
        reason = str(form.get("reason") or "")
        self.fault = _fault(to, why)
        if not self.fault and (entry is None or reason not in ("", *REASONS)):
            self.fault = "changed-meanwhile" if entry is None else "relation-missing"
        if self.fault or entry is None:
            return None
        try:
            client = await client_of(self, journal.shown, self.patient)
            await move(client, (entry.kind, entry.id, entry.version), self._move, to, why, reason)
        except ServiceProblem as problem:
            self.fault = problem.code
            return None
        self.reset()  # type: ignore[no-untyped-call]
        self.done = True
        await journal._read()
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


def _fault(to: str, why: str) -> str:
    try:
        parse_national_id(to)
    except InvalidNationalId:
        return "number-invalid"
    return "" if why else "why-missing"


def _shown(one: Trace) -> Moved:
    return Moved(
        one.direction, one.kind, moment_text(one.written), moment_text(one.at), one.name, one.why or ""
    )
