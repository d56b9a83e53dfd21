"""Opening a person from a unit's own list: the registers show the relation, and nothing is declared."""

from __future__ import annotations

import reflex as rx

from portal.clients.unit import Listed
from portal.clinician.patients.state import LISTED_BASIS, PatientSearch
from portal.frame.patient import PatientBanner
from portal.session.current import Current
from portal.session.journal import unit_client
from portal.session.models import OpenPatient
from portal.session.patient import set_open_patient

_SEX = {1: "male", 2: "female"}


async def patient_of(
    state: rx.State, listed: Listed, basis: str = "", reason: str | None = None
) -> OpenPatient:
    """Whom a line is about, with the number that opens them. Raises `ServiceProblem`.

    Within the municipal services the journal needs no basis.
    """
    return OpenPatient(
        number=await (await unit_client(state)).number_of(listed.item.id),
        person=listed.item.person_id,
        name=listed.name,
        birth_date=listed.birth_date.isoformat() if listed.birth_date else "",
        sex=_SEX.get(listed.sex or 0, "unknown"),
        basis=basis,
        reason=reason,
    )


async def open_listed(state: rx.State, now: Current, listed: Listed) -> None:
    """Open the person of a line in this tab; the basis of a listed GP holds for results too.

    Raises `ServiceProblem`.
    """
    own = (await state.get_state(PatientSearch))._people
    basis = LISTED_BASIS if any(one.id == listed.item.person_id for one in own) else ""
    patient = await patient_of(state, listed, basis)
    await set_open_patient(now, patient)
    (await state.get_state(PatientBanner))._show(now, patient)
