"""The check of a logout token (OpenID Connect Back-Channel Logout 1.0, section 2.6)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError

from kit.errors import Malformed
from kit.identity import faults
from kit.identity.dpop import SKEW, ProofRegistry
from kit.identity.jwks import KeySource
from kit.identity.verifier import check_times, peek

EVENT = "http://schemas.openid.net/event/backchannel-logout"
MAX_AGE = 300
"""Seconds a logout token may be old; its `jti` is remembered as long."""
_TYPES = frozenset({"logout+jwt", "application/logout+jwt"})


class LogoutRefused(Malformed):
    """400: not a valid logout token; `code` says which check failed (section 2.8)."""


@dataclass(frozen=True, slots=True)
class LogoutNotice:
    """What a provider tells: this login (`session`, its `sid`) or every login of `subject` has ended."""

    issuer: str
    token_id: str
    subject: str | None
    session: str | None


async def check_logout_token(
    token: str, *, issuer: str, client_id: str, algorithms: tuple[str, ...], keys: KeySource
) -> LogoutNotice:
    """The verified notice; whether its `jti` was seen before is the caller's to check.

    Raises `LogoutRefused` (`logout-token-…`) or `faults.IssuerUnavailable`.
    """
    claims = await _signed(token, algorithms, keys)
    if claims.get("iss") != issuer:
        raise _refused("iss")
    if claims.get("aud") not in (client_id, [client_id]):
        raise _refused("aud")
    _check_time(claims)
    return _read(claims)


async def _signed(token: str, algorithms: tuple[str, ...], keys: KeySource) -> dict[str, Any]:
    try:
        header, _ = peek(token)
    except faults.TokenMalformed as error:
        raise _refused("malformed") from error
    # `typ` tells it from an ID token of the same issuer and client (2.4, RFC 8725 3.11)
    if str(header.get("typ", "")).lower() not in _TYPES:
        raise _refused("typ")
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        raise _refused("alg")
    try:
        key = await keys.find(kid if isinstance(kid, str) else None, algorithm)
        return jwt.decode(token, key, registry=ProofRegistry(algorithms=[algorithm])).claims
    except faults.TokenKeyUnknown as error:
        raise _refused("key") from error
    except (JoseError, ValueError, TypeError) as error:
        raise _refused("signature") from error


def _check_time(claims: dict[str, Any]) -> None:
    try:
        check_times(claims)
    except faults.TokenExpired as error:
        raise _refused("exp") from error
    except faults.TokenRefused as error:
        raise _refused("iat") from error
    if claims["iat"] < time.time() - MAX_AGE - SKEW:
        raise _refused("iat")


def _read(claims: dict[str, Any]) -> LogoutNotice:
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise _refused("events")
    if "nonce" in claims:  # an ID token must not serve as a logout token (2.6, step 7)
        raise _refused("nonce")
    subject, session = _text(claims, "sub"), _text(claims, "sid")
    if subject is None and session is None:
        raise _refused("sub")
    token_id = _text(claims, "jti")
    if token_id is None:
        raise _refused("jti")
    return LogoutNotice(claims["iss"], token_id, subject, session)


def _text(claims: dict[str, Any], name: str) -> str | None:
    value = claims.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not 0 < len(value) <= 256:
        raise _refused(name)
    return value


def _refused(what: str) -> LogoutRefused:
    return LogoutRefused(f"logout-token-{what}", "The logout token is not valid.")
