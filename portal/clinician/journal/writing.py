"""Writing a note: by template, saved as a draft while one writes, signed, corrected with the reason.

The text lives in the page's own fields, so that a lost connection takes nothing; it is sent with the note's
id, which is made when writing begins, so that sending it again writes nothing twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import reflex as rx

from portal.clients.errors import Problem, ServiceProblem
from portal.clients.journal import Entry, Measure, Section, Template, Templates, Written
from portal.clinician.journal.state import JournalState
from portal.clinician.journal.transform import OSLO, Words
from portal.session.current import current
from portal.session.guard import requires
from portal.session.journal import NO_PATIENT, journal_client, patient_handle
from portal.session.models import Kind
from portal.session.wiring import wiring

HEADING = "journal-writing"
_CONFLICT = "changed-meanwhile-kept"


@dataclass
class Choice:
    """A template one may write by; `signs`: whether one's role signs it."""

    id: str
    title: Words
    signs: bool = False


@dataclass
class Field:
    """A field of the form. `kind`: `text` or `number` (with `unit`)."""

    name: str
    label: Words
    kind: str = "text"
    unit: str = ""
    required: bool = False
    value: str = ""


@dataclass
class Form:
    """A note being written: of which template, and its fields."""

    template: str = ""
    title: Words = field(default_factory=dict)
    fields: list[Field] = field(default_factory=list)


class NoteWriter(rx.State):
    """The form. `_patient` is whom it was begun for: it is never saved for another."""

    choices: list[Choice] = []  # noqa: RUF012 - Reflex copies defaults
    form: Form = Form()
    writing: bool = False
    correcting: bool = False
    signs: bool = False
    status: str = ""
    at: str = ""
    wrong: str = ""
    busy: bool = False
    _note_id: str = ""
    _version: int = -1
    _patient: str = ""
    _begun: str = ""
    _values: dict[str, str] = {}  # noqa: RUF012
    _kept: dict[str, Any] = {}  # noqa: RUF012

    @rx.event
    @requires(Kind.CLINICIAN)
    async def offer(self) -> None:
        """The templates, one's own to sign first."""
        now = await current(self)
        if now is None:
            return
        try:
            known = await (await journal_client(self)).templates()
        except ServiceProblem as problem:
            self.wrong = problem.code
            return
        role = (now.session.role if now.session.hpr_number else None) or "-"
        found = [Choice(one.id, one.title, role in one.signs) for one in known.templates]
        self.choices = sorted(found, key=lambda one: not one.signs)

    @rx.event
    @requires(Kind.CLINICIAN)
    async def begin(self, template: str) -> Any:
        """A new note by this template."""
        journal = await self.get_state(JournalState)
        return await self._open(journal._known, template, None)

    @rx.event
    @requires(Kind.CLINICIAN)
    async def take_up(self, note_id: str) -> Any:
        """Go on with a draft, or correct what is signed."""
        journal = await self.get_state(JournalState)
        note = journal._note(note_id)
        return await self._open(journal._known, str(note.body["template"]), note) if note else None

    @rx.event
    @requires(Kind.CLINICIAN)
    async def write(self, name: str, value: str) -> None:
        """A field has changed: the draft is saved, unless it is a correction, which waits for its reason."""
        if not self.writing or self._values.get(name, "") == value:
            return
        self._values = {**self._values, name: value}
        self.status = "unsaved"
        if not self.correcting:
            await self._save("draft", None)

    @rx.event
    @requires(Kind.CLINICIAN)
    async def send(self, sent: dict[str, Any]) -> Any:
        """Save all that stands in the form; with `sign` sign it, with `why` correct what is signed."""
        if not self.writing:
            return None
        self._values = {f.name: str(sent.get(f.name, self._values.get(f.name, ""))) for f in self.form.fields}
        if self.correcting:
            return await self._correct(str(sent.get("why", "")).strip())
        saved = await self._save("draft", None)
        return await self._sign() if saved and self.signs else None

    @rx.event
    @requires(Kind.CLINICIAN)
    async def discard(self) -> Any:
        """Throw the draft away; a correction is left as it was."""
        if not self.writing:
            return None
        if self._version > 0 and not self.correcting:
            try:
                await self._own()
                client = await journal_client(self)
                await client.act("Composition", self._note_id, "$discard", self._version)
            except ServiceProblem as problem:
                self.wrong = problem.code
                return None
        return await self._close()

    async def _open(self, known: Templates, template: str, note: Entry | None) -> Any:
        found = next((one for one in known.templates if one.id == template), None)
        if found is None or (self.writing and self.status == "unsaved"):
            self.wrong = "unsaved" if found else "template-unknown"
            return None
        choices = self.choices
        self.reset()  # type: ignore[no-untyped-call]
        self.choices, self._patient = choices, await self._handle()
        self.signs = any(one.id == template and one.signs for one in choices)
        self._note_id = note.id if note else str(uuid4())
        self._begun = (note.at if note else datetime.now(UTC)).isoformat()
        self._version = note.version if note else -1
        self._kept = dict(note.body) if note else {}
        self.correcting = note is not None and note.state == "signed"
        fields = _fields(found, known.measured, self._kept)
        self._values = {one.name: one.value for one in fields}
        self.form, self.writing = Form(found.id, found.title, fields), True
        return rx.set_focus(HEADING)

    async def _save(self, state: str, why: str | None) -> bool:
        self.wrong = ""
        try:
            await self._own()
            body = _body(self.form, self._values, self._kept)
            sent = Written(state, datetime.fromisoformat(self._begun), body, why=why)
            entry = await (await journal_client(self)).write(
                "Composition", self._note_id, sent, self._version
            )
        except ServiceProblem as problem:
            self.wrong, self.status = problem.code, "kept" if problem.code == _CONFLICT else "unsaved"
            return False
        except ValueError:
            self.wrong, self.status = "number-malformed", "unsaved"
            return False
        self._version, self.status = entry.version, "saved"
        self.at = datetime.now(OSLO).strftime("%H:%M")
        return True

    async def _sign(self) -> Any:
        try:
            client = await journal_client(self)
            await client.act("Composition", self._note_id, "$sign", self._version)
        except ServiceProblem as problem:
            self.wrong = problem.code
            return None
        return await self._close()

    async def _correct(self, why: str) -> Any:
        if not why:
            self.wrong = "reason-missing"
            return None
        return await self._close() if await self._save("signed", why) else None

    async def _close(self) -> Any:
        choices = self.choices
        self.reset()  # type: ignore[no-untyped-call]
        self.choices = choices
        await (await self.get_state(JournalState))._read()
        return rx.set_focus("journal-heading")

    async def _own(self) -> None:
        """What was begun for one patient is not saved for another. Raises `ServiceProblem`."""
        if await self._handle() != self._patient:
            raise ServiceProblem(Problem.REFUSED, "other-patient")

    async def _handle(self) -> str:
        now = await current(self)
        patient = await wiring().store.open_patient(now.sid, now.tab) if now else None
        return patient_handle(now, patient) if now and patient else NO_PATIENT


def _fields(template: Template, measured: dict[str, Measure], body: dict[str, Any]) -> list[Field]:
    made: list[Field] = []
    for section in template.sections:
        made += _of_section(section, measured, body)
    return made


def _of_section(section: Section, measured: dict[str, Measure], body: dict[str, Any]) -> list[Field]:
    if section.kind == "text":
        said = str(body.get("texts", {}).get(section.id, ""))
        return [Field(f"text:{section.id}", section.label, required=section.required, value=said)]
    if section.kind == "observations":
        values = body.get("measured", {})
        return [
            Field(
                f"value:{name}",
                measured[name].label,
                "number",
                measured[name].unit,
                value=f"{values[name]:g}".replace(".", ",") if name in values else "",
            )
            for name in section.measured
        ]
    codes = body.get("codes", {}).get(section.id, [])
    said = ", ".join(f"{code['code']} {code['display']}" for code in codes)
    return [Field(f"code:{section.id}:{section.systems[0]}", section.label, "code", value=said)]


def _body(form: Form, values: dict[str, str], kept: dict[str, Any]) -> dict[str, Any]:
    """The note as it is sent. Raises `ValueError` for a number that is none, or a code without its words."""
    texts, measured, codes = {}, {}, {}
    for name, value in ((n, v.strip()) for n, v in values.items()):
        what, _, rest = name.partition(":")
        if not value:
            continue
        if what == "text":
            texts[rest] = value
        elif what == "value":
            measured[rest] = float(value.replace(",", "."))
        else:
            section, _, system = rest.partition(":")
            codes[section] = [_code(system, part.strip()) for part in value.split(",")]
    body: dict[str, Any] = {"template": form.template, "texts": texts, "codes": codes, "measured": measured}
    if kept.get("conflict_of"):
        body["conflict_of"] = kept["conflict_of"]
    return {name: value for name, value in body.items() if value}


def _code(system: str, text: str) -> dict[str, str]:
    code, _, display = text.partition(" ")
    if not display.strip():
        raise ValueError("a code is followed by its words")
    return {"system": system, "code": code.upper(), "display": display.strip()}
