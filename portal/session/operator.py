"""Those who operate the service: HelseID says who they are, the results service that they may.

Nobody else is asked about: whoever logs in with an HPR number gives health care.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from kit.identity.audiences import OPERATOR_SCOPES
from portal.clients.errors import Problem, ServiceProblem
from portal.clients.fhir import Authorize
from portal.clients.operations import OperationsClient
from portal.session.current import current
from portal.session.models import Kind, Session
from portal.session.recognised import recognised
from portal.session.tokens import RESULTS, authorizer
from portal.session.wiring import Wiring, wiring


async def with_operator(session: Session) -> Session:
    """The new session, an operator's where the service admits them."""

    async def ask(made: Wiring, authorize: Authorize) -> dict[str, Any]:
        return await OperationsClient(made.http, made.settings.results_url, authorize).me()

    return await recognised(session, Kind.OPERATOR, RESULTS, OPERATOR_SCOPES, ask)


async def operations_client(state: rx.State) -> OperationsClient:
    """The client for operations. Raises `ServiceProblem` (`SIGNED_OUT`) without an operator's session."""
    now = await current(state)
    if now is None or now.session.kind is not Kind.OPERATOR:
        raise ServiceProblem(Problem.SIGNED_OUT, "no-session")
    made = wiring()
    return OperationsClient(made.http, made.settings.results_url, authorizer(now, RESULTS))
