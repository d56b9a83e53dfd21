"""The open patient of a tab, and the client that reads their results. Never in a URL or browser storage."""

from __future__ import annotations

import reflex as rx

from portal.clients.agreements import AgreementsClient
from portal.clients.core_record import declared
from portal.clients.errors import Problem, ServiceProblem
from portal.clients.fhir import FhirClient
from portal.clients.jsonapi import JsonClient
from portal.clients.results import ResultsClient
from portal.session.current import Current, current
from portal.session.models import Kind, OpenPatient
from portal.session.tokens import CORE_RECORD, RESULTS, authorizer
from portal.session.wiring import wiring

__all__ = [
    "OpenPatient",
    "core_record_fhir",
    "need_basis",
    "open_patient",
    "patient_agreements",
    "results_client",
    "results_fhir",
    "set_open_patient",
]


async def open_patient(state: rx.State) -> OpenPatient | None:
    """The patient this tab has open, or None (nobody chosen, or signed out)."""
    now = await current(state)
    if now is None or now.session.kind is not Kind.CLINICIAN:
        return None
    return await wiring().store.open_patient(now.sid, now.tab)


async def set_open_patient(now: Current, patient: OpenPatient | None) -> None:
    """Open `patient` in this tab (None: close)."""
    await wiring().store.set_open_patient(now.sid, now.tab, patient)


async def results_client(state: rx.State) -> ResultsClient:
    """The client for the open patient's results.

    Raises `ServiceProblem`: `SIGNED_OUT` without a clinician's session, `NOT_FOUND` (code `no-open-patient`)
    when this tab has no patient open.
    """
    now, headers = await _declared(state)
    return ResultsClient(results_fhir(now), headers)


async def patient_agreements(state: rx.State) -> AgreementsClient:
    """The client for the open patient's agreements on earlier viewing. Raises as `results_client`."""
    now, headers = await _declared(state)
    made = wiring()
    api = JsonClient(made.http, made.settings.results_url, authorizer(now, RESULTS))
    return AgreementsClient(api, headers)


async def _declared(state: rx.State) -> tuple[Current, dict[str, str]]:
    now = await current(state)
    if now is None or now.session.kind is not Kind.CLINICIAN:
        raise ServiceProblem(Problem.SIGNED_OUT, "no-session")
    patient = await wiring().store.open_patient(now.sid, now.tab)
    if patient is None:
        raise ServiceProblem(Problem.NOT_FOUND, "no-open-patient")
    need_basis(patient)
    return now, dict(declared(patient.number, patient.basis, now.session.role, patient.reason))


def need_basis(patient: OpenPatient) -> None:
    """Results are looked up on a basis, which somebody opened from a unit's own list may not have.

    Raises `ServiceProblem` (`REFUSED`, `basis-needed`).
    """
    if not patient.basis:
        raise ServiceProblem(Problem.REFUSED, "basis-needed")


def core_record_fhir(now: Current) -> FhirClient:
    """The core record's FHIR base on behalf of this session."""
    made = wiring()
    return FhirClient(made.http, made.settings.core_record_url, authorizer(now, CORE_RECORD))


def results_fhir(now: Current) -> FhirClient:
    """The results service's FHIR base on behalf of this session."""
    made = wiring()
    return FhirClient(made.http, made.settings.results_url, authorizer(now, RESULTS))
