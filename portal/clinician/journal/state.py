"""The journal of the open patient: one look-up for the page and one for the results, at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from portal.clients.conflicts import Marked
from portal.clients.errors import Problem, ServiceProblem
from portal.clients.journal import Cursor, Entry, JournalClient, Overview, Templates
from portal.clients.screens import TableAnswer
from portal.clinician.journal import latest, lists, transform
from portal.clinician.journal.documents import KIND as DOCUMENT
from portal.clinician.journal.documents import Doc, docs
from portal.clinician.journal.latest import Latest
from portal.clinician.journal.lists import Group
from portal.clinician.journal.transform import EVENTS, Event, Former, Wanted
from portal.frame.critical import CRITICAL, Critical
from portal.session.current import Current, current
from portal.session.guard import requires
from portal.session.journal import NO_PATIENT, client_of, journal_client, patient_handle
from portal.session.models import Kind, OpenPatient
from portal.session.patient import open_patient
from portal.session.profile import with_profile
from portal.session.screens import screens_client

EACH = 60
"""How many older contacts and how many notes come at a time."""
_OPEN_ACROSS = (*CRITICAL, DOCUMENT)
_OF_OTHERS = "journal-of-other-services"
_AS_RESULTS = {"restricted": "General", "blocked": "Specific"}
"""The journal's words for what the results call otherwise: one view says what can be done."""


class JournalState(rx.State):
    """What the page shows. Entries stay on the server (`_entries`).

    `shown` names the patient that the page was filled for, by a handle that tells nothing.
    """

    loading: bool = True
    shown: str = ""
    outside: bool = False
    problem: str = ""
    code: str = ""
    groups: list[Group] = []  # noqa: RUF012 - Reflex copies defaults
    events: list[Event] = []  # noqa: RUF012
    authors: list[str] = []  # noqa: RUF012
    total: int = 0
    older: bool = False
    words: str = ""
    service: str = ""
    author: str = ""
    kind: str = ""
    opened: str = ""
    unit: str = ""
    writes: list[str] = []  # noqa: RUF012 - the kinds that the reader's role writes
    former: list[Former] = []  # noqa: RUF012
    results: Latest = Latest()
    documents_closed: bool = False
    documents: list[Doc] = []  # noqa: RUF012
    _entries: dict[str, list[Entry]] = {}  # noqa: RUF012
    _conflicts: list[Marked] = []  # noqa: RUF012
    _goes_on: dict[str, Cursor] = {}  # noqa: RUF012 - the kinds that have older ones, and from where
    _known: Templates = Templates([], {})
    _table: TableAnswer | None = None

    @rx.event
    @requires(Kind.CLINICIAN)
    async def load(self) -> AsyncIterator[Any]:
        """The page is opened. What is shown of the same patient stays while it is read anew.

        A note's form is drawn when that is done, with what was saved of it.
        """
        now, patient = await current(self), await open_patient(self)
        if now is None or patient is None:
            self.reset()  # type: ignore[no-untyped-call]
            await self._put_away()
            self._tell(ServiceProblem(Problem.NOT_FOUND, NO_PATIENT))
            return
        if self.shown != patient_handle(now, patient):
            self.reset()  # type: ignore[no-untyped-call]
            await self._put_away()
        self.loading = True
        yield
        await self._fetch(now, patient)

    @rx.event
    @requires(Kind.CLINICIAN)
    async def again(self) -> None:
        """Read it anew in place: what is being written stays as it stands."""
        now, patient = await current(self), await open_patient(self)
        if now is not None and patient is not None:
            await self._fetch(now, patient)

    @rx.event
    @requires(Kind.CLINICIAN)
    async def narrow(self, what: str, value: str) -> None:
        """Show the contacts and notes of these words, this service, author or kind."""
        if what in ("words", "service", "author", "kind"):
            setattr(self, what, value[:100])
            self._show()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def more(self) -> None:
        """Contacts and notes older than those in sight."""
        try:
            found = await (await self._client()).older(self._goes_on, EACH)
        except ServiceProblem as problem:
            self._tell(problem)
            return
        for kind, page in found.items():
            live = [e for e in page.entries[kind] if e.state not in ("cancelled", "entered-in-error")]
            self._entries[kind] = [*self._entries[kind], *live]
        self._goes_on = {kind: page.next for kind, page in found.items() if page.next}
        self.older = bool(self._goes_on)
        self._show()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def show_former(self, note_id: str) -> None:
        """The earlier versions of a corrected note; once more puts them away."""
        if self.opened == note_id or self._entry(note_id) is None:
            self.opened, self.former = "", []
            return
        try:
            versions = await (await self._client()).history("Composition", note_id)
        except ServiceProblem as problem:
            self._tell(problem)
            return
        self.opened, self.former = note_id, transform.former(versions, self._known)

    async def _fetch(self, now: Current, patient: OpenPatient) -> None:
        try:
            now = await with_profile(now)
            client = await journal_client(self)
            if not self._known.templates:
                self._known = await client.templates()
            (found, self.outside), self._table = await asyncio.gather(_summary(client), _table(self, now))
        except ServiceProblem as problem:
            (await self.get_state(Critical))._tell(patient, problem)
            self._tell(problem)
            return
        await self._take(now, patient, found)
        begins, self.loading = self.loading, False
        self.shown, self.problem, self.code = patient_handle(now, patient), "", ""
        self.unit = now.session.unit
        self.results = latest.latest(self._table)
        await self._offer(now, begins=begins)
        self._show()

    async def _read(self) -> None:
        """Anew after a change: the journal alone."""
        now, patient = await current(self), await open_patient(self)
        if now is None or patient is None or self.shown != patient_handle(now, patient):
            return
        try:
            found, self.outside = await _summary(await journal_client(self))
        except ServiceProblem as problem:
            self._tell(problem)
            return
        await self._take(now, patient, found)
        self._show()

    async def _take(self, now: Current, patient: OpenPatient, found: Overview) -> None:
        self._entries, self._conflicts, self.writes = found.entries, found.conflicts, found.writes
        self._goes_on = {kind: cursor for kind, cursor in found.next.items() if kind in EVENTS}
        self.older = bool(self._goes_on)
        (await self.get_state(Critical))._show(now, patient, self._entries)

    async def _client(self) -> JournalClient:
        """The client of the patient that the page shows. Raises `ServiceProblem` (`other-patient`)."""
        return await client_of(self, self.shown)

    async def _put_away(self) -> None:
        """What is of another patient. What was saved of a note is a draft; leaving the rest was asked."""
        from portal.clinician.journal.contacting import Contacting  # noqa: PLC0415 - they build on this state
        from portal.clinician.journal.documents import Documents  # noqa: PLC0415
        from portal.clinician.journal.editing import ListEditor  # noqa: PLC0415
        from portal.clinician.journal.moving import Mover  # noqa: PLC0415
        from portal.clinician.journal.ordering import OrderForm  # noqa: PLC0415
        from portal.clinician.journal.orders import Orders  # noqa: PLC0415
        from portal.clinician.journal.over_time import OverTime  # noqa: PLC0415
        from portal.clinician.journal.reconcile import Reconciler  # noqa: PLC0415
        from portal.clinician.journal.writing import NoteWriter  # noqa: PLC0415

        forms = (NoteWriter, ListEditor, Contacting, Reconciler, Documents, Mover, OverTime)
        for form in (*forms, OrderForm, Orders):
            (await self.get_state(form)).reset()  # type: ignore[no-untyped-call]

    async def _offer(self, now: Current, *, begins: bool) -> None:
        from portal.clinician.journal.writing import NoteWriter  # noqa: PLC0415 - it builds on this state

        service = transform.service_of(self._entries, now.session.unit)
        writer = await self.get_state(NoteWriter)
        writer._offer(self._known, service, now.session.authorised_role)
        if begins:
            writer._go_on(self._entry(writer.note), self._known)

    def _show(self) -> None:
        wanted = Wanted(self.words, self.service, self.author, self.kind, self.unit)
        self.groups = lists.groups(self._entries, self._conflicts)
        self.documents, self.documents_closed = docs(self._entries), DOCUMENT not in self._entries
        self.events = transform.events(self._entries, self._known, wanted)
        self.authors = transform.authors(self._entries)
        self.total = len(transform.events(self._entries, self._known, Wanted()))

    def _tell(self, problem: ServiceProblem) -> None:
        self.loading, self.problem = False, str(problem.problem)
        self.code = _AS_RESULTS.get(problem.code, problem.code)

    def _entry(self, entry_id: str) -> Entry | None:
        return next((e for found in self._entries.values() for e in found if e.id == entry_id), None)


async def _summary(client: JournalClient) -> tuple[Overview, bool]:
    """The journal, and whether the reader is of another service and sees critical information alone."""
    try:
        return await client.overview(), False
    except ServiceProblem as problem:
        if problem.code != _OF_OTHERS:
            raise
    return await client.overview(_OPEN_ACROSS), True


async def _table(state: rx.State, now: Current) -> TableAnswer | None:
    """The results with what is new; None when they are not to be had: the journal is shown all the same.

    Without an authorisation they are not asked for: the patient would read of a refusal each time.
    """
    if not now.session.hpr_number:
        return None
    try:
        return await (await screens_client(state)).table(news=True)
    except ServiceProblem:
        return None


seen: Any = JournalState
"""The state for views: Reflex turns its attributes into Vars, which types do not tell."""
