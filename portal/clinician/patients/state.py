"""Finding a patient: by name among one's own, or by number with basis and reason; and opening them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from kit.ids import InvalidNationalId, parse_national_id
from portal.clients.core_record import CoreRecordClient
from portal.clients.errors import Problem, ServiceProblem
from portal.clinician.patients.transform import PatientRow, Person, people, rows
from portal.frame.layout import RESULTS
from portal.frame.patient import PatientBanner
from portal.session.current import Current, current
from portal.session.guard import Login, requires
from portal.session.journal import offers_apps
from portal.session.models import Kind, OpenPatient
from portal.session.patient import core_record_fhir, set_open_patient
from portal.session.places import shares_journal
from portal.session.profile import with_profile
from portal.session.tokens import RESULTS as RESULTS_API
from portal.session.tokens import prepare
from portal.session.wiring import wiring

SHOWN = 50
BASES = ("SAMTYKKE", "AKUTT", "UNNTAK", "FORHOYET_SAMTYKKE", "FORHOYET_AKUTT")
REASONS = ("treatment", "emergency", "referral", "home-care", "health-centre", "advice")
LISTED_BASIS = "UNNTAK"
"""Own patients: the listed GP and the substitute need no consent (kjernejournalforskriften § 7)."""
LOGIN_ANEW = "fresh-login-required"
ON_MY_LIST = "listed"
"""The reader's answer that the registers show the relation: nothing is declared."""


class PatientSearch(rx.State):
    """The page's state. Numbers of people not yet opened stay on the server (`_people`, `_number`)."""

    query: str = ""
    rows: list[PatientRow] = []  # noqa: RUF012 - Reflex copies defaults
    total: int = 0
    loaded: bool = False
    by_number: bool = False
    number_error: str = ""
    basis: str = BASES[0]
    reason: str = ""
    reason_missing: bool = False
    opening: bool = False
    problem: str = ""
    code: str = ""
    _people: list[Person] = []  # noqa: RUF012
    _number: str = ""

    @rx.event
    @requires(Kind.CLINICIAN)
    async def load(self) -> None:
        """Fetch one's own patients; closes whoever was open in this tab."""
        self._forget()
        now = await current(self)
        if now is None:
            return
        await set_open_patient(now, None)
        (await self.get_state(PatientBanner))._show(now, None)
        try:
            now = await with_profile(now)
            if now.session.hpr_number:  # lists of patients belong to an authorisation
                client = CoreRecordClient(core_record_fhir(now), now.session.role)
                listed, _ = await asyncio.gather(client.own_patients(), prepare(now, RESULTS_API))
                self._people = people(listed)
            self.loaded = True
        except ServiceProblem as problem:
            self._tell(problem)
        await self._tell_frame(now)
        self._list()
        if now.session.wanted is not None:
            await self._take_up(now, now.session.wanted)

    async def _tell_frame(self, now: Current) -> None:
        """What the menu holds depends on the place; without an answer it holds all but others' apps."""
        for ask in (shares_journal, offers_apps):
            with contextlib.suppress(ServiceProblem):
                await ask(now)
        changed = await current(self)
        if changed is not None:
            (await self.get_state(Login))._bind(changed.sid, changed.session)

    @rx.event
    @requires(Kind.CLINICIAN)
    async def type(self, query: str) -> None:
        """Narrow one's own patients while a name is typed; digits wait for the whole number."""
        if query == self.query:  # Enter came first
            return
        self.query = query
        self.number_error = ""
        self.by_number = False
        self._list()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def find(self, form: dict[str, Any]) -> None:
        """Enter: a whole number asks for basis and reason; a name narrows the list."""
        self.query = str(form.get("query", ""))
        self.by_number, self.number_error = False, ""
        self._list()
        digits = "".join(self.query.split())
        if not digits.isdigit():
            return
        try:
            self._number = parse_national_id(digits).value
        except InvalidNationalId as error:
            self.number_error = error.code
            return
        self.problem = self.code = ""
        self.by_number = True

    @rx.event
    @requires(Kind.CLINICIAN)
    async def choose_basis(self, basis: str) -> None:
        """The basis for the number typed."""
        self.basis = basis if basis in BASES else BASES[0]

    @rx.event
    @requires(Kind.CLINICIAN)
    async def choose_reason(self, reason: str) -> None:
        """The reason for the number typed."""
        self.reason = reason if reason in (*REASONS, ON_MY_LIST) else ""
        self.reason_missing = False

    @rx.event
    @requires(Kind.CLINICIAN)
    async def open_listed(self, key: int) -> AsyncIterator[Any]:
        """Open one of one's own patients."""
        if not 0 <= key < len(self._people):
            return
        self.opening, self.problem, self.code = True, "", ""
        yield
        yield await self._look_up(self._people[key].number, LISTED_BASIS, None)

    @rx.event
    @requires(Kind.CLINICIAN)
    async def open_number(self, _form: dict[str, Any]) -> AsyncIterator[Any]:
        """Open the person of the number typed, on the basis and for the reason chosen."""
        if not self._number:
            return
        if not self.reason:
            self.reason_missing = True
            return
        self.opening, self.problem, self.code = True, "", ""
        yield
        reason = None if self.reason == ON_MY_LIST else self.reason
        yield await self._look_up(self._number, self.basis, reason)

    async def _look_up(self, number: str, basis: str, reason: str | None) -> Any:
        """Who has the number, decided and logged like any look-up; then open them."""
        now = await current(self)
        if now is None:
            return None
        try:
            client = CoreRecordClient(core_record_fhir(now), now.session.role)
            found = people(await client.person(number, basis, reason))
        except ServiceProblem as problem:
            if problem.code == LOGIN_ANEW:
                wanted = OpenPatient(number=number, basis=basis, reason=reason)
                await wiring().store.update(now.sid, wanted=wanted)
            self._tell(problem)
            return None
        if not found:
            self._tell(ServiceProblem(Problem.NOT_FOUND, "no-person"))
            return None
        patient = found[0].opened(basis, reason)
        await set_open_patient(now, patient)
        (await self.get_state(PatientBanner))._show(now, patient)
        self._forget()
        return rx.redirect(RESULTS)

    async def _take_up(self, now: Current, wanted: OpenPatient) -> None:
        """After the new login that an emergency asked for: what was typed before it, ready to be sent."""
        await wiring().store.update(now.sid, wanted=None)
        self._number, self.query, self.by_number = wanted.number, wanted.number, True
        self.basis, self.reason = wanted.basis, wanted.reason or ON_MY_LIST

    def _list(self) -> None:
        self.rows, self.total = rows(self._people, self.query, SHOWN)

    def _tell(self, problem: ServiceProblem) -> None:
        self.problem, self.code, self.opening = str(problem.problem), problem.code, False

    def _forget(self) -> None:
        self.reset()  # type: ignore[no-untyped-call]
