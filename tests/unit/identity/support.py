"""An issuer, a caller and a verifier in memory; a test changes one thing and looks at the refusal."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet, RSAKey

from dev.identity_provider.state import MemoryFreshness
from kit.identity import claims as names
from kit.identity.actor import Actor
from kit.identity.claims import read_exchanged, read_helseid
from kit.identity.dpop import DpopKey, target_url, token_hash
from kit.identity.jwks import FixedKeys
from kit.identity.verifier import AccessTokenVerifier, TrustedIssuer

HELSEID = "https://helseid.example"
CITIZENS = "https://core-record.example"
BASE = "https://results.example"
URL = f"{BASE}/fhir/Observation/_search"
AUDIENCE = "nhn:pps"
PID = "13116900216"
RSA_KEY = RSAKey.generate_key(2048, {"alg": "PS256", "use": "sig", "kid": "rsa"})
EC_KEY = ECKey.generate_key("P-256", {"alg": "ES256", "use": "sig", "kid": "ec"})


@dataclass(frozen=True)
class At:
    """A time so many seconds from the moment the claims are made."""

    seconds: int


def present(claims: dict[str, Any]) -> dict[str, Any]:
    """Claims with `At` made a time and None left out."""
    now = int(time.time())
    timed = {name: now + value.seconds if isinstance(value, At) else value for name, value in claims.items()}
    return {name: value for name, value in timed.items() if value is not None}


def helseid_claims(jkt: str, **changes: Any) -> dict[str, Any]:
    """A clinician's claims; `changes` replaces, None removes."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": HELSEID,
        "sub": "pseudonym",
        "aud": AUDIENCE,
        "client_id": "akson-portal",
        "scope": "nhn:pps/provesvar-read",
        "jti": "token-1",
        "iat": now,
        "nbf": now,
        "exp": now + 600,
        "cnf": {"jkt": jkt},
        names.PID: PID,
        names.SECURITY_LEVEL: "4",
        names.HPR_NUMBER: "9144889",
        names.ORG_PARENT: "313900436",
        names.ORG_CHILD: "313900541",
        **changes,
    }
    return present(claims)


def citizen_claims(jkt: str, **changes: Any) -> dict[str, Any]:
    """A citizen's claims from the token exchange."""
    kept = ("iss", "sub", "aud", "client_id", "scope", "jti", "iat", "exp", "cnf")
    base = {name: value for name, value in helseid_claims(jkt).items() if name in kept}
    claims = {**base, "iss": CITIZENS, "pid": PID, "acr": "idporten-loa-high", **changes}
    return present(claims)


def sign(claims: dict[str, Any], key: Key = RSA_KEY, **header: Any) -> str:
    """A token as the issuer would sign it; header members can be replaced, None removes."""
    full = {"typ": "at+jwt", "alg": key.alg, "kid": key.kid, **header}
    return jwt.encode(present(full), claims, key, algorithms=[full["alg"]], default_type=None)


@dataclass
class Caller:
    """A request that is right in everything, until a field is changed."""

    verifier: AccessTokenVerifier
    key: DpopKey = field(default_factory=DpopKey.generate)
    method: str = "POST"
    url: str = URL

    async def nonce(self) -> str:
        return await self.verifier.freshness.nonce()

    async def proof(self, token: str, **changes: Any) -> str:
        """A proof with claims replaced (None removes); `header` replaces header members."""
        header: dict[str, Any] = changes.pop("header", {})
        signing_key: Key = changes.pop("signing_key", ECKey.import_key(self.key.to_jwk()))
        claims: dict[str, Any] = {
            "jti": f"proof-{time.perf_counter_ns()}",
            "htm": self.method,
            "htu": target_url(self.url),
            "iat": int(time.time()),
            "ath": token_hash(token),
            "nonce": await self.nonce(),
            **changes,
        }
        full = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.key.to_jwk(private=False), **header}
        return jwt.encode(
            present(full), present(claims), signing_key, algorithms=[full["alg"]], default_type=None
        )

    async def call(self, token: str, proof: str | None = None) -> Actor:
        """The request."""
        return await self.verifier.verify(
            method=self.method,
            url=self.url,
            authorization=[f"DPoP {token}"],
            proofs=[proof if proof is not None else await self.proof(token)],
        )


def build_caller() -> Caller:
    """A caller and a verifier that trusts both issuers."""
    helseid = FixedKeys(KeySet.import_key_set({"keys": [RSA_KEY.as_dict(), EC_KEY.as_dict()]}))
    citizens = FixedKeys(KeySet.import_key_set({"keys": [EC_KEY.as_dict()]}))
    verifier = AccessTokenVerifier(
        audience=AUDIENCE,
        base_url=BASE,
        issuers=[
            TrustedIssuer(HELSEID, helseid, read_helseid),
            TrustedIssuer(CITIZENS, citizens, read_exchanged),
        ],
        freshness=MemoryFreshness(),
    )
    return Caller(verifier)
