"""Calls to our own APIs with httpx: `client.post(url, auth=DpopAuth(key, token, nonces))`."""

from __future__ import annotations

from collections.abc import Generator
from urllib.parse import urlsplit

import httpx

from kit.identity.dpop import DpopKey


class NonceJar:
    """The latest nonce of each server (RFC 9449 8.2). Share one between the calls of a process."""

    def __init__(self) -> None:
        self._nonces: dict[str, str] = {}

    def get(self, url: str) -> str | None:
        """The nonce that the server of `url` gave last."""
        return self._nonces.get(_origin(url))

    def learn(self, answer: httpx.Response) -> bool:
        """Keep the answer's nonce; True when it is a new one."""
        nonce = answer.headers.get("dpop-nonce")
        if not nonce:
            return False
        origin = _origin(str(answer.request.url))
        changed = bool(self._nonces.get(origin) != nonce)
        self._nonces[origin] = nonce
        return changed


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


class DpopAuth(httpx.Auth):
    """Signs each request and, when the server asks for its nonce, once again. Sync and async."""

    def __init__(self, key: DpopKey, token: str, nonces: NonceJar | None = None) -> None:
        self._key = key
        self._token = token
        self._nonces = nonces if nonces is not None else NonceJar()

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """httpx's hook: yields the signed request, and again after `use_dpop_nonce`."""
        used = self._sign(request)
        answer = yield request
        self._nonces.learn(answer)
        asked = answer.status_code == 401 and "use_dpop_nonce" in answer.headers.get("www-authenticate", "")
        if asked and self._nonces.get(str(request.url)) != used:
            self._sign(request)
            answer = yield request
            self._nonces.learn(answer)

    def _sign(self, request: httpx.Request) -> str | None:
        url = str(request.url)
        nonce = self._nonces.get(url)
        request.headers["Authorization"] = f"DPoP {self._token}"
        request.headers["DPoP"] = self._key.proof(request.method, url, self._token, nonce)
        return nonce
