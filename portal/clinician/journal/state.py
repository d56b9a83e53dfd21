"""The journal of the open patient: one look-up for the whole page, narrowing, earlier versions."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clients.errors import ServiceProblem
from portal.clients.journal import Entry, Templates
from portal.clinician.journal import transform
from portal.clinician.journal.transform import CRITICAL, EVENTS, LISTS, Event, Former, Group, Line
from portal.session.guard import requires
from portal.session.journal import journal_client
from portal.session.models import Kind

KINDS = (*CRITICAL, *LISTS, *EVENTS)


class JournalState(rx.State):
    """What the page shows. Entries stay on the server (`_entries`)."""

    loading: bool = True
    problem: str = ""
    code: str = ""
    critical: list[Line] = []  # noqa: RUF012 - Reflex copies defaults
    groups: list[Group] = []  # noqa: RUF012
    events: list[Event] = []  # noqa: RUF012
    total: int = 0
    words: str = ""
    opened: str = ""
    former: list[Former] = []  # noqa: RUF012
    _entries: dict[str, list[Entry]] = {}  # noqa: RUF012
    _known: Templates = Templates([], {})

    @rx.event
    @requires(Kind.CLINICIAN)
    async def load(self) -> None:
        """Read what is live and the newest events of the open patient."""
        self.reset()  # type: ignore[no-untyped-call]
        await self._read()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def narrow(self, words: str) -> None:
        """Show the contacts and notes that say these words."""
        self.words = words
        self._show()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def show_former(self, note_id: str) -> None:
        """The earlier versions of a corrected note; once more puts them away."""
        if self.opened == note_id:
            self.opened, self.former = "", []
            return
        try:
            versions = await (await journal_client(self)).history("Composition", note_id)
        except ServiceProblem as problem:
            self._tell(problem)
            return
        self.opened, self.former = note_id, transform.former(versions, self._known)

    async def _read(self) -> None:
        try:
            client = await journal_client(self)
            self._known = await client.templates()
            self._entries = await client.summary(KINDS)
        except ServiceProblem as problem:
            self._tell(problem)
            return
        self.loading, self.problem, self.code = False, "", ""
        self._show()

    def _show(self) -> None:
        self.critical = transform.critical(self._entries)
        self.groups = transform.groups(self._entries)
        self.events = transform.events(self._entries, self._known, self.words)
        self.total = sum(len(self._entries.get(kind, ())) for kind in EVENTS)

    def _tell(self, problem: ServiceProblem) -> None:
        self.loading, self.problem, self.code = False, str(problem.problem), problem.code

    def _note(self, note_id: str) -> Entry | None:
        return next((e for e in self._entries.get("Composition", ()) if e.id == note_id), None)


seen: Any = JournalState
"""The state for views: Reflex turns its attributes into Vars, which types do not tell."""
