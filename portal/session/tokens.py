"""Access tokens of a session: one per service, DPoP-bound, fetched when needed and renewed in time."""

from __future__ import annotations

import time

import httpx

from kit.identity.apiclient import DpopAuth, NonceJar
from kit.identity.audiences import CORE_RECORD, RESULTS
from kit.identity.dpop import DpopKey
from portal.clients.errors import Problem, ServiceProblem
from portal.clients.fhir import Authorize
from portal.session.current import Current
from portal.session.models import Session, Token
from portal.session.wiring import wiring

__all__ = ["CORE_RECORD", "RESULTS", "authorizer"]
_MARGIN = 20
"""Seconds before its end at which a token is renewed."""
_nonces = NonceJar()


def authorizer(now: Current, audience: str) -> Authorize:
    """What gives a client its credentials for one service: a live token and its proof of possession."""

    async def authorize() -> httpx.Auth:
        token = _live(now.session, audience) or await _renew(now, audience)
        return DpopAuth(DpopKey.from_jwk(now.session.dpop_key), token.value, _nonces)

    return authorize


def _live(session: Session, audience: str) -> Token | None:
    token = session.tokens.get(audience)
    return token if token and token.expires_at - _MARGIN > time.time() else None


async def _renew(now: Current, audience: str) -> Token:
    """A new token, made under the session's lock: a refresh token serves only once."""
    store = wiring().store
    async with store.lock(now.sid):
        session = await store.get(now.sid)
        if session is None:
            raise ServiceProblem(Problem.SIGNED_OUT, "no-session")
        token = _live(session, audience)
        if token is None:
            raise ServiceProblem(Problem.SIGNED_OUT, "no-token")
    return token
