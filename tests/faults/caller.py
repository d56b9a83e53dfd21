"""Somebody with a login of their own: signed requests, the token renewed when it is about to end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import httpx

from dev.login import persona_access
from kit.identity.apiclient import DpopAuth, NonceJar
from kit.identity.tokens import AccessToken
from kit.settings import Settings

_MARGIN = 30.0  # seconds before its end at which a token is renewed


class Caller:
    """A persona at one audience. `http` is shared and stays open."""

    def __init__(
        self, settings: Settings, http: httpx.AsyncClient, persona: str, audience: str, scopes: Sequence[str]
    ) -> None:
        self.persona = persona
        self._settings, self._http = settings, http
        self._audience, self._scopes = audience, tuple(scopes)
        self._nonces = NonceJar()
        self._token: AccessToken | None = None
        self._renewing = asyncio.Lock()

    async def call(self, method: str, url: str, **request: object) -> httpx.Response:
        """One signed request; raises `httpx.TransportError`, or `AksonError` when no token is to be had."""
        auth = await self._auth()
        return await self._http.request(method, url, auth=auth, **request)  # type: ignore[arg-type]

    async def _auth(self) -> DpopAuth:
        async with self._renewing:
            if self._token is None or not self._token.usable(margin=_MARGIN):
                self._token = await persona_access(
                    self.persona, self._audience, self._scopes, settings=self._settings, http=self._http
                )
        return DpopAuth(self._token.key(), self._token.value, self._nonces)
