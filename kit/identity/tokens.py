"""What a login leaves: kept encrypted in the session store, never in the browser, never printed."""

from __future__ import annotations

import time
from typing import Any

import msgspec

from kit.identity.dpop import DpopKey


class _Secret(msgspec.Struct, kw_only=True):
    def __repr__(self) -> str:
        return f"{type(self).__name__}(***)"

    __str__ = __repr__

    def to_bytes(self) -> bytes:
        """As JSON, to be encrypted by the caller."""
        return msgspec.json.encode(self)


class PendingLogin(_Secret):
    """Between sending someone to log in and their return; bound to the browser by a cookie, used once.

    `organisation` (numbers of employer and place) and `fresh` are what was asked for beyond a login.
    """

    state: str
    nonce: str
    code_verifier: str
    created: float
    resource: str | None = None
    dpop_jwk: dict[str, Any] | None = None
    organisation: tuple[str, str] | None = None
    fresh: bool = False

    @classmethod
    def from_bytes(cls, data: bytes) -> PendingLogin:
        """The reverse of `to_bytes`; raises `msgspec.ValidationError`."""
        return msgspec.json.decode(data, type=cls)


class AccessToken(_Secret):
    """An access token, until when (seconds since 1970), for what, and the key that it is bound to."""

    value: str
    expires_at: float
    audience: str | None = None
    scopes: tuple[str, ...] = ()
    dpop_jwk: dict[str, Any] | None = None

    @classmethod
    def from_bytes(cls, data: bytes) -> AccessToken:
        """The reverse of `to_bytes`; raises `msgspec.ValidationError`."""
        return msgspec.json.decode(data, type=cls)

    def usable(self, margin: float = 15.0) -> bool:
        """Valid for at least `margin` seconds more."""
        return time.time() + margin < self.expires_at

    def key(self) -> DpopKey:
        """The DPoP key; raises `ValueError` for a bearer token."""
        if self.dpop_jwk is None:
            raise ValueError("a bearer token has no key")
        return DpopKey.from_jwk(self.dpop_jwk)


class Login(_Secret):
    """Who logged in: the ID token's verified claims, and the tokens. `refresh_token` may change."""

    issuer: str
    subject: str
    claims: dict[str, Any]
    id_token: str
    access: AccessToken
    refresh_token: str | None = None
    dpop_jwk: dict[str, Any] | None = None

    @classmethod
    def from_bytes(cls, data: bytes) -> Login:
        """The reverse of `to_bytes`; raises `msgspec.ValidationError`."""
        return msgspec.json.decode(data, type=cls)
