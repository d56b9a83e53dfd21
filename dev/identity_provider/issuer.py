"""One of the two issuers: its metadata, its key, and the claims of its tokens."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from typing import Any, Literal

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key

from dev.identity_provider.clients import RegisteredClient
from dev.identity_provider.state import (
    CODE_SECONDS,
    REQUEST_SECONDS,
    AuthorizationRequest,
    Grant,
    LiveLogin,
    MemoryFreshness,
    Once,
)
from dev.personas import Person, Persona, PersonaFile, Personnel
from kit.identity import claims as names
from kit.identity import faults
from kit.identity.clientauth import AssertionCheck
from kit.identity.dpop import b64url
from kit.identity.keyfiles import algorithm_of
from kit.identity.verifier import TOKEN_ALGORITHMS
from kit.ids import new_id

Mode = Literal["helseid", "idporten"]
ACCESS_SECONDS = 600
ID_SECONDS = 300
REFRESH_SECONDS = 12 * 3600
_ACR = {3: "idporten-loa-substantial", 4: "idporten-loa-high"}


@dataclass
class Issuer:
    """State and rules of one issuer. `targets` are the resources it knows and their scopes."""

    mode: Mode
    url: str
    key: Key
    clients: dict[str, RegisteredClient]
    targets: dict[str, tuple[str, ...]]
    people: PersonaFile
    freshness: MemoryFreshness = field(default_factory=MemoryFreshness)
    requests: Once[AuthorizationRequest] = field(default_factory=lambda: Once(REQUEST_SECONDS))
    codes: Once[tuple[AuthorizationRequest, Grant]] = field(default_factory=lambda: Once(CODE_SECONDS))
    ended: set[str] = field(default_factory=set)
    live: dict[str, LiveLogin] = field(default_factory=dict)

    def __post_init__(self) -> None:
        def key_of(client_id: str) -> Key | None:
            client = self.clients.get(client_id)
            return client.key if client else None

        self.assertions = AssertionCheck(self.url, key_of, self.freshness)

    @property
    def dpop(self) -> bool:
        """HelseID binds its tokens; ID-porten's are bearer tokens."""
        return self.mode == "helseid"

    def personas(self) -> dict[str, Persona]:
        """The people who log in here."""
        return {name: who for name, who in self.people.personas.items() if who.login == self.mode}

    def metadata(self) -> dict[str, Any]:
        """OpenID Connect Discovery 1.0 section 3, with RFC 9126, 9207 and 9449."""
        grants = ["authorization_code", "refresh_token", *(["client_credentials"] if self.dpop else [])]
        more: dict[str, Any] = (
            {
                "dpop_signing_alg_values_supported": list(faults.PROOF_ALGORITHMS),
                "authorization_details_types_supported": ["helseid_authorization"],
            }
            if self.dpop
            else {"acr_values_supported": list(_ACR.values())}
        )
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "pushed_authorization_request_endpoint": f"{self.url}/par",
            "end_session_endpoint": f"{self.url}/logout",
            "backchannel_logout_supported": True,
            "backchannel_logout_session_supported": True,
            "jwks_uri": f"{self.url}/jwks",
            "scopes_supported": sorted({s for client in self.clients.values() for s in client.scopes}),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": grants,
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [algorithm_of(self.key)],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": list(TOKEN_ALGORITHMS),
            "code_challenge_methods_supported": ["S256"],
            "require_pushed_authorization_requests": True,
            "authorization_response_iss_parameter_supported": True,
            "ui_locales_supported": ["nb", "nn", "en"],
            **more,
        }

    def subject(self, persona: str) -> str:
        """A stable pseudonym."""
        return hashlib.sha256(f"{self.url}|{persona}".encode()).hexdigest()[:32]

    def sign(self, claims: dict[str, Any], typ: str, seconds: int) -> str:
        """A JWT of this issuer that lives `seconds`."""
        now = int(time.time())
        algorithm = algorithm_of(self.key)
        header = {"typ": typ, "alg": algorithm, "kid": self.key.kid}
        body = {"iss": self.url, "iat": now, "exp": now + seconds, "jti": str(new_id()), **claims}
        return jwt.encode(header, body, self.key, algorithms=[algorithm])

    def read(self, token: str, typ: str, *, expired: bool = False) -> dict[str, Any] | None:
        """The claims of a JWT of our own, or None when it is none (with `expired`: or was one)."""
        try:
            decoded = jwt.decode(token, self.key, algorithms=[algorithm_of(self.key)])
        except (JoseError, ValueError):
            return None
        fits = decoded.header.get("typ") == typ and decoded.claims.get("iss") == self.url
        return decoded.claims if fits and (expired or decoded.claims["exp"] > time.time()) else None

    def access_token(self, grant: Grant, target: str, scopes: tuple[str, ...], jkt: str | None) -> str:
        """A person's access token for one resource."""
        who = self.people.personas[grant.persona]
        claims: dict[str, Any] = {
            "sub": self.subject(grant.persona),
            "aud": target,
            "client_id": grant.client_id,
            "scope": " ".join(scopes),
            "sid": grant.session,
            "auth_time": grant.auth_time,
            **(self._helseid_claims(who, grant) if self.dpop else self._idporten_claims(who, grant)),
        }
        if jkt is not None:
            claims["cnf"] = {"jkt": jkt}
        return self.sign(claims, "at+jwt", ACCESS_SECONDS)

    def machine_token(
        self, client: RegisteredClient, target: str, scopes: tuple[str, ...], jkt: str, child: str | None
    ) -> str:
        """A system's access token."""
        claims: dict[str, Any] = {
            "sub": client.client_id,
            "aud": target,
            "client_id": client.client_id,
            "scope": " ".join(scopes),
            "cnf": {"jkt": jkt},
        }
        organisations = {names.ORG_PARENT: client.organisation, names.ORG_CHILD: child}
        claims |= {name: value for name, value in organisations.items() if value}
        return self.sign(claims, "at+jwt", ACCESS_SECONDS)

    def id_token(self, grant: Grant, nonce: str, access_token: str) -> str:
        """The ID token; the person's name is told here alone."""
        who = self.people.personas[grant.persona]
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        claims: dict[str, Any] = {
            "sub": self.subject(grant.persona),
            "aud": grant.client_id,
            "nonce": nonce,
            "sid": grant.session,
            "auth_time": grant.auth_time,
            "amr": ["TestID"],
            "at_hash": b64url(half),
            **(self._helseid_claims(who, grant) if self.dpop else self._idporten_claims(who, grant)),
        }
        if "profile" in grant.scopes:
            claims |= self._name(who)
        return self.sign(claims, "JWT", ID_SECONDS)

    def refresh_token(self, grant: Grant) -> str:
        """A refresh token that holds its grant, so that it outlives a restart of the provider."""
        return self.sign({"grant": grant.__dict__}, "refresh+jwt", REFRESH_SECONDS)

    def grant_of(self, refresh_token: str) -> Grant | None:
        """The grant in a refresh token; None when it is none of ours, too old, or ended."""
        claims = self.read(refresh_token, "refresh+jwt")
        if claims is None:
            return None
        kept = claims["grant"]
        grant = Grant(**{**kept, "scopes": tuple(kept["scopes"]), "resources": tuple(kept["resources"])})
        return None if grant.session in self.ended or grant.persona not in self.people.personas else grant

    def _helseid_claims(self, who: Persona, grant: Grant) -> dict[str, Any]:
        found = {
            names.PID: who.national_id,
            names.SECURITY_LEVEL: str(grant.level),
            names.HPR_NUMBER: who.hpr_number,
            names.ORG_PARENT: grant.parent or who.org_parent,
            names.ORG_CHILD: grant.child or who.org_child,
        }
        return {name: value for name, value in found.items() if value}

    def _idporten_claims(self, who: Persona, grant: Grant) -> dict[str, Any]:
        return {"pid": who.national_id, "acr": _ACR[grant.level], "locale": "nb"}

    def _name(self, who: Persona) -> dict[str, str]:
        entries: tuple[Personnel | Person, ...] = (*self.people.personnel, *self.people.persons)
        for entry in entries:
            if entry.national_id == who.national_id:
                given, family = entry.given_name, entry.family_name
                return {"name": f"{given} {family}", "given_name": given, "family_name": family}
        return {}
