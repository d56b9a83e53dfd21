"""Editing the lists of the journal: a new entry, a change, and what becomes of one. One form at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import reflex as rx

from portal.clients.conflicts import Allergy, override
from portal.clients.errors import ServiceProblem
from portal.clients.journal import Entry, JournalProblem, Written
from portal.clients.moving import MOVABLE
from portal.clinician.journal import latest
from portal.clinician.journal.fields import (
    EDITABLE,
    Input,
    InputMalformed,
    body_from,
    day_from,
    differing,
    filled,
    system_of,
)
from portal.clinician.journal.latest import Newest
from portal.clinician.journal.state import JournalState
from portal.session.guard import requires
from portal.session.journal import client_of, journal_client
from portal.session.models import Kind

HEADING = "journal-editing"
OVERTAKEN = "changed-meanwhile"
_SUGGESTED = 12


@dataclass
class Against:
    """An allergy that stopped a medication: what it is to, on which ground, and the groups in words."""

    substance: str
    ground: str
    degree: str
    said: dict[str, str] = field(default_factory=dict)


@dataclass
class Theirs:
    """What a colleague has written in a field meanwhile."""

    name: str
    value: str


class ListEditor(rx.State):
    """The form. `patient` is whom it was opened for, by a name that tells nothing.

    `movable`: to another person's journal. `beside`: the newest eGFR, potassium and INR, while medication is
    edited. `against`: the allergies that stopped it, which a reason answers; `theirs`: what a colleague saved
    meanwhile, before one's own is saved.
    """

    kind: str = ""
    entry: str = ""
    patient: str = ""
    is_new: bool = False
    movable: bool = False
    inputs: list[Input] = []  # noqa: RUF012 - Reflex copies defaults
    state_now: str = ""
    states: list[str] = []  # noqa: RUF012
    beside: list[Newest] = []  # noqa: RUF012
    results_known: bool = False
    suggested: list[str] = []  # noqa: RUF012
    wrong: str = ""
    wrong_field: str = ""
    told: str = ""
    against: list[Against] = []  # noqa: RUF012
    theirs: list[Theirs] = []  # noqa: RUF012
    _answers: list[Allergy] = []  # noqa: RUF012
    _version: int = -1

    @rx.event
    @requires(Kind.CLINICIAN)
    async def add(self, kind: str) -> Any:
        """The form for a new entry."""
        return await self._open(kind, None) if kind in EDITABLE and EDITABLE[kind].adds else None

    @rx.event
    @requires(Kind.CLINICIAN)
    async def change(self, entry_id: str) -> Any:
        """The form for an entry that is on a list."""
        found = (await self.get_state(JournalState))._entry(entry_id)
        return await self._open(found.kind, found) if found and found.kind in EDITABLE else None

    @rx.event
    @requires(Kind.CLINICIAN)
    async def leave(self) -> Any:
        """Put the form away, unsaved."""
        self.reset()  # type: ignore[no-untyped-call]
        return rx.set_focus("journal-heading")

    @rx.event
    @requires(Kind.CLINICIAN)
    async def suggest(self, system: str, chosen: str, query: str) -> None:
        """Codes that begin with, or say, what is written so far. `chosen`: the system that the form says."""
        await self._suggest(system_of(chosen, system), query)

    async def _suggest(self, system: str, query: str) -> None:
        if len(query.strip()) < 2:
            return
        try:
            found = await (await journal_client(self)).codes(system, query.strip(), _SUGGESTED)
        except ServiceProblem:
            found = []  # one writes the code oneself
        self.suggested = [f"{one.code} {one.nb}" for one in found]

    @rx.event
    @requires(Kind.CLINICIAN)
    async def suggest_for(self, name: str, written: str) -> None:
        """The same for a note's field `code:<section>:<system>`, for what stands after the last semicolon."""
        *_, system = name.split(":")
        before, _, last = written.rpartition(";")
        await self._suggest(system, last)
        if before:
            self.suggested = [f"{before}; {one}" for one in self.suggested]

    @rx.event
    @requires(Kind.CLINICIAN)
    async def send(self, sent: dict[str, Any]) -> Any:
        """Save what the form says; what is written stays until that is done."""
        if not self.kind:
            return None
        self.wrong = self.wrong_field = ""
        values = {name: str(value) for name, value in sent.items() if value not in (None, False)}
        try:
            await self._save(values)
        except InputMalformed as error:
            self.wrong, self.wrong_field = "field", str(error)
            return None
        except ServiceProblem as problem:
            self.wrong = problem.code
            await self._weigh(problem, values)
            return None
        kind = self.kind
        self.reset()  # type: ignore[no-untyped-call]
        self.told = kind
        await (await self.get_state(JournalState))._read()
        return rx.set_focus("journal-heading")

    async def _save(self, values: dict[str, str]) -> None:
        journal = await self.get_state(JournalState)
        before = None if self.is_new else journal._entry(self.entry)
        body = body_from(self.kind, values, before)
        reason = values.get("override", "").strip()
        if self._answers and reason:
            body["override"] = override(reason, self._answers)
        at = day_from(values, before, datetime.now(UTC))
        client = await client_of(self, self.patient, values.get("patient", ""))
        state = values.get("state", self.state_now)
        state = state if state in EDITABLE[self.kind].states else EDITABLE[self.kind].new
        contact, why = (before.contact if before else None), values.get("why", "").strip() or None
        await client.write(self.kind, self.entry, Written(state, at, body, contact, why), self._version)

    async def _weigh(self, problem: ServiceProblem, values: dict[str, str]) -> None:
        """What the refusal shows: allergies that stop a medicine, or what a colleague has saved first."""
        journal = await self.get_state(JournalState)
        if isinstance(problem, JournalProblem) and problem.code == "allergy-conflict":
            if problem.hidden:
                self.wrong = "allergy-hidden"
            self._answers = problem.allergies
            self.against = [_against(one, journal._entry(one.id)) for one in problem.allergies]
        if problem.code == OVERTAKEN:
            await journal._read()
            found = journal._entry(self.entry)
            self._version = found.version if found else self._version
            said = differing(self.kind, values, found) if found else []
            self.theirs = [Theirs(name, value) for name, value in said]

    async def _open(self, kind: str, found: Entry | None) -> Any:
        journal = await self.get_state(JournalState)
        self.reset()  # type: ignore[no-untyped-call]
        self.kind, self.is_new, self.patient = kind, found is None, journal.shown
        self.entry, self._version = (found.id, found.version) if found else (str(uuid4()), -1)
        self.movable = found is not None and found.unit == journal.unit and kind in MOVABLE
        self.inputs = filled(kind, found)
        self.states = list(EDITABLE[kind].states) if found else []
        self.state_now = found.state if found else EDITABLE[kind].new
        if kind == "MedicationStatement":
            self.results_known = journal._table is not None
            self.beside = latest.prescribing(journal._table)
        return rx.set_focus(HEADING)


def _against(one: Allergy, entry: Entry | None) -> Against:
    substance = str(entry.body.get("substance", "")) if entry else ""
    return Against(substance, one.ground, one.degree, one.said)
