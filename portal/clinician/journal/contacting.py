"""Contacts: begin one, and say that it is finished."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import reflex as rx

from portal.clients.errors import ServiceProblem
from portal.clients.journal import Written
from portal.clinician.journal.state import JournalState
from portal.clinician.journal.transform import service_of
from portal.session.current import current
from portal.session.guard import requires
from portal.session.journal import client_of
from portal.session.models import Kind

FORMS = ("consultation", "phone", "video", "home-visit", "check", "written")
SERVICES = ("gp", "emergency", "home-care", "health-centre")
URGENCIES = ("ordinary", "urgent", "acute")
NEXT = {"arrive": "arrived", "start": "in-progress", "finish": "finished"}
HEADING = "journal-contact"


class Contacting(rx.State):
    """The form for a new contact. `patient` is whom it was opened for; `_id` makes sending it twice one."""

    is_open: bool = False
    patient: str = ""
    service: str = ""
    wrong: str = ""
    _id: str = ""

    @rx.event
    @requires(Kind.CLINICIAN)
    async def open(self) -> Any:
        """The form."""
        now, journal = await current(self), await self.get_state(JournalState)
        self.is_open, self.patient, self.wrong, self._id = True, journal.shown, "", str(uuid4())
        self.service = service_of(journal._entries, now.session.unit if now else "")
        return rx.set_focus(HEADING)

    @rx.event
    @requires(Kind.CLINICIAN)
    async def close(self) -> Any:
        """Put the form away."""
        self.reset()  # type: ignore[no-untyped-call]
        return rx.set_focus("journal-heading")

    @rx.event
    @requires(Kind.CLINICIAN)
    async def begin(self, sent: dict[str, Any]) -> Any:
        """The contact has begun."""
        if not self.is_open:
            return None
        now = await current(self)
        body = {
            "form": _of(FORMS, sent.get("form")) or FORMS[0],
            "reason": str(sent.get("reason", "")).strip()[:500],
            "service": _of(SERVICES, sent.get("service")),
            "urgency": _of(URGENCIES, sent.get("urgency")),
            "responsible_name": now.session.name if now else "",
        }
        body = {name: value for name, value in body.items() if value}
        written = Written("in-progress", datetime.now(UTC), body)
        return await self._write(self._id, written, -1, str(sent.get("patient", "")))

    @rx.event
    @requires(Kind.CLINICIAN)
    async def move(self, contact_id: str, step: str) -> Any:
        """A contact of the list has come, begun or finished."""
        journal = await self.get_state(JournalState)
        found = journal._entry(contact_id)
        if found is None or found.kind != "Encounter" or step not in NEXT:
            return None
        self.patient = journal.shown
        written = Written(NEXT[step], found.at, found.body, found.contact)
        return await self._write(found.id, written, found.version, journal.shown)

    async def _write(self, contact_id: str, written: Written, version: int, patient: str) -> Any:
        self.wrong = ""
        try:
            client = await client_of(self, self.patient, patient)
            await client.write("Encounter", contact_id, written, version)
        except ServiceProblem as problem:
            self.wrong = problem.code
            return None
        self.reset()  # type: ignore[no-untyped-call]
        await (await self.get_state(JournalState))._read()
        return rx.set_focus("journal-heading")


def _of(known: tuple[str, ...], said: Any) -> str:
    return str(said) if said in known else ""
