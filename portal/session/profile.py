"""The role a clinician acts in and the name of where: from the registers, once a session.

HelseID says who and for which organisation, not in which role (Volven 9060). The employment at that
organisation does; the core record checks the role against the authorisation at every look-up.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from portal.clients.core_record import CoreRecordClient
from portal.clients.fhir import Bundle, resources
from portal.session.current import Current
from portal.session.models import Session
from portal.session.patient import core_record_fhir
from portal.session.wiring import wiring


class Employment(msgspec.Struct, frozen=True):
    """One employment of today."""

    organisation: str
    organisation_name: str
    role: str


async def with_profile(now: Current) -> Current:
    """`now` with role and organisation name in its session. Raises `ServiceProblem`."""
    session = now.session
    if session.role or not session.hpr_number:
        return now
    bundle = await CoreRecordClient(core_record_fhir(now)).employments(session.hpr_number)
    chosen = choose(employments(bundle, date.today()), session)  # noqa: DTZ011 - employments follow the calendar
    if chosen is None:
        return now
    changed = await wiring().store.update(
        now.sid,
        role=chosen.role,
        organisation=chosen.organisation,
        organisation_name=chosen.organisation_name,
    )
    return Current(now.sid, now.tab, changed or session)


def choose(found: list[Employment], session: Session) -> Employment | None:
    """The employment at the place logged in for, else at its organisation, else the only one there is."""
    for number in (session.place, session.organisation):
        for one in found:
            if number and one.organisation == number:
                return one
    return found[0] if len(found) == 1 else None


def employments(bundle: Bundle, day: date) -> list[Employment]:
    """The employments that hold on `day`."""
    return [_employment(role) for role in resources(bundle, "PractitionerRole") if _holds(role, day)]


def _holds(role: dict[str, Any], day: date) -> bool:
    period = role.get("period", {})
    return str(period.get("start", "")) <= day.isoformat() <= str(period.get("end", "9999"))


def _employment(role: dict[str, Any]) -> Employment:
    organisation = role.get("organization", {})
    coding = ((role.get("code") or [{}])[0].get("coding") or [{}])[0]
    return Employment(
        str(organisation.get("identifier", {}).get("value", "")),
        str(organisation.get("display", "")),
        str(coding.get("code", "")),
    )
