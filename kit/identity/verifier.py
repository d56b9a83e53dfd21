"""From a request's credentials to an `Actor`: DPoP-bound JWT access tokens (RFC 9068, RFC 9449 7)."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Protocol

import httpx
from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, ExpiredTokenError, JoseError
from joserfc.jwt import JWTClaimsRegistry

from kit.errors import AksonError
from kit.identity import claims as claim_readers
from kit.identity import faults
from kit.identity.actor import Actor, ActorKind
from kit.identity.claims import ClaimReader, Claims
from kit.identity.dpop import SKEW, ProofRegistry, b64url, check_proof, single_proof
from kit.identity.freshness import Freshness, ValkeyFreshness, nonce_secret
from kit.identity.jwks import Issuer, KeySource
from kit.keys import KeyRing
from kit.limits import Limits
from kit.settings import Settings
from kit.valkey import async_client

TOKEN_ALGORITHMS = ("PS256", "ES256", "RS256")
MAX_TOKEN_LENGTH = 8192
_TYPES = frozenset({"at+jwt", "application/at+jwt"})
_CACHE_SIZE = 4096
_CACHE_SECONDS = 60.0


@dataclass(frozen=True)
class TrustedIssuer:
    """An issuer whose tokens are believed, where its keys are, and how its claims are read."""

    issuer: str
    keys: KeySource
    read: ClaimReader
    algorithms: tuple[str, ...] = TOKEN_ALGORITHMS


@dataclass(frozen=True, slots=True)
class Verified:
    """Who calls, and the nonce the next proof should carry."""

    actor: Actor
    nonce: str


@dataclass(frozen=True, slots=True)
class _Known:
    """A token whose signature and claims were found right; time and proof are checked each time.

    `token_hash` is the `ath` of its proofs. `until` is monotonic time, `starts` and `expires` are the wall's.
    """

    actor: Actor
    thumbprint: str
    token_hash: str
    until: float
    starts: float
    expires: float


class Admission(Protocol):
    """Which clients may call at all, and what another's program may at most."""

    async def admit(self, actor: Actor) -> tuple[Actor, AksonError | None]:
        """The caller with its program, narrowed to what that may; and why it is not let in, if so."""


class AccessTokenVerifier:
    """Checks a request's token and proof for one audience. One for each process; safe between tasks."""

    def __init__(
        self,
        *,
        audience: str,
        base_url: str,
        issuers: list[TrustedIssuer],
        freshness: Freshness,
        minimum_level: int = 4,
        limits: Limits | None = None,
        admission: Admission | None = None,
    ) -> None:
        """`base_url` is the address clients use (from configuration); `minimum_level` binds persons only.

        `admission`: None lets every client in that the issuers know, for what has no register of apps.
        """
        self.audience = audience
        self.base_url = base_url.rstrip("/")
        self.freshness = freshness
        self.admission = admission
        self._issuers = {trusted.issuer: trusted for trusted in issuers}
        self._minimum_level = minimum_level
        self._limits = limits
        self._known: OrderedDict[bytes, _Known] = OrderedDict()

    async def ready(self) -> None:
        """Whether anybody can be let in now: raises `faults.ReplayStoreUnavailable` without Valkey."""
        await self.freshness.nonce()

    async def verify(self, *, method: str, url: str, authorization: list[str], proofs: list[str]) -> Actor:
        """The caller. `authorization` and `proofs` are all headers of that name, as they came.

        Raises `faults.Refused` (401, with `WWW-Authenticate: DPoP`, and `DPoP-Nonce` where a nonce is
        needed), `kit.limits.LimitReached` (429) or `faults.IdentityUnavailable` (503).
        """
        return (await self.check(method=method, url=url, authorization=authorization, proofs=proofs)).actor

    async def check(self, *, method: str, url: str, authorization: list[str], proofs: list[str]) -> Verified:
        """As `verify`, with the nonce for the answer's `DPoP-Nonce` header."""
        token = _token_of(authorization)
        known = await self._read_token(token)
        proof = check_proof(single_proof(proofs), method=method, url=url, bound_to=known.token_hash)
        if not hmac.compare_digest(proof.thumbprint, known.thumbprint):
            raise faults.TokenBoundToOtherKey
        toll = self._limits.toll(known.actor, method, url) if self._limits else None
        nonce = await self.freshness.admit(proof.replay_key, proof.nonce, toll)
        if known.actor.kind is not ActorKind.MACHINE and known.actor.security_level < self._minimum_level:
            raise faults.LevelTooLow
        return Verified(known.actor, nonce)

    async def pay_for_unknown(self, actor: Actor) -> None:
        """A number that nobody has was looked up: see `kit.limits`."""
        if self._limits:
            await self.freshness.pay(self._limits.unknown(actor))

    async def _read_token(self, token: str) -> _Known:
        # A signature is checked once a minute for each token: the proof, made anew for every request, is
        # what shows that the caller holds the key.
        digest = hashlib.sha256(token.encode()).digest()
        known = self._known.get(digest)
        if known is None or known.until < time.monotonic():
            known = await self._verify_token(token, b64url(digest))
            self._remember(digest, known)
        now = time.time()
        if now >= known.expires + SKEW:
            raise faults.TokenExpired
        if now < known.starts - SKEW:
            raise faults.TokenNotYetValid
        return known

    async def _verify_token(self, token: str, token_hash: str) -> _Known:
        claims, trusted = await self._signed_claims(token)
        check_times(claims)
        audiences = claims.get("aud")
        if self.audience not in (audiences if isinstance(audiences, list) else [audiences]):
            raise faults.TokenAudience
        thumbprint = bound_key(claims)
        actor = replace(trusted.read(claims, self.audience), key=thumbprint)
        return _Known(
            actor=actor,
            thumbprint=thumbprint,
            token_hash=token_hash,
            until=time.monotonic() + _CACHE_SECONDS,
            starts=max(claims["iat"], claims.get("nbf", 0)),
            expires=claims["exp"],
        )

    async def _signed_claims(self, token: str) -> tuple[Claims, TrustedIssuer]:
        header, unverified = peek(token)
        if str(header.get("typ", "")).lower() not in _TYPES:
            raise faults.TokenType
        issuer = unverified.get("iss")
        trusted = self._issuers.get(issuer) if isinstance(issuer, str) else None
        if trusted is None:
            raise faults.TokenIssuer
        return await verified_claims(token, header, trusted.keys, trusted.algorithms), trusted

    def _remember(self, digest: bytes, known: _Known) -> None:
        self._known[digest] = known
        self._known.move_to_end(digest)
        while len(self._known) > _CACHE_SIZE:
            self._known.popitem(last=False)


def _token_of(authorization: list[str]) -> str:
    if not authorization:
        raise faults.TokenMissing
    scheme, _, token = authorization[0].partition(" ")
    if len(authorization) != 1 or scheme.lower() != "dpop":
        raise faults.TokenScheme
    return token.strip()


def peek(token: str) -> tuple[dict[str, object], Claims]:
    """Header and claims of a JWT, not verified: only for finding the issuer and the key.

    Raises `faults.TokenMalformed`.
    """
    if not token or len(token) > MAX_TOKEN_LENGTH or not token.isascii():
        raise faults.TokenMalformed
    try:
        parsed = jws.extract_compact(token.encode(), registry=ProofRegistry())
        claims = json.loads(parsed.payload)
    except (JoseError, ValueError, TypeError, AttributeError) as error:
        raise faults.TokenMalformed from error
    header = dict(parsed.headers())
    if not isinstance(claims, dict) or "crit" in header:  # no extension is understood here (RFC 7515 4.1.11)
        raise faults.TokenMalformed
    return header, claims


async def verified_claims(
    token: str, header: dict[str, object], keys: KeySource, algorithms: tuple[str, ...]
) -> Claims:
    """The claims of a JWT whose signature is right; raises a `faults.TokenRefused`."""
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        raise faults.TokenAlgorithm
    kid = header.get("kid")
    key = await keys.find(kid if isinstance(kid, str) else None, algorithm)
    try:
        return jwt.decode(token, key, registry=ProofRegistry(algorithms=[algorithm])).claims
    except BadSignatureError as error:
        raise faults.TokenSignature from error
    except (JoseError, ValueError, TypeError) as error:
        raise faults.TokenMalformed from error


def check_times(claims: Claims) -> None:
    """`exp`, `iat` (both needed) and `nbf`, with a skew of 10 seconds."""
    registry = JWTClaimsRegistry(leeway=SKEW, exp={"essential": True}, iat={"essential": True})
    times: Claims = {name: claims[name] for name in ("exp", "iat", "nbf") if name in claims}
    try:
        registry.validate(times)
    except ExpiredTokenError as error:
        raise faults.TokenExpired from error
    except JoseError as error:
        numbers = all(isinstance(times.get(name), int | float) for name in ("exp", "iat"))
        raise (faults.TokenNotYetValid if numbers else faults.TokenClaims) from error


def bound_key(claims: Claims) -> str:
    """`cnf.jkt` (RFC 9449 6.1); raises `faults.TokenNotBound`."""
    confirmation = claims.get("cnf")
    thumbprint = confirmation.get("jkt") if isinstance(confirmation, dict) else None
    if not isinstance(thumbprint, str) or not thumbprint.isascii():
        raise faults.TokenNotBound
    return thumbprint


def require_scope(actor: Actor, scope: str) -> None:
    """Raises `faults.ScopeMissing` (403) unless the token holds `scope`, and the app may use it."""
    if scope not in actor.scopes:
        raise faults.ScopeMissing(scope) if actor.app is None else faults.ScopeNotAdmitted(scope)


def build_verifier(
    settings: Settings,
    audience: str,
    base_url: str,
    *,
    keys: KeyRing | None = None,
    freshness: Freshness | None = None,
    exchange_keys: KeySource | None = None,
    http: httpx.AsyncClient | None = None,
    admission: Admission | None = None,
) -> AccessTokenVerifier:
    """A service's verifier: trusts HelseID (personnel, systems) and the core record's exchange (citizens).

    `exchange_keys` are for the core record itself, which need not ask itself for its own keys.
    """
    settings.check_issuers()
    http = http or httpx.AsyncClient(timeout=5.0)
    ring = keys or KeyRing.load(settings.keys_folder, create=settings.is_development)
    citizens = settings.token_exchange_issuer
    return AccessTokenVerifier(
        audience=audience,
        base_url=base_url,
        issuers=[
            TrustedIssuer(
                settings.helseid_issuer, Issuer(settings.helseid_issuer, http), claim_readers.read_helseid
            ),
            TrustedIssuer(citizens, exchange_keys or Issuer(citizens, http), claim_readers.read_exchanged),
        ],
        freshness=freshness or ValkeyFreshness(async_client(), nonce_secret(ring)),
        limits=Limits(settings),
        admission=admission,
    )
