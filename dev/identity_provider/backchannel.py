"""Telling clients that a login has ended (OpenID Connect Back-Channel Logout 1.0)."""

from __future__ import annotations

import httpx

from dev.identity_provider.issuer import Issuer
from kit.identity.logouttoken import EVENT
from kit.log import get_logger

TOKEN_SECONDS = 120


def logout_token(issuer: Issuer, client_id: str, persona: str, session: str) -> str:
    """The token of section 2.4, for one login."""
    claims = {
        "aud": client_id,
        "sub": issuer.subject(persona),
        "sid": session,
        "events": {EVENT: {}},
    }
    return issuer.sign(claims, "logout+jwt", TOKEN_SECONDS)


async def end_login(issuer: Issuer, session: str, http: httpx.AsyncClient) -> None:
    """End a login: its refresh tokens serve no more, and the client that made it is told."""
    issuer.ended.add(session)
    login = issuer.live.pop(session, None)
    client = issuer.clients.get(login.client_id) if login else None
    if login is None or client is None or client.backchannel is None:
        return
    token = logout_token(issuer, login.client_id, login.persona, session)
    try:
        answer = await http.post(client.backchannel, data={"logout_token": token})
    except httpx.HTTPError as error:
        get_logger().warning("client not told of the logout", kind=type(error).__name__)
        return
    if answer.status_code not in (200, 204):
        get_logger().warning("client refused the logout token", status=answer.status_code)
