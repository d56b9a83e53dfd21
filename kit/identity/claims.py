"""From an issuer's claims to an `Actor`: one reader for each issuer, since each has names of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kit.identity import faults
from kit.identity.actor import Actor, ActorKind
from kit.ids import InvalidNationalId, NationalId, parse_national_id

Claims = dict[str, Any]
ClaimReader = Callable[[Claims, str], Actor]
"""(verified claims, audience) → actor; raises `faults.TokenClaims`."""

PID = "helseid://claims/identity/pid"
SECURITY_LEVEL = "helseid://claims/identity/security_level"
HPR_NUMBER = "helseid://claims/hpr/hpr_number"
ORG_PARENT = "helseid://claims/client/claims/orgnr_parent"
ORG_CHILD = "helseid://claims/client/claims/orgnr_child"
ACR_LEVELS = {"idporten-loa-substantial": 3, "idporten-loa-high": 4}
"""ID-porten's assurance levels (eIDAS substantial and high)."""


def read_helseid(claims: Claims, audience: str) -> Actor:
    """HelseID: health personnel with pid, level, HPR number and organisation, or a system without a pid.

    Source: utviklerportal.nhn.no, HelseID claims. A token without pid is a system's only when its
    subject is the client itself, or missing (client credentials).
    """
    client_id = text(claims, "client_id")
    if claims.get(PID) is None:
        if claims.get("sub", client_id) != client_id or HPR_NUMBER in claims:
            raise faults.TokenClaims
        kind, subject, level = ActorKind.MACHINE, client_id, 0
    else:
        kind, subject, level = ActorKind.CLINICIAN, text(claims, "sub"), _level(claims.get(SECURITY_LEVEL))
    return Actor(
        kind=kind,
        subject=subject,
        client_id=client_id,
        issuer=text(claims, "iss"),
        audience=audience,
        token_id=text(claims, "jti"),
        scopes=scopes(claims),
        security_level=level,
        national_id=national_id(claims[PID]) if kind is ActorKind.CLINICIAN else None,
        hpr_number=_digits(claims, HPR_NUMBER, 1, 9),
        organisation=_digits(claims, ORG_PARENT, 9, 9),
        place=_digits(claims, ORG_CHILD, 9, 9),
        authenticated_at=_moment(claims, "auth_time"),
    )


def read_exchanged(claims: Claims, audience: str) -> Actor:
    """Our own token exchange: a citizen with pid and ID-porten's `acr`."""
    if claims.get("aud") != audience:  # these tokens are for exactly one audience
        raise faults.TokenAudience
    return Actor(
        kind=ActorKind.CITIZEN,
        subject=text(claims, "sub"),
        client_id=text(claims, "client_id"),
        issuer=text(claims, "iss"),
        audience=audience,
        token_id=text(claims, "jti"),
        scopes=scopes(claims),
        security_level=ACR_LEVELS.get(text(claims, "acr"), 0),
        national_id=national_id(claims.get("pid")),
    )


def text(claims: Claims, name: str) -> str:
    """A claim that must be a non-empty text."""
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise faults.TokenClaims
    return value


def scopes(claims: Claims) -> frozenset[str]:
    """`scope` as one text (RFC 9068) or as a list, as HelseID writes it."""
    value = claims.get("scope", "")
    parts = value.split() if isinstance(value, str) else value
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise faults.TokenClaims
    return frozenset(parts)


def national_id(value: object) -> NationalId:
    """A pid claim; raises `faults.TokenClaims` without repeating it."""
    try:
        return parse_national_id(value if isinstance(value, str) else "")
    except InvalidNationalId:
        raise faults.TokenClaims from None


def _level(value: object) -> int:
    if not isinstance(value, str | int) or isinstance(value, bool) or str(value) not in {"1", "2", "3", "4"}:
        raise faults.TokenClaims
    return int(value)


def _moment(claims: Claims, name: str) -> int | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise faults.TokenClaims
    return value


def _digits(claims: Claims, name: str, least: int, most: int) -> str | None:
    value = claims.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not re.fullmatch(rf"[0-9]{{{least},{most}}}", value):
        raise faults.TokenClaims
    return value
