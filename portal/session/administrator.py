"""Those who administer an organisation: HelseID says who they are, the registers that they may.

Nobody is asked about who logs in with an HPR number: they give health care.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from kit.identity.audiences import personal_scopes
from portal.clients.administration import AdministrationClient
from portal.clients.errors import Problem, ServiceProblem
from portal.clients.fhir import Authorize
from portal.clients.jsonapi import JsonClient
from portal.clients.unusual import UnusualClient
from portal.session.current import current
from portal.session.models import Kind, Session
from portal.session.recognised import recognised
from portal.session.tokens import CORE_RECORD, authorizer
from portal.session.wiring import Wiring, wiring


async def with_administrator(session: Session) -> Session:
    """The new session, an administrator's where the registers name one."""

    async def ask(made: Wiring, authorize: Authorize) -> dict[str, Any]:
        return await AdministrationClient(made.http, made.settings.core_record_url, authorize).me()

    return await recognised(session, Kind.ADMINISTRATOR, CORE_RECORD, personal_scopes(CORE_RECORD), ask)


async def administration_client(state: rx.State) -> AdministrationClient:
    """The client for the registers. Raises `ServiceProblem` (`SIGNED_OUT`) without such a session."""
    now = await current(state)
    if now is None or now.session.kind is not Kind.ADMINISTRATOR:
        raise ServiceProblem(Problem.SIGNED_OUT, "no-session")
    made = wiring()
    return AdministrationClient(made.http, made.settings.core_record_url, authorizer(now, CORE_RECORD))


async def unusual_client(state: rx.State) -> UnusualClient:
    """The client for follow-up. Raises `ServiceProblem` (`SIGNED_OUT`) without such a session."""
    now = await current(state)
    if now is None or now.session.kind is not Kind.ADMINISTRATOR:
        raise ServiceProblem(Problem.SIGNED_OUT, "no-session")
    made = wiring()
    base = f"{made.settings.core_record_url}/administration/unusual-access"
    return UnusualClient(JsonClient(made.http, base, authorizer(now, CORE_RECORD)))
