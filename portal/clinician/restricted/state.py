"""On what basis results are read of somebody who was opened from a list; and opening what the patient has
restricted: with the patient's consent, or in an emergency with a reason."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import reflex as rx

from portal.clients.core_record import CoreRecordClient
from portal.clients.errors import ServiceProblem
from portal.clinician.journal.state import JournalState
from portal.clinician.results.state import ResultsState
from portal.frame.critical import Critical
from portal.frame.layout import JOURNAL
from portal.frame.patient import PatientBanner
from portal.session.current import Current, current
from portal.session.guard import requires
from portal.session.journal import patient_handle
from portal.session.models import Kind, OpenPatient
from portal.session.patient import core_record_fhir, open_patient, set_open_patient
from portal.session.wiring import wiring

CONSENT, EMERGENCY = "FORHOYET_SAMTYKKE", "FORHOYET_AKUTT"
REASONS = ("emergency", "treatment", "referral", "home-care", "health-centre", "advice")
BASES = ("SAMTYKKE", "AKUTT", "UNNTAK")
"""What one reads results on who has opened somebody from a unit's list, where the journal needs no basis."""
LOGIN_ANEW = "fresh-login-required"


class Restricted(rx.State):
    """What the reader has filled in, and how opening went. `of`: with whom, by a handle: it holds for that
    patient alone, and is never shown beside another's name."""

    of: str = ""
    reason: str = ""
    confirmed: bool = False
    reason_missing: bool = False
    confirmation_missing: bool = False
    opening: bool = False
    problem: str = ""
    code: str = ""

    @rx.event
    @requires(Kind.CLINICIAN)
    async def open_on(self, basis: str) -> AsyncIterator[Any]:
        """Read the results of the open patient on a basis, where there is none yet."""
        patient = await self._about()
        if patient is None or patient.basis or basis not in BASES:
            return
        self.opening, self.problem, self.code = True, "", ""
        yield
        yield await self._open(basis, None)

    @rx.event
    @requires(Kind.CLINICIAN)
    async def choose_reason(self, reason: str) -> None:
        """The reason for opening in an emergency."""
        await self._about()
        self.reason = reason if reason in REASONS else ""
        self.reason_missing = False

    @rx.event
    @requires(Kind.CLINICIAN)
    async def confirm(self, confirmed: bool) -> None:
        """That it is an emergency and the patient cannot be asked."""
        await self._about()
        self.confirmed, self.confirmation_missing = bool(confirmed), False

    @rx.event
    @requires(Kind.CLINICIAN)
    async def open_with_consent(self) -> AsyncIterator[Any]:
        """Open on the consent that the patient gives now."""
        await self._about()
        self.opening, self.problem, self.code = True, "", ""
        yield
        yield await self._open(CONSENT, None)

    @rx.event
    @requires(Kind.CLINICIAN)
    async def open_in_emergency(self, _form: dict[str, Any]) -> AsyncIterator[Any]:
        """Open in an emergency, confirmed and with a reason."""
        await self._about()
        self.reason_missing, self.confirmation_missing = not self.reason, not self.confirmed
        if self.reason_missing or self.confirmation_missing:
            return
        self.opening, self.problem, self.code = True, "", ""
        yield
        yield await self._open(EMERGENCY, self.reason)

    async def _about(self) -> OpenPatient | None:
        """The open patient; what was filled in about another is gone."""
        now, patient = await current(self), await open_patient(self)
        of = "" if now is None or patient is None else patient_handle(now, patient)
        if of != self.of:
            self.reset()  # type: ignore[no-untyped-call]
            self.of = of
        return patient

    async def _open(self, basis: str, reason: str | None) -> Any:
        try:
            return await self._read_on(basis, reason)
        finally:
            self.opening = False

    async def _read_on(self, basis: str, reason: str | None) -> Any:
        """Ask whether the basis holds, then read the page anew on it."""
        now, patient = await current(self), await open_patient(self)
        if now is None or patient is None:
            return self._anew()
        wanted = msgspec.structs.replace(patient, basis=basis, reason=reason or patient.reason)
        try:
            client = CoreRecordClient(core_record_fhir(now), now.session.role)
            await client.person(wanted.number, wanted.basis, wanted.reason)
        except ServiceProblem as problem:
            await self._tell(now, wanted, problem)
            return None
        await set_open_patient(now, wanted)
        (await self.get_state(PatientBanner))._show(now, wanted)
        self.reset()  # type: ignore[no-untyped-call]
        return self._anew()

    def _anew(self) -> list[Any]:
        """Read what the page shows on the new basis."""
        here = self.router.url.path.rstrip("/")
        return [JournalState.again] if here == JOURNAL else [Critical.again, ResultsState.load]

    async def _tell(self, now: Current, wanted: OpenPatient, problem: ServiceProblem) -> None:
        if problem.code == LOGIN_ANEW:
            await wiring().store.update(now.sid, wanted=wanted)
        self.problem, self.code = str(problem.problem), problem.code
