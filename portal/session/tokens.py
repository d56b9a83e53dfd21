"""Access tokens of a session: one per service, DPoP-bound, fetched when needed and renewed in time.

A clinician's come from HelseID by refresh, one per resource. A citizen's come from the core record's token
exchange, for ID-porten's access token, which is itself renewed while ID-porten's session lives.
"""

from __future__ import annotations

from contextlib import suppress

import httpx

from kit.errors import AksonError
from kit.identity.apiclient import DpopAuth, NonceJar
from kit.identity.audiences import CORE_RECORD, JOURNAL, OPERATOR_SCOPES, PANEL, RESULTS, personal_scopes
from kit.identity.tokens import AccessToken
from portal.clients.errors import Problem, ServiceProblem
from portal.clients.fhir import Authorize
from portal.session.current import Current
from portal.session.models import Kind, Session
from portal.session.wiring import Wiring, wiring

__all__ = ["CORE_RECORD", "JOURNAL", "PANEL", "RESULTS", "authorizer", "prepare"]
_nonces = NonceJar()


def authorizer(now: Current, audience: str) -> Authorize:
    """What gives a client its credentials for one service: a live token and its proof of possession.

    Raises `ServiceProblem`: `SIGNED_OUT` when the login no longer serves, `DOWN` when the provider is silent.
    """

    async def authorize() -> httpx.Auth:
        token = _usable(now.session, audience) or await _renew(now, audience)
        return DpopAuth(token.key(), token.value, _nonces)

    return authorize


async def prepare(now: Current, audience: str) -> None:
    """Fetch the token that the next page will need. If that fails, the next page tries, and tells."""
    with suppress(ServiceProblem):
        await authorizer(now, audience)()


def _usable(session: Session, audience: str) -> AccessToken | None:
    token = session.tokens.get(audience)
    return token if token and token.usable() else None


async def _renew(now: Current, audience: str) -> AccessToken:
    """A new token, under the session's lock: a refresh token serves once, and two tabs may ask at a time."""
    made = wiring()
    async with made.store.lock(now.sid):
        session = await made.store.get(now.sid)
        if session is None:
            raise ServiceProblem(Problem.SIGNED_OUT, "no-session")
        token = _usable(session, audience)
        if token is None:
            token = await _fetch(made, session, audience)
            session.tokens[audience] = token
            await made.store.save(now.sid, session)
    now.session.tokens[audience] = token
    return token


async def _fetch(made: Wiring, session: Session, audience: str) -> AccessToken:
    scopes = personal_scopes(audience)
    try:
        if session.kind is Kind.OPERATOR:
            return await made.helseid.access_token(session.login, audience, sorted(OPERATOR_SCOPES))
        if session.kind in (Kind.CLINICIAN, Kind.ADMINISTRATOR):
            return await made.helseid.access_token(session.login, audience, scopes)
        if not session.login.access.usable():
            await made.idporten.refresh(session.login)
        return await made.exchange.exchange(session.login.access, audience, scopes)
    except AksonError as error:
        problem = Problem.SIGNED_OUT if error.permanent else Problem.DOWN
        raise ServiceProblem(problem, error.code) from None
