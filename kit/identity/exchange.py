"""Citizens' tokens: from ID-porten's bearer token to one of ours, DPoP-bound and short (RFC 8693).

The core record mounts `exchange_routes`. The portal authenticates by private_key_jwt, shows the citizen's
ID-porten access token (made for the core record as its resource and for this very client) and a proof of
its key, and gets a token of at most five minutes for one audience, with `pid` and `acr` inside.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidRequestError, InvalidScopeError, UnsupportedGrantTypeError
from joserfc import jwt
from joserfc.jwk import Key, KeySet
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kit.identity import faults
from kit.identity.audiences import SCOPES, personal_scopes
from kit.identity.claims import ACR_LEVELS, Claims, national_id, text
from kit.identity.clientauth import AssertionCheck
from kit.identity.freshness import Freshness, ValkeyFreshness, nonce_secret
from kit.identity.jwks import FixedKeys, Issuer, KeySource
from kit.identity.keyfiles import EXCHANGE_KEY, algorithm_of, client_public_key, former_key, signing_key
from kit.identity.oauthweb import Form, oauth_error, proof_at, read_form, refuse, token_answer
from kit.identity.verifier import TOKEN_ALGORITHMS, check_times, peek, verified_claims
from kit.ids import new_id
from kit.keys import KeyProblem, KeyRing
from kit.limits import Limits
from kit.settings import Settings
from kit.valkey import async_client

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a name
LIFETIME = 300
"""Seconds; never longer than ID-porten's own token."""
DEVELOPMENT_CLIENT = "akson-cli"
_SUBJECT_TYPES = frozenset({"", "jwt", "at+jwt", "application/at+jwt"})


@dataclass(frozen=True)
class TokenExchange:
    """The issuer of citizens' tokens.

    `issuer` is the core record's address, `key` its signing key, `former` the public half of the one before,
    while its tokens are believed; `subject_issuer` and `subject_keys` are ID-porten's.
    """

    issuer: str
    key: Key
    subject_issuer: str
    subject_keys: KeySource
    clients: AssertionCheck
    freshness: Freshness
    limits: Limits
    former: Key | None = None

    @property
    def token_url(self) -> str:
        """Where tokens are exchanged."""
        return f"{self.issuer.rstrip('/')}/token"

    def metadata(self) -> dict[str, Any]:
        """RFC 8414 metadata."""
        return {
            "issuer": self.issuer,
            "token_endpoint": self.token_url,
            "jwks_uri": f"{self.issuer.rstrip('/')}/jwks",
            "response_types_supported": [],
            "grant_types_supported": [GRANT_TYPE],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": list(TOKEN_ALGORITHMS),
            "dpop_signing_alg_values_supported": list(faults.PROOF_ALGORITHMS),
            "scopes_supported": [scope for audience in SCOPES for scope in personal_scopes(audience)],
        }

    def jwks(self) -> dict[str, Any]:
        """The public half of the signing key, and of the one before."""
        return {"keys": _public(self.key, self.former)}

    async def answer(self, request: Request) -> Response:
        """One exchange; errors as RFC 6749 5.2 and RFC 8693 2.2.2 name them."""
        try:
            form = await read_form(request)
            if form.need("grant_type") != GRANT_TYPE:
                raise UnsupportedGrantTypeError(form.need("grant_type"))
            client_id, _ = await self.clients.client(form.fields)
            toll = self.limits.token(client_id)
            proof, nonce = await proof_at(request, self.token_url, self.freshness, toll)
            subject = await self._subject(form, client_id)
            return token_answer(self._issue(form, subject, client_id, proof.thumbprint), nonce)
        except (OAuth2Error, faults.ProofRefused) as error:
            return oauth_error(error)

    async def _subject(self, form: Form, client_id: str) -> Claims:
        if form.need("subject_token_type") != ACCESS_TOKEN_TYPE:
            raise InvalidRequestError(description="subject_token_type must be an access token")
        try:
            return await self._read_subject(form.need("subject_token"), client_id)
        except faults.TokenRefused as error:
            raise InvalidRequestError(description=f"subject_token: {error.code}") from error

    async def _read_subject(self, token: str, client_id: str) -> Claims:
        header, unverified = peek(token)
        if str(header.get("typ", "")).lower() not in _SUBJECT_TYPES:
            raise faults.TokenType
        if unverified.get("iss") != self.subject_issuer:
            raise faults.TokenIssuer
        claims = await verified_claims(token, header, self.subject_keys, TOKEN_ALGORITHMS)
        check_times(claims)
        audiences = claims.get("aud")
        # An ID token, or a token lured from another client, must not open a record.
        if self.issuer not in (audiences if isinstance(audiences, list) else [audiences]):
            raise faults.TokenAudience
        if claims.get("client_id") != client_id or "cnf" in claims:
            raise faults.TokenBoundToOtherKey
        if text(claims, "acr") not in ACR_LEVELS:
            raise faults.TokenClaims
        text(claims, "sub")
        national_id(claims.get("pid"))
        return claims

    def _issue(self, form: Form, subject: Claims, client_id: str, thumbprint: str) -> dict[str, Any]:
        audiences = [*form.all("audience"), *form.all("resource")]
        if len(audiences) != 1 or audiences[0] not in SCOPES:
            refuse("invalid_target", "exactly one known audience is needed")
        scopes = form.need("scope").split()
        if not scopes or not set(scopes) <= set(personal_scopes(audiences[0])):
            raise InvalidScopeError(description="a scope is not one of the audience for persons")
        now = int(time.time())
        expires = min(now + LIFETIME, int(subject["exp"]))
        claims = {
            "iss": self.issuer,
            "sub": subject["sub"],
            "aud": audiences[0],
            "client_id": client_id,
            "scope": " ".join(scopes),
            "pid": subject["pid"],
            "acr": subject["acr"],
            "cnf": {"jkt": thumbprint},
            "jti": str(new_id()),
            "iat": now,
            "exp": expires,
        }
        algorithm = algorithm_of(self.key)
        header = {"typ": "at+jwt", "alg": algorithm, "kid": self.key.kid}
        return {
            "access_token": jwt.encode(header, claims, self.key, algorithms=[algorithm]),
            "issued_token_type": ACCESS_TOKEN_TYPE,
            "token_type": "DPoP",
            "expires_in": expires - now,
            "scope": " ".join(scopes),
        }


def own_keys(settings: Settings) -> FixedKeys:
    """The exchange's own public keys, for the core record's verifier (`build_verifier(exchange_keys=…)`)."""
    found = _public(signing_key(settings, EXCHANGE_KEY), former_key(settings, EXCHANGE_KEY))
    return FixedKeys(KeySet.import_key_set({"keys": found}))


def _public(*keys: Key | None) -> list[dict[str, Any]]:
    return [key.as_dict(private=False) for key in keys if key is not None]


def build_exchange(
    settings: Settings,
    keys: KeyRing,
    *,
    http: httpx.AsyncClient | None = None,
    freshness: Freshness | None = None,
) -> TokenExchange:
    """The exchange by settings: ID-porten's issuer, the portal's public key in `keys/clients/`."""
    freshness = freshness or ValkeyFreshness(async_client(), nonce_secret(keys))
    issuer = settings.token_exchange_issuer
    return TokenExchange(
        issuer=issuer,
        key=signing_key(settings, EXCHANGE_KEY),
        subject_issuer=settings.idporten_issuer,
        subject_keys=Issuer(settings.idporten_issuer, http or httpx.AsyncClient(timeout=5.0)),
        clients=AssertionCheck(issuer, _registered_clients(settings), freshness),
        freshness=freshness,
        limits=Limits(settings),
        former=former_key(settings, EXCHANGE_KEY),
    )


def _registered_clients(settings: Settings) -> Callable[[str], Key | None]:
    allowed = {settings.idporten_client_id}
    if settings.is_development:
        allowed.add(DEVELOPMENT_CLIENT)
    cache: dict[str, Key] = {}

    def find(client_id: str) -> Key | None:
        if client_id not in allowed:
            return None
        if client_id not in cache:
            try:
                cache[client_id] = client_public_key(settings, client_id)
            except KeyProblem:
                return None
        return cache[client_id]

    return find


def exchange_routes(
    settings: Settings,
    keys: KeyRing,
    *,
    http: httpx.AsyncClient | None = None,
    freshness: Freshness | None = None,
) -> list[Route]:
    """`POST /token`, `/jwks` and the metadata, for the core record's app: `app.router.routes.extend(…)`."""
    exchange = build_exchange(settings, keys, http=http, freshness=freshness)
    prefix = urlsplit(exchange.issuer).path.rstrip("/")

    def fixed(body: dict[str, Any]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(_request: Request) -> Response:
            return JSONResponse(body, headers={"Cache-Control": "public, max-age=300"})

        return answer

    return [
        Route(f"{prefix}/token", exchange.answer, methods=["POST"]),
        Route(f"{prefix}/jwks", fixed(exchange.jwks()), methods=["GET"]),
        Route(f"{prefix}/.well-known/openid-configuration", fixed(exchange.metadata()), methods=["GET"]),
        Route(
            f"{prefix}/.well-known/oauth-authorization-server", fixed(exchange.metadata()), methods=["GET"]
        ),
    ]
