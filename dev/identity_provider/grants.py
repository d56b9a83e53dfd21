"""The provider's PAR and token endpoints."""

from __future__ import annotations

import json
import re
import secrets
import time
from dataclasses import replace
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.errors import (
    InvalidGrantError,
    InvalidRequestError,
    InvalidScopeError,
    UnauthorizedClientError,
    UnsupportedGrantTypeError,
)
from authlib.oauth2.rfc7636.challenge import CODE_CHALLENGE_PATTERN, compare_s256_code_challenge
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dev.identity_provider.clients import RegisteredClient
from dev.identity_provider.issuer import ACCESS_SECONDS, Issuer
from dev.identity_provider.state import REQUEST_SECONDS, AuthorizationRequest, Grant, LiveLogin
from kit.identity import faults
from kit.identity.oauthweb import Form, oauth_error, proof_at, read_form, refuse, token_answer

_ORGANISATIONS = re.compile(r"NO:ORGNR:([0-9]{9})?:([0-9]{9})?")


async def push(issuer: Issuer, request: Request) -> Response:
    """POST /par (RFC 9126)."""
    try:
        form = await read_form(request)
        client, _ = await _client(issuer, form)
        name = issuer.requests.put(_authorization_request(issuer, client, form))
    except OAuth2Error as error:
        return oauth_error(error)
    body = {"request_uri": f"urn:ietf:params:oauth:request_uri:{name}", "expires_in": int(REQUEST_SECONDS)}
    return JSONResponse(body, 201, {"Cache-Control": "no-store"})


async def token(issuer: Issuer, request: Request) -> Response:
    """POST /token."""
    try:
        form = await read_form(request)
        client, assertion = await _client(issuer, form)
        jkt = nonce = None
        if issuer.dpop:
            proof, nonce = await proof_at(request, f"{issuer.url}/token", issuer.freshness)
            jkt = proof.thumbprint
        return token_answer(_answer(issuer, client, form, assertion, jkt), nonce)
    except (OAuth2Error, faults.ProofRefused) as error:
        return oauth_error(error)


async def _client(issuer: Issuer, form: Form) -> tuple[RegisteredClient, dict[str, Any]]:
    client_id, assertion = await issuer.assertions.client(form.fields)
    return issuer.clients[client_id], assertion


def _authorization_request(issuer: Issuer, client: RegisteredClient, form: Form) -> AuthorizationRequest:
    if client.is_machine:
        raise UnauthorizedClientError(description="a system logs nobody in")
    if "request" in form.fields or "request_uri" in form.fields:
        refuse("request_not_supported", "send plain parameters")
    if form.need("response_type") != "code" or form.need("code_challenge_method") != "S256":
        raise InvalidRequestError(description="only code with PKCE S256")
    if not CODE_CHALLENGE_PATTERN.match(form.need("code_challenge")):
        raise InvalidRequestError(description="code_challenge")
    if form.need("redirect_uri") not in client.redirect_uris:
        raise InvalidRequestError(description="redirect_uri is not registered")
    return AuthorizationRequest(
        client_id=client.client_id,
        redirect_uri=form.need("redirect_uri"),
        state=form.need("state"),
        nonce=form.need("nonce"),
        challenge=form.need("code_challenge"),
        scopes=_asked_scopes(client, form),
        resources=_asked_resources(issuer, form),
        dpop_jkt=form.fields.get("dpop_jkt"),
        ui_locales=form.fields.get("ui_locales", ""),
        authorization_details=_details(form.fields.get("authorization_details")),
    )


def _asked_scopes(client: RegisteredClient, form: Form) -> tuple[str, ...]:
    scopes = tuple(form.need("scope").split())
    if "openid" not in scopes or not set(scopes) <= client.scopes:
        raise InvalidScopeError(description="openid is needed, and every scope must be the client's")
    return scopes


def _asked_resources(issuer: Issuer, form: Form) -> tuple[str, ...]:
    resources = tuple(form.all("resource"))
    if not set(resources) <= issuer.targets.keys():
        refuse("invalid_target", "unknown resource")
    return resources


def _answer(
    issuer: Issuer, client: RegisteredClient, form: Form, assertion: dict[str, Any], jkt: str | None
) -> dict[str, Any]:
    details = _details(assertion.get("authorization_details") or assertion.get("assertion_details"))
    match form.need("grant_type"):
        case "authorization_code":
            request, grant = _redeem(issuer, client, form, jkt)
            body = _person_answer(issuer, form, _at(issuer, grant, details), jkt)
            body["id_token"] = issuer.id_token(grant, request.nonce, body["access_token"])
            issuer.live[grant.session] = LiveLogin(grant.client_id, grant.persona, time.time())
            return body
        case "refresh_token":
            kept = issuer.grant_of(form.need("refresh_token"))
            if kept is None or kept.client_id != client.client_id:
                raise InvalidGrantError(description="the refresh token is not valid")
            return _person_answer(issuer, form, _at(issuer, kept, details), jkt)
        case "client_credentials" if jkt is not None:
            return _machine_answer(issuer, client, form, details, jkt)
        case other:
            raise UnsupportedGrantTypeError(other)


def _redeem(
    issuer: Issuer, client: RegisteredClient, form: Form, jkt: str | None
) -> tuple[AuthorizationRequest, Grant]:
    kept = issuer.codes.take(form.need("code"))
    if kept is None:
        raise InvalidGrantError(description="the code is unknown, used or too old")
    request, grant = kept
    if request.client_id != client.client_id or form.need("redirect_uri") != request.redirect_uri:
        raise InvalidGrantError(description="the code was given to another client or address")
    if not compare_s256_code_challenge(form.need("code_verifier"), request.challenge):
        raise InvalidGrantError(description="code_verifier")
    if request.dpop_jkt is not None and request.dpop_jkt != jkt:
        raise InvalidGrantError(description="dpop_jkt")
    return request, grant


def _person_answer(issuer: Issuer, form: Form, grant: Grant, jkt: str | None) -> dict[str, Any]:
    target = _one_target(issuer, form, grant.resources)
    granted = tuple(scope for scope in grant.scopes if scope in issuer.targets[target])
    asked = tuple(form.fields.get("scope", "").split())
    if not set(asked) <= set(granted):
        raise InvalidScopeError(description="a scope was not granted for this resource")
    scopes = asked or granted
    access_token = issuer.access_token(grant, target, scopes, jkt)
    return {
        "access_token": access_token,
        "token_type": "DPoP" if jkt else "Bearer",
        "expires_in": ACCESS_SECONDS,
        "scope": " ".join(scopes),
        "refresh_token": issuer.refresh_token(grant),
    }


def _machine_answer(
    issuer: Issuer,
    client: RegisteredClient,
    form: Form,
    details: list[dict[str, Any]] | None,
    jkt: str,
) -> dict[str, Any]:
    if not client.is_machine:
        raise UnauthorizedClientError(description="this client acts for people only")
    target = _one_target(issuer, form, tuple(issuer.targets))
    scopes = tuple(form.need("scope").split())
    if not set(scopes) <= client.scopes & set(issuer.targets[target]):
        raise InvalidScopeError(description="not a scope of this client at this resource")
    _, child = _organisations(issuer, details)
    return {
        "access_token": issuer.machine_token(client, target, scopes, jkt, child),
        "token_type": "DPoP",
        "expires_in": ACCESS_SECONDS,
        "scope": " ".join(scopes),
    }


def _one_target(issuer: Issuer, form: Form, granted: tuple[str, ...]) -> str:
    """The resource that the token is for: the one asked for, else the first granted (RFC 8707 2.2)."""
    asked = form.all("resource") or list(granted[:1])
    if len(asked) != 1 or asked[0] not in granted or asked[0] not in issuer.targets:
        refuse("invalid_target", "ask for exactly one granted resource")
    return asked[0]


def _details(value: object) -> list[dict[str, Any]] | None:
    if value is None:
        return None
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        found = None
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        refuse("invalid_authorization_details", "must be a JSON array of objects")
    return found


def _organisations(issuer: Issuer, details: list[dict[str, Any]] | None) -> tuple[str | None, str | None]:
    """(parent, child) that the client chose; the parent must be known, as HelseID checks delegation."""
    for entry in details or []:
        if entry.get("type") != "helseid_authorization":
            continue
        try:
            identifier = entry["practitioner_role"]["organization"]["identifier"]
            match = _ORGANISATIONS.fullmatch(identifier["value"])
        except (KeyError, TypeError):
            match = None
        known = {organisation.org_number for organisation in issuer.people.organisations}
        if match is None or (match[1] and match[1] not in known):
            refuse(
                "invalid_authorization_details", "not a known organisation in the form NO:ORGNR:parent:child"
            )
        return match[1], match[2]
    return None, None


def _at(issuer: Issuer, grant: Grant, details: list[dict[str, Any]] | None) -> Grant:
    parent, child = _organisations(issuer, details)
    return replace(grant, parent=parent or grant.parent, child=child or grant.child)


def new_grant(issuer: Issuer, request: AuthorizationRequest, persona: str, level: int) -> Grant:
    """What a press on a persona's button grants."""
    parent, child = _organisations(issuer, request.authorization_details)
    return Grant(
        client_id=request.client_id,
        persona=persona,
        level=level,
        scopes=request.scopes,
        resources=request.resources,
        session=secrets.token_urlsafe(16),
        auth_time=int(time.time()),
        parent=parent,
        child=child,
    )
