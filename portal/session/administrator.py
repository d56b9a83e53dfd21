"""Those who administer an organisation: HelseID says who they are, the registers that they may.

Nobody is asked about who logs in with an HPR number: they give health care.
"""

from __future__ import annotations

import httpx
import msgspec
import reflex as rx

from kit.errors import AksonError
from kit.identity.apiclient import DpopAuth
from kit.identity.audiences import personal_scopes
from kit.identity.tokens import AccessToken
from kit.log import get_logger
from portal.clients.administration import AdministrationClient
from portal.clients.errors import Problem, ServiceProblem
from portal.clients.fhir import Authorize
from portal.clients.jsonapi import JsonClient
from portal.clients.unusual import UnusualClient
from portal.session.current import current
from portal.session.models import Kind, Session
from portal.session.tokens import CORE_RECORD, authorizer
from portal.session.wiring import wiring


async def with_administrator(session: Session) -> Session:
    """The new session, an administrator's where the registers name one.

    When the core record does not answer the session stays what it was: it opens nothing more.
    """
    if session.kind is not Kind.CLINICIAN or session.hpr_number:
        return session
    made = wiring()
    try:
        token = await made.helseid.access_token(session.login, CORE_RECORD, personal_scopes(CORE_RECORD))
        me = await AdministrationClient(made.http, made.settings.core_record_url, _with(token)).me()
    except ServiceProblem as problem:
        if problem.problem is not Problem.REFUSED:
            get_logger().warning("administrator not recognised", code=problem.code)
        return session
    except AksonError as error:
        get_logger().warning("administrator not recognised", code=error.code)
        return session
    return msgspec.structs.replace(
        session,
        kind=Kind.ADMINISTRATOR,
        tokens={**session.tokens, CORE_RECORD: token},
        organisation_name=str(me.get("organisation", "")),
    )


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


def _with(token: AccessToken) -> Authorize:
    """Credentials of one token, before there is a session to keep it in."""

    async def authorize() -> httpx.Auth:
        return DpopAuth(token.key(), token.value)

    return authorize
