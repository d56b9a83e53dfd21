"""DPoP (RFC 9449): a key that signs proofs, and the check of one proof.

The nonce and the replay check need shared state and live in `kit.identity.freshness`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, import_key
from joserfc.jws import JWSRegistry
from joserfc.util import json_b64decode, urlsafe_b64decode

from kit.identity import faults

MAX_PROOF_LENGTH = 8192
PROOF_AGE = 60
"""Seconds a proof may be old."""
SKEW = 10
"""Seconds the clocks of two machines may differ."""
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_NOT_UNDERSTOOD = frozenset({"crit", "b64"})  # extensions (RFC 7515 4.1.11, RFC 7797): none is known here
_PORTS = {"http": 80, "https": 443}
_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")


class ProofRegistry(JWSRegistry):
    """joserfc's header limit (512 bytes) is too small for an RSA key in the header."""

    max_header_length = 4096


def b64url(data: bytes) -> str:
    """Base64url without padding (RFC 7515 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token_hash(token: str) -> str:
    """`ath`: the SHA-256 of the access token's ASCII text, base64url (RFC 9449 4.2)."""
    return b64url(hashlib.sha256(token.encode()).digest())


def _unescape(match: re.Match[str]) -> str:
    character = chr(int(match.group()[1:], 16))
    return character if _UNRESERVED.fullmatch(character) else match.group().upper()


@lru_cache(maxsize=1024)
def target_url(url: str) -> str:
    """The `htu` form of a URL: no query, no fragment, normalised as in RFC 3986 6.2.2 and 6.2.3.

    Raises `ValueError` for what is no absolute http(s) URL.
    """
    parts: SplitResult = urlsplit(url)
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not parts.hostname or parts.username is not None:
        raise ValueError("not an absolute http URL")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = "" if parts.port in (None, _PORTS[scheme]) else f":{parts.port}"
    return f"{scheme}://{host}{port}{_ESCAPE.sub(_unescape, parts.path) or '/'}"


class DpopKey:
    """A P-256 key that proves possession; one for each session. Never printed, never in browser state."""

    def __init__(self, key: ECKey) -> None:
        if not key.is_private or key.curve_name != "P-256":
            raise ValueError("a DPoP key is a private P-256 key")
        self._key = key
        public = key.as_dict(private=False)
        self._public = {member: public[member] for member in ("kty", "crv", "x", "y")}
        self.thumbprint = key.thumbprint()

    @classmethod
    def generate(cls) -> DpopKey:
        """A new random key."""
        return cls(ECKey.generate_key("P-256"))

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, Any]) -> DpopKey:
        """The key of a private JWK; raises `ValueError` when it is none."""
        try:
            return cls(ECKey.import_key(dict(jwk)))
        except JoseError as error:
            raise ValueError("not a private EC key in JWK form") from error

    def to_jwk(self, *, private: bool = True) -> dict[str, Any]:
        """The key as a JWK; with `private=False` only what may be shown."""
        if not private:
            return dict(self._public)
        jwk = self._key.as_dict(private=True)
        return {member: jwk[member] for member in ("kty", "crv", "x", "y", "d")}

    def proof(self, method: str, url: str, token: str | None = None, nonce: str | None = None) -> str:
        """A new proof for one request (RFC 9449 4.2); with `token` at a resource, without at an issuer."""
        claims: dict[str, Any] = {
            "jti": secrets.token_urlsafe(16),
            "htm": method.upper(),
            "htu": target_url(url),
            "iat": int(time.time()),
        }
        if nonce is not None:
            claims["nonce"] = nonce
        if token is not None:
            claims["ath"] = token_hash(token)
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self._public}
        return jwt.encode(header, claims, self._key, algorithms=["ES256"])

    def __repr__(self) -> str:
        return f"DpopKey({self.thumbprint[:8]}…)"


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof whose signature, method, URL, time and token are right; not yet checked for replay."""

    thumbprint: str
    token_id: str
    nonce: str | None

    @property
    def replay_key(self) -> str:
        """What must not be seen twice: the proof's `jti` under its key."""
        return b64url(hashlib.sha256(f"{self.thumbprint}\0{self.token_id}".encode()).digest())


def read_proof(text: str, *, method: str, url: str, token: str | None, now: float | None = None) -> Proof:
    """Check one DPoP header by RFC 9449 4.3, all but nonce and replay.

    `url` is the request's address as configured, never as the Host header tells it. Raises a
    `faults.ProofRefused`.
    """
    return check_proof(text, method=method, url=url, bound_to=token and token_hash(token), now=now)


def check_proof(text: str, *, method: str, url: str, bound_to: str | None, now: float | None = None) -> Proof:
    """`read_proof` for a token whose `token_hash` is known."""
    thumbprint, claims = _verified(text)
    _check_target(claims, method, url)
    _check_time(claims, time.time() if now is None else now)
    if bound_to is not None and not _same(claims.get("ath"), bound_to):
        raise faults.ProofTokenHash
    token_id = claims.get("jti")
    if not isinstance(token_id, str) or not 8 <= len(token_id) <= 256:
        raise faults.ProofId
    nonce = claims.get("nonce")
    return Proof(thumbprint, token_id, nonce if isinstance(nonce, str) else None)


def single_proof(headers: list[str]) -> str:
    """The one DPoP header (4.3, check 1); raises `faults.ProofMissing` or `faults.ProofMalformed`."""
    if len(headers) != 1 or not headers[0]:
        raise faults.ProofMissing
    if len(headers[0]) > MAX_PROOF_LENGTH or not headers[0].isascii():
        raise faults.ProofMalformed
    return headers[0]


def _verified(text: str) -> tuple[str, dict[str, Any]]:
    """The thumbprint of the proof's key and its claims, the signature being right."""
    content, _, signature = text.encode().rpartition(b".")
    first, _, second = content.partition(b".")
    head = _read_head(first)
    try:
        claims = json.loads(urlsafe_b64decode(second))
    except (ValueError, TypeError, IndexError) as error:
        raise faults.ProofMalformed from error
    if not isinstance(claims, dict):
        raise faults.ProofMalformed
    if not head.signed(content, signature):
        raise faults.ProofSignature
    return head.thumbprint, claims


class _Head(NamedTuple):
    """What one client's proofs have in common: a public key, its RFC 7638 thumbprint, and how it signs."""

    thumbprint: str
    key: Key
    algorithm: Any

    def signed(self, content: bytes, signature: bytes) -> bool:
        """Whether the key made this signature (base64url) of the content."""
        try:
            return bool(self.algorithm.verify(content, urlsafe_b64decode(signature), self.key))
        except (JoseError, ValueError, TypeError):
            return False


@lru_cache(maxsize=2048)
def _read_head(segment: bytes) -> _Head:
    """The first segment of a proof (4.3, checks 2 to 5 and 7), read once for each key that a client uses."""
    header = _header(segment)
    if header.get("typ") != "dpop+jwt":
        raise faults.ProofType
    name = header.get("alg")
    if name not in faults.PROOF_ALGORITHMS:
        raise faults.ProofAlgorithm
    jwk = header.get("jwk")
    if not isinstance(jwk, dict) or _PRIVATE_MEMBERS & jwk.keys() or jwk.get("kty") == "oct":
        raise faults.ProofKey
    registry = ProofRegistry(algorithms=[name])
    try:
        key = import_key(jwk)
        registry.check_header(header)
        algorithm = registry.get_alg(name)
        algorithm.check_key(key)
        return _Head(key.thumbprint(), key, algorithm)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise faults.ProofKey from error


def _header(segment: bytes) -> dict[str, Any]:
    if len(segment) > ProofRegistry.max_header_length:
        raise faults.ProofMalformed
    try:
        header = json_b64decode(segment)
    except (JoseError, ValueError, TypeError) as error:
        raise faults.ProofMalformed from error
    if not isinstance(header, dict) or "alg" not in header or _NOT_UNDERSTOOD & header.keys():
        raise faults.ProofMalformed
    return header


def _check_target(claims: dict[str, Any], method: str, url: str) -> None:
    if claims.get("htm") != method:
        raise faults.ProofMethod
    htu = claims.get("htu")
    try:
        fits = isinstance(htu, str) and len(htu) <= 2048 and target_url(htu) == target_url(url)
    except ValueError:
        fits = False
    if not fits:
        ours = urlsplit(url)  # the path is the caller's, and could name a person
        raise faults.ProofUrl(
            f"The proof is for another URL: htu is {ours.scheme}://{ours.netloc} and the path."
        )


def _check_time(claims: dict[str, Any], now: float) -> None:
    issued = claims.get("iat")
    if isinstance(issued, bool) or not isinstance(issued, int | float):
        raise faults.ProofTime
    if not now - PROOF_AGE - SKEW <= issued <= now + SKEW:
        raise faults.ProofTime


def _same(given: object, wanted: str) -> bool:
    return isinstance(given, str) and hmac.compare_digest(given.encode(), wanted.encode())
