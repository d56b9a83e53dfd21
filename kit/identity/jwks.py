"""An issuer's signing keys: discovered, cached, read again when an unknown key signs (once a minute).

Sources: OpenID Connect Discovery 1.0 section 4, RFC 7517, OpenID Connect Core 10.1.1 (rotation).
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, Protocol, cast

import httpx
from authlib.oidc.discovery import get_well_known_url
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import Key, KeySet

from kit.identity import faults
from kit.settings import is_secure

FRESH_SECONDS = 3600
"""A key set is read anew after this time."""
STALE_SECONDS = 24 * 3600
"""While the issuer does not answer, its last known keys are used no longer than this."""
FIRST_RETRY_SECONDS = 1
RETRY_SECONDS = 60
"""Not more than one extra reading in this time, whatever unknown keys are sent to us."""
METADATA_SECONDS = 24 * 3600


class KeySource(Protocol):
    """Finds the public key by which an issuer signed."""

    async def find(self, kid: str | None, algorithm: str) -> Key:
        """Raises `faults.TokenKeyUnknown` or `faults.IssuerUnavailable`."""


class FixedKeys:
    """Keys that are known without asking: a service's own."""

    def __init__(self, keys: KeySet) -> None:
        self._keys = keys

    async def find(self, kid: str | None, algorithm: str) -> Key:
        """The key; raises `faults.TokenKeyUnknown`."""
        return pick(self._keys, kid, algorithm)


def pick(keys: KeySet, kid: str | None, algorithm: str) -> Key:
    """The key with that id, made for signing with that algorithm; `kid` may be left out when there is one."""
    try:
        key = keys.get_by_kid(kid, {"use": "sig"})
        key.check_alg(algorithm)
    except (InvalidKeyIdError, JoseError) as error:
        raise faults.TokenKeyUnknown from error
    if key.key_type == "oct":
        raise faults.TokenKeyUnknown
    return key


class Issuer:
    """An OpenID provider's metadata and keys, over HTTP. Safe to share between tasks of one loop."""

    def __init__(self, issuer: str, http: httpx.AsyncClient) -> None:
        if not is_secure(issuer):
            raise ValueError("an issuer must be an https address (http only on loopback)")
        self.issuer = issuer
        self._http = http
        self._lock = asyncio.Lock()
        self._metadata: dict[str, Any] | None = None
        self._metadata_at = float("-inf")
        self._keys: KeySet | None = None
        self._keys_at = float("-inf")
        self._tried_at = float("-inf")

    async def metadata(self) -> dict[str, Any]:
        """The provider's metadata, cached for 24 hours.

        Raises `faults.LoginRefused` when it names another issuer, `faults.IssuerUnavailable` when silent.
        """
        if self._metadata is None or time.monotonic() - self._metadata_at > METADATA_SECONDS:
            found = await self._json(get_well_known_url(self.issuer, external=True))
            if found.get("issuer") != self.issuer:
                raise faults.LoginRefused(
                    "metadata-issuer", "The login service's metadata name another issuer."
                )
            self._metadata, self._metadata_at = found, time.monotonic()
        return self._metadata

    async def endpoint(self, name: str) -> str:
        """The address of e.g. `token_endpoint`; raises `faults.LoginRefused` when missing or insecure."""
        url = (await self.metadata()).get(name)
        if not isinstance(url, str) or not is_secure(url):
            raise faults.LoginRefused(
                "metadata-endpoint", f"The login service's metadata have no usable {name}."
            )
        return url

    async def find(self, kid: str | None, algorithm: str) -> Key:
        """The published key; reads the key set anew when it does not hold it (at most once a minute)."""
        keys = await self._current_keys()
        try:
            return pick(keys, kid, algorithm)
        except faults.TokenKeyUnknown:
            await self._read_keys(RETRY_SECONDS)
        return pick(self._keys or keys, kid, algorithm)

    async def _current_keys(self) -> KeySet:
        if self._keys is None:
            await self._read_keys(FIRST_RETRY_SECONDS)
        elif (age := time.monotonic() - self._keys_at) > FRESH_SECONDS:
            try:
                await self._read_keys(RETRY_SECONDS)
            except faults.IssuerUnavailable:
                if age > STALE_SECONDS:
                    raise
        if self._keys is None:
            raise faults.IssuerUnavailable
        return self._keys

    async def _read_keys(self, wait: float) -> None:
        """Read the key set, unless that was tried within the last `wait` seconds."""
        async with self._lock:
            if time.monotonic() - self._tried_at < wait:
                return
            self._tried_at = time.monotonic()
            try:
                found = await self._json(await self.endpoint("jwks_uri"))
                self._keys = KeySet.import_key_set(cast("Any", found))
            except (faults.LoginRefused, JoseError, KeyError, TypeError, ValueError) as error:
                raise faults.IssuerUnavailable from error
            self._keys_at = time.monotonic()

    async def _json(self, url: str) -> dict[str, Any]:
        try:
            answer = await self._http.get(url, headers={"Accept": "application/json"}, follow_redirects=False)
            answer.raise_for_status()
            body = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise faults.IssuerUnavailable from error
        if not isinstance(body, dict):
            raise faults.IssuerUnavailable
        return body
