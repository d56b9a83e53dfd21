"""Client authentication by `private_key_jwt` (RFC 7523, FAPI 2.0): making and checking assertions.

The assertion lives at most 60 seconds, its audience is the issuer alone, its `typ` is
client-authentication+jwt, and its `jti` is good once. Source: HelseID security profile; RFC 7523bis.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidClientError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key

from kit.identity import faults
from kit.identity.dpop import SKEW, ProofRegistry
from kit.identity.freshness import Freshness
from kit.identity.keyfiles import algorithm_of
from kit.identity.verifier import TOKEN_ALGORITHMS, check_times, peek

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_TYP = "client-authentication+jwt"
LIFETIME = 30
MAX_LIFETIME = 60


class ClientAuth:
    """Signs a client's assertions for one issuer; a new one for every request."""

    def __init__(self, client_id: str, key: Key, issuer: str) -> None:
        if not key.is_private:
            raise ValueError("client authentication needs the private key")
        key.ensure_kid()
        self.client_id = client_id
        self._key = key
        self._issuer = issuer

    def fields(self, more: Mapping[str, Any] | None = None) -> dict[str, str]:
        """The form fields; `more` are claims inside the assertion (HelseID: `authorization_details`)."""
        now = int(time.time())
        claims = {
            **(more or {}),
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self._issuer,
            "iat": now,
            "nbf": now,
            "exp": now + LIFETIME,
            "jti": secrets.token_urlsafe(24),
        }
        algorithm = algorithm_of(self._key)
        header = {"alg": algorithm, "kid": self._key.kid, "typ": ASSERTION_TYP}
        return {
            "client_id": self.client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": jwt.encode(header, claims, self._key, algorithms=[algorithm]),
        }


class ClientRefused(Exception):
    """Why an assertion was refused, for the tests and the log; the client is told `invalid_client`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AssertionCheck:
    """Checks assertions sent to `issuer`. `key_of` gives a registered client's public key, or None."""

    def __init__(self, issuer: str, key_of: Callable[[str], Key | None], freshness: Freshness) -> None:
        self._issuer = issuer
        self._key_of = key_of
        self._freshness = freshness

    async def client(self, form: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
        """The authenticated client and the assertion's claims.

        Raises Authlib's `InvalidClientError` (401) with a `ClientRefused` as its cause.
        """
        try:
            return await self._check(form)
        except ClientRefused as refused:
            raise InvalidClientError(
                description=f"client authentication failed: {refused.reason}", status_code=401
            ) from refused

    async def _check(self, form: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise ClientRefused("assertion type")
        claims, client_id = self._signed(form.get("client_assertion", ""))
        if form.get("client_id", client_id) != client_id or claims.get("iss") != client_id:
            raise ClientRefused("client id")
        if claims.get("aud") != self._issuer:
            raise ClientRefused("audience")
        _check_lifetime(claims)
        token_id = claims.get("jti")
        if not isinstance(token_id, str) or len(token_id) < 8:
            raise ClientRefused("jti")
        seconds = MAX_LIFETIME + 2 * SKEW
        if not await self._freshness.once(f"assertion {self._issuer} {client_id} {token_id}", seconds):
            raise ClientRefused("used before")
        return client_id, claims

    def _signed(self, assertion: str) -> tuple[dict[str, Any], str]:
        try:
            header, unverified = peek(assertion)
        except faults.TokenMalformed as error:
            raise ClientRefused("malformed") from error
        client_id, algorithm = unverified.get("sub"), header.get("alg")
        key = self._key_of(client_id) if isinstance(client_id, str) else None
        if key is None or not isinstance(client_id, str):
            raise ClientRefused("unknown client")
        if header.get("typ") != ASSERTION_TYP:
            raise ClientRefused("typ")
        if algorithm not in TOKEN_ALGORITHMS or algorithm != algorithm_of(key):
            raise ClientRefused("algorithm")
        try:
            return jwt.decode(
                assertion, key, registry=ProofRegistry(algorithms=[algorithm])
            ).claims, client_id
        except (JoseError, ValueError, TypeError) as error:
            raise ClientRefused("signature") from error


def _check_lifetime(claims: dict[str, Any]) -> None:
    try:
        check_times(claims)
    except faults.TokenRefused as error:
        raise ClientRefused("time") from error
    if claims["exp"] - claims["iat"] > MAX_LIFETIME:
        raise ClientRefused("lifetime")
