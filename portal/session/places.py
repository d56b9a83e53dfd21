"""Where a clinician works today: one place is taken as it is, of several one is chosen at the login.

The choice goes to HelseID as `authorization_details`, so that every token names the employer and the place;
the portal never says on its own for whom somebody acts.
"""

from __future__ import annotations

import asyncio
from datetime import date

import msgspec
import reflex as rx

from kit.identity.tokens import PendingLogin
from portal.clients.core_record import CoreRecordClient
from portal.clients.errors import Problem, ServiceProblem
from portal.clients.fhir import resources
from portal.session.current import Current
from portal.session.journal import session_of
from portal.session.models import Kind, Session
from portal.session.patient import core_record_fhir
from portal.session.profile import employments
from portal.session.wiring import wiring

CHOOSE = "/auth/helseid/place"
"""Where one who works at several places says which."""
NO_LISTS = "place-without-lists"
SHARING = frozenset({"municipality", "gp_office", "home_care", "emergency", "health_centre"})
"""Kinds of organisations (register) that share the municipal journal, as the access rules have it."""


class Place(msgspec.Struct, frozen=True):
    """A place of work: its number and name, and those of the employer it belongs to."""

    number: str
    name: str
    employer: str
    employer_name: str


async def places_of(now: Current) -> list[Place]:
    """The places where the registers say the clinician works today. Raises `ServiceProblem`."""
    if now.session.kind is not Kind.CLINICIAN or not now.session.hpr_number:
        return []
    client = CoreRecordClient(core_record_fhir(now))
    bundle = await client.employments(now.session.hpr_number)
    found = {one.organisation: one for one in employments(bundle, date.today())}  # noqa: DTZ011 - the calendar's
    if len(found) < 2:
        return [Place(one.organisation, one.organisation_name, "", "") for one in found.values()]
    return list(await asyncio.gather(*(_place(client, number) for number in sorted(found))))


async def shares_journal(now: Current) -> bool:
    """Whether the place one works at is of the municipal services: by the registers, once a session.

    Who works elsewhere has no lists there, and the services would log a refusal of each question for them.
    Raises `ServiceProblem`.
    """
    if now.session.shares_journal is not None:
        return now.session.shares_journal
    number = now.session.place or now.session.organisation
    bundle = await CoreRecordClient(core_record_fhir(now)).organisation(number) if number else {}
    found = next(iter(resources(bundle, "Organization")), {})
    kinds = {coding.get("code") for kind in found.get("type", []) for coding in kind.get("coding", [])}
    shares = not SHARING.isdisjoint(kinds)
    await wiring().store.update(now.sid, shares_journal=shares)
    return shares


async def need_lists(state: rx.State) -> None:
    """Raises `ServiceProblem` (`place-without-lists`) where the place does not share the journal.

    Asked before the lists are, so that nobody leaves a refusal in the log by following a link.
    """
    if not await shares_journal(await session_of(state)):
        raise ServiceProblem(Problem.REFUSED, NO_LISTS)


async def settle(now: Current, pending: PendingLogin) -> Session:
    """The new session, waiting for a choice where there are several places and none was asked for.

    Without an answer from the registers it stays what it is: the services decide by what the token says.
    """
    try:
        several = len(await places_of(now)) > 1
    except ServiceProblem:
        return now.session
    if not several:
        return now.session
    choosing = pending.organisation is None
    changed = await wiring().store.update(now.sid, several_places=True, choosing=choosing)
    return changed or now.session


async def _place(client: CoreRecordClient, number: str) -> Place:
    bundle = await client.organisation(number)
    found = next(iter(resources(bundle, "Organization")), {})
    parent = found.get("partOf", {})
    name = str(found.get("name", number))
    employer = str(parent.get("reference", "")).removeprefix("Organization/") or number
    return Place(number, name, employer, str(parent.get("display", "")) or name)
