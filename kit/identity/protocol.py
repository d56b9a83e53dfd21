"""Requests of a client to its provider: an assertion and a proof for each try, and the answer's checks."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

import httpx

from kit.identity import faults
from kit.identity.apiclient import NonceJar
from kit.identity.clientauth import ClientAuth
from kit.identity.dpop import DpopKey
from kit.identity.jwks import Issuer
from kit.identity.tokens import AccessToken

FormData = Mapping[str, str | list[str]]
_ERROR_CODE = re.compile(r"[a-z_]{1,60}")
_DEFAULT_LIFETIME = 60.0


class ProtocolClient:
    """One client at one issuer."""

    def __init__(self, issuer: Issuer, auth: ClientAuth, http: httpx.AsyncClient) -> None:
        self.issuer = issuer
        self.auth = auth
        self._http = http
        self._nonces = NonceJar()

    async def post(
        self,
        endpoint: str,
        data: FormData,
        key: DpopKey | None = None,
        assertion_claims: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """POST a form to e.g. `token_endpoint`; answers the JSON body of a success.

        A nonce challenge has used up the assertion too, so both are signed again, once. Raises
        `faults.LoginRefused` (`provider-…`) or `faults.IssuerUnavailable`.
        """
        url = await self.issuer.endpoint(endpoint)
        answer = await self._send(url, data, key, assertion_claims)
        body = _json(answer)
        if body.get("error") == "use_dpop_nonce" and key is not None:
            answer = await self._send(url, data, key, assertion_claims)
            body = _json(answer)
        if not answer.is_success:
            raise provider_error(body.get("error"))
        return body

    async def _send(
        self, url: str, data: FormData, key: DpopKey | None, assertion_claims: Mapping[str, Any] | None
    ) -> httpx.Response:
        headers = {"Accept": "application/json"}
        if key is not None:
            headers["DPoP"] = key.proof("POST", url, nonce=self._nonces.get(url))
        form = {**data, **self.auth.fields(assertion_claims)}
        try:
            answer = await self._http.post(url, data=form, headers=headers, follow_redirects=False)
        except httpx.HTTPError as error:
            raise faults.IssuerUnavailable from error
        self._nonces.learn(answer)
        return answer


def provider_error(error: object) -> faults.LoginRefused:
    """The provider's refusal as our error; only a well-formed code is passed on, no text."""
    code = error if isinstance(error, str) and _ERROR_CODE.fullmatch(error) else "error"
    if code == "access_denied":
        return faults.LoginRefused("login-cancelled", "The login was cancelled.")
    return faults.LoginRefused(f"provider-{code.replace('_', '-')}")


def read_access_token(body: Mapping[str, Any], key: DpopKey | None, audience: str | None) -> AccessToken:
    """The access token of a token response (RFC 6749 5.1), of the kind that was asked for.

    Raises `faults.LoginRefused` with `token-response-type` (not bound to our key) or `token-response`.
    """
    wanted = "bearer" if key is None else "dpop"
    if str(body.get("token_type", "")).lower() != wanted:
        raise faults.LoginRefused("token-response-type")
    value, lifetime = body.get("access_token"), body.get("expires_in", _DEFAULT_LIFETIME)
    if not isinstance(value, str) or not value:
        raise faults.LoginRefused("token-response")
    if isinstance(lifetime, bool) or not isinstance(lifetime, int | float):
        raise faults.LoginRefused("token-response")
    return AccessToken(
        value=value,
        expires_at=time.time() + lifetime,
        audience=audience,
        scopes=tuple(str(body.get("scope", "")).split()),
        dpop_jwk=key.to_jwk() if key else None,
    )


def _json(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code >= 500:
        raise faults.IssuerUnavailable
    try:
        body = answer.json()
    except ValueError as error:
        raise faults.LoginRefused("provider-response") from error
    if not isinstance(body, dict):
        raise faults.LoginRefused("provider-response")
    return body
