"""Writing a note: by template, within a contact, signed, corrected with the reason, thrown away.

The text lives in the page's own fields. The draft is saved by `keeper` and `saving` while one writes; here it
is opened and closed. Every act carries the patient that the form was opened for and is refused for another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import reflex as rx

from portal.clients.errors import Problem, ServiceProblem
from portal.clients.journal import Entry, JournalClient, Templates, Written
from portal.clients.notes import Words, template_of
from portal.clinician.journal.forms import Form, NumberMalformed, body_of, form_of
from portal.clinician.journal.state import JournalState
from portal.clinician.journal.transform import Choice, open_contacts
from portal.session.current import current
from portal.session.guard import requires
from portal.session.journal import client_of
from portal.session.models import Kind

OVERTAKEN = "changed-meanwhile"
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

    `answered` counts the answers to the whole form that leave it open.
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
    correcting: bool = False
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
        """Go on with a draft, or correct what is signed."""
        journal = await self.get_state(JournalState)
        note = journal._entry(note_id)
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
            if self.correcting:
                await self._correct(client, values)
            else:
                entry = await self._save(client, values)
                if self.signs:
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
        """Throw away the draft of this version; a correction is left as it was."""
        if not self.note:
            return None
        try:
            client = await client_of(self, self.patient, self.patient)
            number = int(version) if version.isdecimal() else -1
            if number > 0 and not self.correcting:
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
        self.contacts = open_contacts(journal._entries, now.session.unit if now else "")
        self.signs = now is not None and now.session.authorised_role in found.signs
        self.patient, self.wrong = journal.shown, ""
        self.note, self.version = (note.id, note.version) if note else (str(uuid4()), -1)
        self.begun = (note.at if note else datetime.now(UTC)).isoformat()
        self.contact = (note.contact or "") if note else next((one.key for one in self.contacts), "")
        self.conflict_of = str(note.body.get("conflict_of", "")) if note else ""
        self.correcting = note is not None and note.state == "signed"
        return None

    async def _save(self, client: JournalClient, values: dict[str, str]) -> Entry:
        version = int(values["version"]) if values.get("version", "").isdecimal() else -1
        return await client.write("Composition", self.note, self._written("draft", values), version)

    async def _correct(self, client: JournalClient, values: dict[str, str]) -> None:
        why = values.get("why", "").strip()
        if not why:
            raise ServiceProblem(Problem.WRONG, "reason-missing")
        await client.write("Composition", self.note, self._written("signed", values, why), self.version)

    async def _see_theirs(self) -> None:
        """A colleague corrected the note first: theirs is in the list, and sending once more builds on it."""
        journal = await self.get_state(JournalState)
        await journal._read()
        found = journal._entry(self.note)
        if self.correcting and found is not None:
            self.version, self.wrong = found.version, "corrected-meanwhile"

    def _written(self, state: str, values: dict[str, str], why: str | None = None) -> Written:
        body = body_of({**values, "template": self.form.template, "conflict_of": self.conflict_of})
        contact = values.get("contact", self.contact) or None
        return Written(state, datetime.fromisoformat(self.begun), body, contact, why)

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
            self.correcting = note.state == "signed"

    def _offer(self, known: Templates, service: str, role: str) -> None:
        """The templates of one's own service and role first."""
        found = [Offer(one.id, one.title, one.service, role in one.signs) for one in known.templates]
        self.offers = sorted(found, key=lambda one: (one.service != service, not one.signs))
