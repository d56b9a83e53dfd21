"""The clients for the municipal journal: the open patient's, a citizen's own, and one's unit's lists."""

from __future__ import annotations

import hashlib

import reflex as rx

from portal.clients.apps import AppsClient
from portal.clients.core_record import declared
from portal.clients.errors import Problem, ServiceProblem
from portal.clients.journal import JournalApi, JournalClient
from portal.clients.unit import UnitClient
from portal.session.acting import person_number
from portal.session.current import Current, current
from portal.session.models import Kind, OpenPatient
from portal.session.profile import with_profile
from portal.session.tokens import JOURNAL, authorizer
from portal.session.wiring import wiring

__all__ = [
    "NO_PATIENT",
    "OTHER_PATIENT",
    "citizen_journal",
    "client_for",
    "client_of",
    "journal_client",
    "journal_of",
    "offers_apps",
    "own_journal_of",
    "patient_handle",
    "session_of",
    "unit_client",
]
NO_PATIENT = "no-open-patient"
OTHER_PATIENT = "other-patient"


async def journal_client(state: rx.State) -> JournalClient:
    """The client for the open patient's journal.

    Raises `ServiceProblem`: `SIGNED_OUT` without a clinician's session, `NOT_FOUND` (`no-open-patient`) when
    this tab has no patient open.
    """
    now = await session_of(state)
    return journal_of(now, await _patient(now))


async def client_of(state: rx.State, *shown: str) -> JournalClient:
    """As `client_for`, on behalf of the session behind this event; raises as `journal_client` too."""
    return await client_for(await session_of(state), *shown)


async def client_for(now: Current, *shown: str) -> JournalClient:
    """The client, where the patient who is open is the one whose handle every part of the page has.

    What was begun for one patient is never written for another: raises `ServiceProblem` (`other-patient`, and
    `no-open-patient`).
    """
    patient = await _patient(now)
    if {*shown} != {patient_handle(now, patient)}:
        raise ServiceProblem(Problem.REFUSED, OTHER_PATIENT)
    return journal_of(now, patient)


def journal_of(now: Current, patient: OpenPatient) -> JournalClient:
    """The client for this patient's journal on behalf of this session."""
    headers = declared(patient.number, patient.basis, now.session.role, patient.reason)
    return JournalClient(_api(now, headers))


async def unit_client(state: rx.State) -> UnitClient:
    """The client for the lists of the place one works at. Raises `ServiceProblem` (`SIGNED_OUT`)."""
    now = await session_of(state)
    role = {"requester-hpr-role": now.session.role} if now.session.role else {}
    return UnitClient(_api(now, role))


async def offers_apps(now: Current) -> bool:
    """Whether somebody's app can be opened by who acts in this role at this place; kept in the session, and
    asked anew by each call: an app is admitted while people are at work. Raises `ServiceProblem`.
    """
    role = {"requester-hpr-role": now.session.role} if now.session.role else {}
    offered = bool(await AppsClient(_api(now, role)).offered())
    if offered != now.session.offers_apps:
        await wiring().store.update(now.sid, offers_apps=offered)
    return offered


async def citizen_journal(state: rx.State) -> JournalClient:
    """The client for the journal of whom this tab shows: oneself, or the one acted for.

    Raises `ServiceProblem` (`SIGNED_OUT`) without a citizen's session.
    """
    now = await current(state)
    if now is None or now.session.kind is not Kind.CITIZEN:
        raise ServiceProblem(Problem.SIGNED_OUT, "no-session")
    return await own_journal_of(now)


async def own_journal_of(now: Current) -> JournalClient:
    """The same on behalf of this citizen's session."""
    return JournalClient(_api(now, {"person-id": await person_number(now)}))


def patient_handle(now: Current, patient: OpenPatient) -> str:
    """What a page knows the displayed patient by: the same for a session and a patient, telling nothing."""
    return hashlib.sha256(f"{now.sid}\x1f{patient.number}".encode()).hexdigest()[:24]


async def _patient(now: Current) -> OpenPatient:
    patient = await wiring().store.open_patient(now.sid, now.tab)
    if patient is None:
        raise ServiceProblem(Problem.NOT_FOUND, NO_PATIENT)
    return patient


def _api(now: Current, headers: dict[str, str]) -> JournalApi:
    made = wiring()
    return JournalApi(made.http, made.settings.journal_url, authorizer(now, JOURNAL), headers)


async def session_of(state: rx.State) -> Current:
    """The clinician's session, with the role acted in, whichever page came first.

    Raises `ServiceProblem` (`SIGNED_OUT`, and what the registers answer).
    """
    now = await current(state)
    if now is None or now.session.kind is not Kind.CLINICIAN:
        raise ServiceProblem(Problem.SIGNED_OUT, "no-session")
    return await with_profile(now)
