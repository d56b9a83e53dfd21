"""An OpenID Connect client for HelseID (FAPI 2.0) and ID-porten.

PAR (RFC 9126), PKCE S256 (RFC 7636), private_key_jwt, DPoP with server nonces (RFC 9449), `iss` in the
answer (RFC 9207), resource indicators (RFC 8707), rich authorization requests (RFC 9396), refresh, and
RP-initiated and back-channel logout, and a new proof of who sits there (`prompt`, `max_age`).
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.jwk import Key

from kit.identity import faults
from kit.identity.answers import check_answer, check_wishes
from kit.identity.clientauth import ClientAuth
from kit.identity.dpop import DpopKey
from kit.identity.idtoken import IdTokenRules, check_id_token
from kit.identity.jwks import Issuer
from kit.identity.logouttoken import LogoutNotice, check_logout_token
from kit.identity.protocol import ProtocolClient, read_access_token
from kit.identity.tokens import AccessToken, Login, PendingLogin


@dataclass(frozen=True)
class ClientConfig:
    """A client as it is registered at its provider.

    `resources` are the APIs to get tokens for; `id_token_algorithms` the ones the provider may use;
    `acr_values` the levels to ask for and accept; `minimum_level` HelseID's security level, 0 for none.
    """

    issuer: str
    client_id: str
    key: Key
    redirect_uri: str
    scopes: tuple[str, ...]
    dpop: bool = True
    resources: tuple[str, ...] = ()
    id_token_algorithms: tuple[str, ...] = ("PS256", "ES256")
    acr_values: tuple[str, ...] = ()
    minimum_level: int = 0


def organisation_details(parent: str | None, child: str | None) -> list[dict[str, Any]]:
    """The organisation the person works for, as HelseID's `authorization_details` (one organisation)."""
    identifier = {
        "system": "urn:oid:1.0.6523",
        "type": "ENH",
        "value": f"NO:ORGNR:{parent or ''}:{child or ''}",
    }
    return [
        {"type": "helseid_authorization", "practitioner_role": {"organization": {"identifier": identifier}}}
    ]


class OidcClient:
    """Logs people in, and systems. One for each registration; safe to share between tasks of a loop."""

    def __init__(self, config: ClientConfig, http: httpx.AsyncClient) -> None:
        self.config = config
        self._issuer = Issuer(config.issuer, http)
        auth = ClientAuth(config.client_id, config.key, config.issuer)
        self._protocol = ProtocolClient(self._issuer, auth, http)
        self._rules = IdTokenRules(
            issuer=config.issuer,
            client_id=config.client_id,
            algorithms=config.id_token_algorithms,
            acr_values=config.acr_values,
            minimum_level=config.minimum_level,
        )

    async def begin(
        self,
        *,
        authorization_details: list[dict[str, Any]] | None = None,
        organisation: tuple[str, str] | None = None,
        ui_locales: str | None = None,
        fresh: bool = False,
    ) -> tuple[str, PendingLogin]:
        """Push the request; answers where to send the browser, and what to keep until it returns.

        `organisation` (numbers of employer and place) is chosen at the provider and must be what the login
        says; `fresh` asks for a new proof of who it is, and takes no older one.
        """
        if organisation is not None:
            authorization_details = organisation_details(*organisation)
        key = DpopKey.generate() if self.config.dpop else None
        pending = PendingLogin(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            code_verifier=secrets.token_urlsafe(48),
            created=time.time(),
            resource=self.config.resources[0] if self.config.resources else None,
            dpop_jwk=key.to_jwk() if key else None,
            organisation=organisation,
            fresh=fresh,
        )
        more = {"ui_locales": ui_locales, "dpop_jkt": key.thumbprint if key else None}
        if fresh:
            more |= {"prompt": "login", "max_age": "0"}
        if authorization_details is not None:
            more["authorization_details"] = json.dumps(authorization_details)
        data = {**self._request(pending), **{name: value for name, value in more.items() if value}}
        body = await self._protocol.post("pushed_authorization_request_endpoint", data)
        request_uri = body.get("request_uri")
        if not isinstance(request_uri, str) or not request_uri:
            raise faults.LoginRefused("provider-response")
        endpoint = await self._issuer.endpoint("authorization_endpoint")
        return _with_query(endpoint, client_id=self.config.client_id, request_uri=request_uri), pending

    def _request(self, pending: PendingLogin) -> dict[str, str | list[str]]:
        request: dict[str, str | list[str]] = {
            "response_type": "code",
            "redirect_uri": self.config.redirect_uri,
            "scope": " ".join(self.config.scopes),
            "state": pending.state,
            "nonce": pending.nonce,
            "code_challenge": create_s256_code_challenge(pending.code_verifier),
            "code_challenge_method": "S256",
        }
        if self.config.resources:
            request["resource"] = list(self.config.resources)
        if self.config.acr_values:
            request["acr_values"] = " ".join(self.config.acr_values)
        return request

    async def complete(self, query: Sequence[tuple[str, str]], pending: PendingLogin) -> Login:
        """The login, from the callback's parameters (all of them, as they came) and what `begin` gave.

        The caller has taken `pending` out of its store: it is good once. Raises `faults.LoginRefused`;
        code `login-cancelled` when the person turned back.
        """
        answer = check_answer(query, pending, self.config.issuer)
        key = DpopKey.from_jwk(pending.dpop_jwk) if pending.dpop_jwk else None
        data = {
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": self.config.redirect_uri,
            "code_verifier": pending.code_verifier,
        }
        if pending.resource:
            data["resource"] = pending.resource
        body = await self._protocol.post("token_endpoint", data, key)
        access = read_access_token(body, key, pending.resource)
        id_token = body.get("id_token")
        if not isinstance(id_token, str):
            raise faults.LoginRefused("id-token-missing")
        claims = await check_id_token(
            id_token, self._rules, self._issuer, access_token=access.value, nonce=pending.nonce
        )
        check_wishes(claims, pending)
        return Login(
            issuer=self.config.issuer,
            subject=claims["sub"],
            claims=claims,
            id_token=id_token,
            access=access,
            refresh_token=_text_or_none(body.get("refresh_token")),
            dpop_jwk=pending.dpop_jwk,
        )

    async def access_token(
        self,
        login: Login,
        resource: str | None,
        scopes: Sequence[str] = (),
        *,
        authorization_details: list[dict[str, Any]] | None = None,
    ) -> AccessToken:
        """A new access token for one resource, by refresh; `login` takes over a changed refresh token.

        One call at a time for each login. `authorization_details` chooses another organisation (HelseID).
        Raises `faults.LoginRefused`: `provider-invalid-grant` when the login has ended.
        """
        if login.refresh_token is None:
            raise faults.LoginRefused("no-refresh-token", "The login cannot be renewed. Log in again.")
        key = DpopKey.from_jwk(login.dpop_jwk) if login.dpop_jwk else None
        data = {"grant_type": "refresh_token", "refresh_token": login.refresh_token}
        if resource is not None:
            data["resource"] = resource
        if scopes:
            data["scope"] = " ".join(scopes)
        more = {"authorization_details": authorization_details} if authorization_details else None
        body = await self._protocol.post("token_endpoint", data, key, more)
        access = read_access_token(body, key, resource)
        await self._check_same_person(body.get("id_token"), login, access)
        login.refresh_token = _text_or_none(body.get("refresh_token")) or login.refresh_token
        return access

    async def refresh(self, login: Login) -> Login:
        """The same login with a new access token for the resource it had."""
        login.access = await self.access_token(login, login.access.audience)
        return login

    async def _check_same_person(self, id_token: object, login: Login, access: AccessToken) -> None:
        if id_token is None:
            return
        claims = await check_id_token(
            str(id_token), self._rules, self._issuer, access_token=access.value, nonce=None
        )
        if claims["sub"] != login.subject:
            raise faults.LoginRefused("id-token-sub")

    async def client_credentials(
        self,
        resource: str | None,
        scopes: Sequence[str],
        *,
        authorization_details: list[dict[str, Any]] | None = None,
    ) -> AccessToken:
        """A system's own token (RFC 6749 4.4), DPoP-bound to a new key."""
        key = DpopKey.generate() if self.config.dpop else None
        data = {"grant_type": "client_credentials", "scope": " ".join(scopes)}
        if resource is not None:
            data["resource"] = resource
        more = {"authorization_details": authorization_details} if authorization_details else None
        return read_access_token(await self._protocol.post("token_endpoint", data, key, more), key, resource)

    async def logout_notice(self, token: str) -> LogoutNotice:
        """What the provider's logout token tells (Back-Channel Logout 1.0, 2.6).

        Raises `kit.identity.logouttoken.LogoutRefused` or `faults.IssuerUnavailable`.
        """
        return await check_logout_token(
            token,
            issuer=self.config.issuer,
            client_id=self.config.client_id,
            algorithms=self.config.id_token_algorithms,
            keys=self._issuer,
        )

    async def logout_url(self, return_to: str, state: str | None = None) -> str:
        """Where to send the browser to log out of the provider too, without a token in the address."""
        endpoint = await self._issuer.endpoint("end_session_endpoint")
        more = {"state": state} if state else {}
        return _with_query(
            endpoint, client_id=self.config.client_id, post_logout_redirect_uri=return_to, **more
        )

    async def logout_form(self, login: Login, return_to: str) -> tuple[str, dict[str, str]]:
        """Address and fields of a form to POST: an ID token names a person, so it belongs in no address."""
        endpoint = await self._issuer.endpoint("end_session_endpoint")
        return endpoint, {
            "id_token_hint": login.id_token,
            "client_id": self.config.client_id,
            "post_logout_redirect_uri": return_to,
        }


def _with_query(url: str, **parameters: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(parameters)}"


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
