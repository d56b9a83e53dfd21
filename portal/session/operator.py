"""Those who operate the service: HelseID says who they are, the results service that they may.

Nobody else is asked about: whoever logs in with an HPR number gives health care.
"""

from __future__ import annotations

import httpx
import msgspec
import reflex as rx

from kit.errors import AksonError
from kit.identity.apiclient import DpopAuth
from kit.identity.audiences import OPERATOR_SCOPES
from kit.identity.tokens import AccessToken
from kit.log import get_logger
from portal.clients.errors import Problem, ServiceProblem
from portal.clients.fhir import Authorize
from portal.clients.operations import OperationsClient
from portal.session.current import current
from portal.session.models import Kind, Session
from portal.session.tokens import RESULTS, authorizer
from portal.session.wiring import wiring


async def with_operator(session: Session) -> Session:
    """The new session, an operator's where the service admits them.

    When the service does not answer the session stays what it was: it opens nothing more.
    """
    if session.kind is not Kind.CLINICIAN or session.hpr_number:
        return session
    made = wiring()
    try:
        token = await made.helseid.access_token(session.login, RESULTS, sorted(OPERATOR_SCOPES))
        me = await OperationsClient(made.http, made.settings.results_url, _with(token)).me()
    except ServiceProblem as problem:
        if problem.problem is not Problem.REFUSED:
            get_logger().warning("operator not recognised", code=problem.code)
        return session
    except AksonError as error:
        get_logger().warning("operator not recognised", code=error.code)
        return session
    return msgspec.structs.replace(
        session,
        kind=Kind.OPERATOR,
        tokens={RESULTS: token},
        organisation_name=str(me.get("organisation", "")),
    )


async def operations_client(state: rx.State) -> OperationsClient:
    """The client for operations. Raises `ServiceProblem` (`SIGNED_OUT`) without an operator's session."""
    now = await current(state)
    if now is None or now.session.kind is not Kind.OPERATOR:
        raise ServiceProblem(Problem.SIGNED_OUT, "no-session")
    made = wiring()
    return OperationsClient(made.http, made.settings.results_url, authorizer(now, RESULTS))


def _with(token: AccessToken) -> Authorize:
    """Credentials of one token, before there is a session to keep it in."""

    async def authorize() -> httpx.Auth:
        return DpopAuth(token.key(), token.value)

    return authorize
