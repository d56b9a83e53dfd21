"""A citizen's own journal: one look-up for the page, older events when wanted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import reflex as rx

from portal.citizen.journal.documents import OwnDocuments
from portal.citizen.journal.transform import (
    EVENTS,
    KINDS,
    Before,
    Own,
    Told,
    before,
    critical,
    diagnoses,
    medication,
    told,
    vaccines,
)
from portal.clients.errors import ServiceProblem
from portal.clients.journal import Cursor, Entry, Templates
from portal.frame.acting import shown_handle
from portal.session.guard import requires
from portal.session.journal import citizen_journal
from portal.session.models import Kind

MORE = 50
"""So many older ones of each kind of event come at a time."""


class OwnJournal(rx.State):
    """The page. Entries stay on the server (`_entries`); `more_there`: there may be older ones."""

    of: str = ""  # whom it was fetched for, by handle
    critical: list[Own] = []  # noqa: RUF012 - Reflex copies defaults
    medication: list[Own] = []  # noqa: RUF012
    vaccines: list[Own] = []  # noqa: RUF012
    diagnoses: list[Own] = []  # noqa: RUF012
    told: list[Told] = []  # noqa: RUF012
    former_of: str = ""
    former: list[Before] = []  # noqa: RUF012
    former_wrong: bool = False
    more_there: bool = False
    loading_more: bool = False
    loaded: bool = False
    problem: str = ""
    code: str = ""
    _entries: dict[str, list[Entry]] = {}  # noqa: RUF012
    _goes_on: dict[str, Cursor] = {}  # noqa: RUF012 - the kinds that have older ones, and from where
    _known: Templates = Templates([], {})

    @rx.event
    @requires(Kind.CITIZEN)
    async def load(self) -> None:
        """What is so now, and the newest contacts and notes, of whom this tab shows."""
        self.reset()  # type: ignore[no-untyped-call]
        self.of = await shown_handle(self)
        await self._show_documents({})
        try:
            client = await citizen_journal(self)
            self._known = await client.templates()
            found = await client.overview(KINDS)
        except ServiceProblem as problem:
            self.problem, self.code = str(problem.problem), problem.code
            return
        self._entries = found.entries
        self._goes_on = {kind: cursor for kind, cursor in found.next.items() if kind in EVENTS}
        self.more_there = bool(self._goes_on)
        self.loaded = True
        self._show()
        await self._show_documents(found.entries)

    @rx.event
    @requires(Kind.CITIZEN)
    async def more(self) -> AsyncIterator[Any]:
        """Older contacts and notes."""
        self.loading_more = True
        yield
        await self._older()
        self.loading_more = False

    @rx.event
    @requires(Kind.CITIZEN)
    async def show_former(self, note_id: str) -> None:
        """How a corrected note stood before; once more puts it away."""
        shown, self.former_of, self.former, self.former_wrong = self.former_of, "", [], False
        known = any(one.id == note_id for one in self._entries.get("Composition", ()))
        if shown == note_id or not known:
            return
        self.former_of = note_id
        try:
            versions = await (await citizen_journal(self)).history("Composition", note_id)
        except ServiceProblem:
            self.former_wrong = True
            return
        self.former = before(versions, self._known)

    async def _older(self) -> None:
        """The next older ones of each kind, from where its own list ends."""
        try:
            client = await citizen_journal(self)
            pages = await client.older(self._goes_on, MORE)
        except ServiceProblem as problem:
            self.problem, self.code = str(problem.problem), problem.code
            return
        for kind, page in pages.items():
            live = [one for one in page.entries[kind] if one.state != "cancelled"]
            self._entries = {**self._entries, kind: [*self._entries[kind], *live]}
        self._goes_on = {kind: page.next for kind, page in pages.items() if page.next}
        self.more_there = bool(self._goes_on)
        self._show()

    def _show(self) -> None:
        found = self._entries
        self.critical, self.medication = critical(found), medication(found)
        self.vaccines, self.diagnoses = vaccines(found), diagnoses(found)
        self.told = told(found, self._known)

    async def _show_documents(self, found: Mapping[str, list[Entry]]) -> None:
        listed = await self.get_state(OwnDocuments)
        listed._list(found)


journal: Any = OwnJournal
"""The state for views: Reflex turns its attributes into Vars, which types do not tell."""
