"""The check of an ID token (OpenID Connect Core 3.1.3.7, FAPI 2.0): every claim, strictly."""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import ClaimError, JoseError

from kit.identity import faults
from kit.identity.claims import ACR_LEVELS, SECURITY_LEVEL
from kit.identity.dpop import SKEW, ProofRegistry
from kit.identity.jwks import KeySource
from kit.identity.verifier import peek

MAX_AGE = 600
"""Seconds an ID token may be old when it comes from the token endpoint."""


@dataclass(frozen=True)
class IdTokenRules:
    """What an ID token of one client at one issuer must be."""

    issuer: str
    client_id: str
    algorithms: tuple[str, ...]
    acr_values: tuple[str, ...] = ()
    minimum_level: int = 0


async def check_id_token(
    token: str, rules: IdTokenRules, keys: KeySource, *, access_token: str, nonce: str | None
) -> dict[str, Any]:
    """The verified claims. `nonce` is None only at refresh (OpenID Connect Core 12.2).

    Raises `faults.LoginRefused` with code `id-token-…` or `login-level`.
    """
    header, claims = await _signed(token, rules, keys)
    if claims.get("aud") not in (rules.client_id, [rules.client_id]):
        raise faults.LoginRefused("id-token-aud")
    _check_claims(claims, header, rules, access_token, nonce)
    if nonce is not None and not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise faults.LoginRefused("id-token-nonce")
    if claims["iat"] < time.time() - MAX_AGE:
        raise faults.LoginRefused("id-token-iat")
    _check_level(claims, rules)
    return claims


async def _signed(
    token: str, rules: IdTokenRules, keys: KeySource
) -> tuple[dict[str, object], dict[str, Any]]:
    try:
        header, _ = peek(token)
    except faults.TokenMalformed as error:
        raise faults.LoginRefused("id-token-malformed") from error
    algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
    if algorithm not in rules.algorithms or not isinstance(algorithm, str):
        raise faults.LoginRefused("id-token-alg")
    if str(kind).upper() != "JWT":
        raise faults.LoginRefused("id-token-typ")
    try:
        key = await keys.find(kid if isinstance(kid, str) else None, algorithm)
        return header, jwt.decode(token, key, registry=ProofRegistry(algorithms=[algorithm])).claims
    except faults.TokenKeyUnknown as error:
        raise faults.LoginRefused("id-token-key") from error
    except (JoseError, ValueError, TypeError) as error:
        raise faults.LoginRefused("id-token-signature") from error


def _check_claims(
    claims: dict[str, Any],
    header: dict[str, object],
    rules: IdTokenRules,
    access_token: str,
    nonce: str | None,
) -> None:
    params = {"client_id": rules.client_id, "access_token": access_token, "nonce": nonce}
    options = {"iss": {"essential": True, "value": rules.issuer}}
    try:
        CodeIDToken(claims, header, options, params).validate(leeway=SKEW)
    except ClaimError as error:
        raise faults.LoginRefused(f"id-token-{error.claim.split(',')[0].replace('_', '-')}") from error
    except (JoseError, ValueError, TypeError) as error:
        raise faults.LoginRefused("id-token-malformed") from error


def _check_level(claims: dict[str, Any], rules: IdTokenRules) -> None:
    """ID-porten answers with the `acr` it reached, HelseID with a claim: both may be lower than asked for."""
    too_low = faults.LoginRefused("login-level", "A login at security level 4 is needed. Log in another way.")
    if rules.acr_values and claims.get("acr") not in rules.acr_values:
        raise too_low
    level = claims.get(SECURITY_LEVEL, ACR_LEVELS.get(str(claims.get("acr")), 0))
    if rules.minimum_level and (not str(level).isdecimal() or int(level) < rules.minimum_level):
        raise too_low
