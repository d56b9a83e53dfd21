"""Going through the medication list at a transition: every line is decided, then all is confirmed at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import reflex as rx

from portal.clients.conflicts import Allergy, override
from portal.clients.errors import ServiceProblem
from portal.clients.journal import Entry, JournalProblem
from portal.clients.medication import MedicationList, medication_list, reconcile
from portal.clinician.journal import latest
from portal.clinician.journal.latest import Newest
from portal.clinician.journal.state import JournalState
from portal.session.guard import requires
from portal.session.journal import client_of
from portal.session.models import Kind
from portal.ui.dates import day_text

HEADING = "journal-reconciling"
TRANSITIONS = ("admission", "discharge", "home-care-start", "home-care-end", "emergency", "new-gp", "review")
SOURCES = ("patient", "hospital", "gp", "home-care", "pharmacy", "kin")
ACTIONS = ("continue", "change", "stop")
_CHANGED = ("strength", "dose")
_SERVICE = frozenset({"confirmed", "altered"})


class NotDecided(Exception):
    """The form is not whole; the text is a key of `reconcile.wrong`."""


@dataclass
class RecLine:
    """A medicine on the list. `action`: what is chosen so far; `against`: allergies nobody has answered."""

    key: str
    name: str
    strength: str
    dose: str
    reason: str
    said_by: str
    confirmed: str
    action: str = ""
    against: str = ""


class Reconciler(rx.State):
    """The form. `patient`: whom it was opened for, by a name that tells nothing; `added`: new lines' ids."""

    opened: bool = False
    patient: str = ""
    lines: list[RecLine] = []  # noqa: RUF012 - Reflex copies defaults
    added: list[str] = []  # noqa: RUF012
    beside: list[Newest] = []  # noqa: RUF012
    results_known: bool = False
    last_at: str = ""
    last_by: str = ""
    wrong: str = ""
    told: bool = False
    _list: MedicationList | None = None
    _record: str = ""
    _answers: dict[str, list[Allergy]] = {}  # noqa: RUF012

    @rx.event
    @requires(Kind.CLINICIAN)
    async def begin(self) -> Any:
        """Read the list anew, and open the form."""
        self.reset()  # type: ignore[no-untyped-call]
        self.patient = (await self.get_state(JournalState)).shown
        await self._read()
        return rx.set_focus(HEADING) if self.opened else None

    @rx.event
    @requires(Kind.CLINICIAN)
    async def leave(self) -> Any:
        """Put the form away; nothing is changed."""
        self.reset()  # type: ignore[no-untyped-call]
        return rx.set_focus("journal-heading")

    @rx.event
    @requires(Kind.CLINICIAN)
    async def choose(self, key: str, action: str) -> None:
        """What becomes of a line, so far."""
        if action in ACTIONS:
            self.lines = [_with(line, action) if line.key == key else line for line in self.lines]

    @rx.event
    @requires(Kind.CLINICIAN)
    async def add(self) -> Any:
        """One more line, for a medicine that is not on the list."""
        if not self.opened or len(self.added) >= 50:
            return None
        self.added = [*self.added, str(uuid4())]
        return rx.set_focus(f"added-{self.added[-1]}")

    @rx.event
    @requires(Kind.CLINICIAN)
    async def send(self, sent: dict[str, Any]) -> Any:
        """Confirm the list; what is chosen stays until that is done."""
        if self._list is None:
            return None
        self.wrong = ""
        values = {name: str(value).strip() for name, value in sent.items() if value not in (None, False)}
        try:
            body = self._body(values, self._list)
            await reconcile(await client_of(self, self.patient, values.get("patient", "")), body)
        except NotDecided as error:
            self.wrong = str(error)
            return None
        except ServiceProblem as problem:
            await self._weigh(problem)
            return None
        self.reset()  # type: ignore[no-untyped-call]
        self.told = True
        await (await self.get_state(JournalState))._read()
        return rx.set_focus("journal-heading")

    async def _read(self) -> None:
        journal = await self.get_state(JournalState)
        try:
            found = await medication_list(await client_of(self, self.patient))
        except ServiceProblem as problem:
            self.wrong = problem.code
            return
        names = {one.id: str(one.body.get("substance", "")) for one in journal._entries.get(_ALLERGY, ())}
        against = {
            mark.medication: ", ".join(names.get(one.id, "") for one in mark.allergies if not one.answered)
            for mark in found.conflicts
        }
        before = {line.key: line.action for line in self.lines}
        self._answers = {mark: _all(found, mark) for mark in against if against[mark]}
        self.lines = [_line(one, before.get(one.id, ""), against.get(one.id, "")) for one in found.entries]
        self._list, self._record, self.opened = found, str(uuid4()), True
        self.last_at = day_text(found.latest.at) if found.latest else ""
        self.last_by = found.latest.made.name if found.latest else ""
        self.results_known = journal._table is not None
        self.beside = latest.prescribing(journal._table)

    async def _weigh(self, problem: ServiceProblem) -> None:
        self.wrong = problem.code
        if problem.code == "list-changed":
            await self._read()
            self.wrong = problem.code
        if isinstance(problem, JournalProblem) and problem.code == "allergy-conflict":
            self._answers = {**self._answers, problem.medication: problem.allergies}
            if problem.hidden:
                self.wrong = "allergy-hidden"

    def _body(self, values: Mapping[str, str], found: MedicationList) -> dict[str, Any]:
        sources = [{"source": name} for name in SOURCES if values.get(f"source-{name}")]
        if not sources:
            raise NotDecided("no-source")
        if values.get("transition") not in TRANSITIONS:
            raise NotDecided("no-transition")
        kept = [self._decided(entry, values) for entry in found.entries]
        return {
            "id": self._record,
            "list_version": found.list_version,
            "transition": values["transition"],
            "at": datetime.now(UTC).isoformat(),
            "sources": sources,
            "items": [*kept, *self._new(values)],
            "note": values.get("note", ""),
        }

    def _decided(self, entry: Entry, values: Mapping[str, str]) -> dict[str, Any]:
        action = values.get(f"action-{entry.id}", "")
        if action not in ACTIONS:
            raise NotDecided("not-all-decided")
        made: dict[str, Any] = {"action": action, "id": entry.id}
        why, answer = values.get(f"why-{entry.id}", ""), self._override(entry.id, values)
        if action == "change":
            body = {name: value for name, value in entry.body.items() if name not in _SERVICE}
            said = {part: values.get(f"{part}-{entry.id}", "") for part in _CHANGED}
            made["body"] = body | said
        if action != "continue":
            if not why:
                raise NotDecided("reason-missing")
            made["reason"] = why
        return made | ({"override": answer} if answer and action != "stop" else {})

    def _new(self, values: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        for key in self.added:
            name = values.get(f"name-{key}", "")
            if not name:
                continue  # a line that was left empty
            body = {"name": name, "use": "fixed", "source": "other"}
            body |= {part: values.get(f"{part}-{key}", "") for part in _CHANGED}
            answer = self._override(key, values)
            extra = {"override": answer} if answer else {}
            yield {"action": "add", "id": key, "body": body, **extra}

    def _override(self, key: str, values: Mapping[str, str]) -> dict[str, Any] | None:
        reason = values.get(f"override-{key}") or values.get("override", "")
        against = self._answers.get(key, [])
        if not reason or not against:
            return None
        return override(reason, against)


_ALLERGY = "AllergyIntolerance"


def _all(found: MedicationList, medication: str) -> list[Allergy]:
    return next(mark.allergies for mark in found.conflicts if mark.medication == medication)


def _line(entry: Entry, action: str, against: str) -> RecLine:
    body = entry.body
    confirmed, altered = body.get("confirmed") or {}, body.get("altered") or {}
    return RecLine(
        key=entry.id,
        name=" ".join(str(body[part]) for part in ("name", "form") if body.get(part)),
        strength=str(body.get("strength", "")),
        dose=str(body.get("dose", "")),
        reason=str(body.get("reason", "")),
        said_by=str(altered.get("name") or entry.changed.name),
        confirmed=_stamp(confirmed) if confirmed else "",
        action=action,
        against=against,
    )


def _stamp(found: Mapping[str, Any]) -> str:
    return f"{found.get('name', '')} {day_text(datetime.fromisoformat(str(found['at'])))}"


def _with(line: RecLine, action: str) -> RecLine:
    line.action = action
    return line
