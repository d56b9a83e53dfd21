"""Writing a note: by template, within a contact, signed, corrected with the reason, thrown away.

The text lives in the page's own fields. The draft, of a correction too, is saved by `keeper` and `saving`
while one writes; here it is opened and closed. Every act carries the patient that the form was opened for and
is refused for another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import reflex as rx

from portal.clients.errors import ServiceProblem
from portal.clients.journal import Entry, JournalClient, Templates, Written
from portal.clients.notes import Words, template_of
from portal.clinician.journal import transform
from portal.clinician.journal.forms import Form, NumberMalformed, body_of, form_of
from portal.clinician.journal.state import JournalState
from portal.clinician.journal.transform import Choice, open_contacts
from portal.session.current import current
from portal.session.guard import requires
from portal.session.journal import client_of
from portal.session.models import Kind

OVERTAKEN = "corrected-meanwhile"
KEPT = "changed-meanwhile-kept"
"""A colleague was faster; what was written is a draft of its own beside the colleague's."""


@dataclass
class Offer:
    """A template one may write by; `signs`: whether one's role signs it."""

    id: str
    title: Words
    service: str = ""
    signs: bool = False


class NoteWriter(rx.State):
    """The form. `patient` is whom it was opened for, by a name that tells nothing.

    `answered` counts the answers to the whole form that leave it open. `corrects`: the signed note
    that the draft corrects, the version of it that one has `seen`, and `why`.
    """

    offers: list[Offer] = []  # noqa: RUF012 - Reflex copies defaults
    contacts: list[Choice] = []  # noqa: RUF012
    form: Form = Form()
    note: str = ""
    patient: str = ""
    begun: str = ""
    version: int = -1
    contact: str = ""
    conflict_of: str = ""
    corrects: str = ""
    seen: int = -1
    why: str = ""
    signs: bool = False
    wrong: str = ""
    answered: int = 0

    @rx.event
    @requires(Kind.CLINICIAN)
    async def begin(self, template: str) -> Any:
        """A new note by this template."""
        known = (await self.get_state(JournalState))._known
        return await self._open(known, template, None)

    @rx.event
    @requires(Kind.CLINICIAN)
    async def take_up(self, note_id: str) -> Any:
        """Go on with a draft, or correct what is signed, with the correction that is begun if one is."""
        journal = await self.get_state(JournalState)
        note = transform.correction_of(journal._entries, note_id) or journal._entry(note_id)
        return await self._open(journal._known, str(note.body.get("template")), note) if note else None

    @rx.event
    @requires(Kind.CLINICIAN)
    async def send(self, sent: dict[str, Any]) -> Any:
        """Sign what stands in the form, where one's role signs it; with `why` correct what is signed."""
        if not self.note:
            return None
        values, self.wrong = {name: str(value) for name, value in sent.items()}, ""
        self.answered += 1
        try:
            client = await client_of(self, self.patient, values.get("patient", ""))
            entry = await self._save(client, values)
            if self.signs or self.corrects:
                await client.act("Composition", entry.id, "$sign", entry.version)
        except ServiceProblem as problem:
            self.wrong = problem.code
            if problem.code == OVERTAKEN:
                await self._see_theirs()
            return await self._close(KEPT) if problem.code == KEPT else None
        except NumberMalformed:
            self.wrong = "number-malformed"
            return None
        return await self._close()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def discard(self, version: str) -> Any:
        """Throw away the draft of this version; the note that it corrects stays as it was."""
        if not self.note:
            return None
        try:
            client = await client_of(self, self.patient, self.patient)
            number = self._newest(version)
            if number > 0:
                await client.act("Composition", self.note, "$discard", number)
        except ServiceProblem as problem:
            self.wrong = problem.code
            return None
        return await self._close()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def overtaken(self) -> Any:
        """A colleague was faster: the list shows theirs, and one's own as a draft to go on with."""
        return await self._close(KEPT) if self.note else None

    @rx.event
    @requires(Kind.CLINICIAN)
    async def leave(self) -> Any:
        """Put the form away; the draft stays."""
        return await self._close()

    async def _open(self, known: Templates, template: str, note: Entry | None) -> Any:
        found = template_of(template, known)
        if found is None or self.note:
            self.wrong = "template-unknown" if found is None else "unsaved"
            return None
        journal = await self.get_state(JournalState)
        self.form = form_of(found, known.measured, note.body if note else {})
        now = await current(self)
        self.signs = now is not None and now.session.authorised_role in found.signs
        self.patient, self.wrong = journal.shown, ""
        goes_on = note is not None and note.state == "draft"
        self.note, self.version = (note.id, note.version) if note and goes_on else (str(uuid4()), -1)
        self.begun = (note.at if note and goes_on else datetime.now(UTC)).isoformat()
        self.corrects, self.seen, self.why = _corrects(note)
        within = note.contact if note else None
        self.contacts = open_contacts(journal._entries, now.session.unit if now else "", within)
        self.contact = (within or "") if note else next((one.key for one in self.contacts), "")
        self.conflict_of = str(note.body.get("conflict_of", "")) if note else ""
        return None

    async def _save(self, client: JournalClient, values: dict[str, str]) -> Entry:
        said = self._written(values)
        entry = await client.write("Composition", self.note, said, self._newest(values.get("version", "")))
        self.version = entry.version
        return entry

    def _newest(self, version: str) -> int:
        """The draft's version as the form knows it by the keeper, or a later one that was saved here."""
        return max(self.version, int(version) if version.isdecimal() else -1)

    async def _see_theirs(self) -> None:
        """A colleague corrected the note first: theirs is in the list, and sending once more builds on it."""
        journal = await self.get_state(JournalState)
        await journal._read()
        found = journal._entry(self.corrects)
        if found is not None:
            self.seen = found.version

    def _written(self, values: dict[str, str]) -> Written:
        own = {"template": self.form.template, "conflict_of": self.conflict_of}
        own |= {"corrects": self.corrects, "seen": str(self.seen)}
        contact = values.get("contact", self.contact) or None
        return Written("draft", datetime.fromisoformat(self.begun), body_of({**values, **own}), contact)

    async def _close(self, wrong: str = "") -> Any:
        offers, answered = self.offers, self.answered
        self.reset()  # type: ignore[no-untyped-call]
        self.offers, self.answered, self.wrong = offers, answered, wrong
        await (await self.get_state(JournalState))._read()
        return rx.set_focus("journal-heading")

    def _go_on(self, note: Entry | None, known: Templates) -> None:
        """The page has been left and come back to: the form begins with what is saved."""
        found = template_of(str(note.body.get("template")), known) if note else None
        if note is not None and found is not None:
            self.form, self.version = form_of(found, known.measured, note.body), note.version
            self.corrects, self.seen, self.why = _corrects(note)

    def _offer(self, known: Templates, service: str, role: str) -> None:
        """The templates of one's own service and role first."""
        found = [Offer(one.id, one.title, one.service, role in one.signs) for one in known.templates]
        self.offers = sorted(found, key=lambda one: (one.service != service, not one.signs))


def _corrects(note: Entry | None) -> tuple[str, int, str]:
    """Which note is corrected, the version of it that was seen, and why; of what is no correction: none."""
    if note is None:
        return "", -1, ""
    if note.state == "signed":
        return note.id, note.version, ""
    said = note.body.get("corrects")
    return (str(said["note"]), int(said["version"]), str(said.get("why", ""))) if said else ("", -1, "")
