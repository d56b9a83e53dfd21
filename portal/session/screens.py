"""The client for the open patient's table of results and what is new in it."""

from __future__ import annotations

import reflex as rx

from portal.clients.core_record import declared
from portal.clients.errors import Problem, ServiceProblem
from portal.clients.screens import ScreensClient
from portal.session.current import current
from portal.session.models import Kind
from portal.session.patient import need_basis
from portal.session.tokens import RESULTS, authorizer
from portal.session.wiring import wiring


async def screens_client(state: rx.State) -> ScreensClient:
    """The client of the tab's open patient. Raises as `results_client`."""
    now = await current(state)
    if now is None or now.session.kind is not Kind.CLINICIAN:
        raise ServiceProblem(Problem.SIGNED_OUT, "no-session")
    made = wiring()
    patient = await made.store.open_patient(now.sid, now.tab)
    if patient is None:
        raise ServiceProblem(Problem.NOT_FOUND, "no-open-patient")
    need_basis(patient)
    headers = declared(patient.number, patient.basis, now.session.role, patient.reason)
    return ScreensClient(made.http, made.settings.results_url, authorizer(now, RESULTS), headers)
