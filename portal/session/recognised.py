"""Logins by HelseID that are more than health personnel's: the portal does not know whose, a service says so.

Nobody is asked about who logs in with an HPR number: they give health care.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import httpx
import msgspec

from kit.errors import AksonError
from kit.identity.apiclient import DpopAuth
from kit.identity.tokens import AccessToken
from kit.log import get_logger
from portal.clients.errors import Problem, ServiceProblem
from portal.clients.fhir import Authorize
from portal.session.models import Kind, Session
from portal.session.wiring import Wiring, wiring

Ask = Callable[[Wiring, Authorize], Awaitable[dict[str, Any]]]
"""Asks a service who this is: whether `admitted`, and then `organisation`."""


async def recognised(session: Session, kind: Kind, audience: str, scopes: Iterable[str], ask: Ask) -> Session:
    """The new session, of `kind` where the service says so.

    When the service does not answer the session stays what it was: it opens nothing more.
    """
    if session.kind is not Kind.CLINICIAN or session.hpr_number:
        return session
    made = wiring()
    try:
        token = await made.helseid.access_token(session.login, audience, sorted(scopes))
        me = await ask(made, _with(token))
    except ServiceProblem as problem:
        if problem.problem is not Problem.REFUSED:
            get_logger().warning("login not recognised", asked=str(kind), code=problem.code)
        return session
    except AksonError as error:
        get_logger().warning("login not recognised", asked=str(kind), code=error.code)
        return session
    if not me.get("admitted"):
        return session
    return msgspec.structs.replace(
        session,
        kind=kind,
        tokens={**session.tokens, audience: token},
        organisation_name=str(me.get("organisation", "")),
    )


def _with(token: AccessToken) -> Authorize:
    """Credentials of one token, before there is a session to keep it in."""

    async def authorize() -> httpx.Auth:
        return DpopAuth(token.key(), token.value)

    return authorize
