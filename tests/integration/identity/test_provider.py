"""The development provider is as strict as the ones it stands for, and its tokens outlive a restart."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import RSAKey

from dev.identity_provider.clients import CLI_CLIENT, CLI_REDIRECT
from dev.personas import load_personas
from kit.identity.audiences import CORE_RECORD, READ_CORE_RECORD, READ_RESULTS, RESULTS, WRITE_REPORTS
from kit.identity.clientauth import ClientAuth
from kit.identity.dpop import DpopKey
from kit.identity.keyfiles import client_key, new_ec_key
from kit.settings import Settings

VERIFIER = secrets.token_urlsafe(48)


@pytest.fixture
def pushed(http: httpx.AsyncClient, settings: Settings) -> Callable[..., Any]:
    """Pushes an authorization request with fields changed (None removes)."""

    async def push(**changes: Any) -> httpx.Response:
        auth = ClientAuth(CLI_CLIENT, client_key(settings, CLI_CLIENT), settings.helseid_issuer)
        form = {
            "response_type": "code",
            "redirect_uri": CLI_REDIRECT,
            "scope": f"openid {READ_RESULTS}",
            "state": "state",
            "nonce": "nonce",
            "code_challenge": create_s256_code_challenge(VERIFIER),
            "code_challenge_method": "S256",
            "resource": RESULTS,
            **auth.fields(),
            **changes,
        }
        sent = {name: value for name, value in form.items() if value is not None}
        return await http.post(f"{settings.helseid_issuer}/par", data=sent)

    return push


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "invalid_request"),
        ({"redirect_uri": "http://127.0.0.1/elsewhere"}, "invalid_request"),
        ({"scope": READ_RESULTS}, "invalid_scope"),
        ({"scope": f"openid {WRITE_REPORTS}"}, "invalid_scope"),
        ({"state": None}, "invalid_request"),
        ({"nonce": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"resource": "unknown"}, "invalid_target"),
        ({"request": "a.b.c"}, "request_not_supported"),
        ({"authorization_details": "no json"}, "invalid_authorization_details"),
        ({"state": ["a", "b"]}, "invalid_request"),
        ({"client_assertion": None}, "invalid_client"),
    ],
)
async def test_given_a_wrong_pushed_request_then_it_is_refused(
    pushed: Callable[..., Any], changes: dict[str, Any], error: str
) -> None:
    answer = await pushed(**changes)
    assert answer.json()["error"] == error


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"aud": "https://elsewhere.example"}, "audience"),
        ({"aud": ["http://127.0.0.1:8100/helseid"]}, "audience"),
        ({"iss": "somebody"}, "client id"),
        ({"sub": "somebody"}, "unknown client"),
        ({"exp": 1}, "time"),
        ({"exp": 4_000_000_000}, "lifetime"),
        ({"iat": None}, "time"),
        ({"jti": None}, "jti"),
        ({"jti": "short"}, "jti"),
    ],
)
async def test_given_a_wrong_client_assertion_then_the_client_is_refused(
    pushed: Callable[..., Any], settings: Settings, changes: dict[str, Any], reason: str
) -> None:
    now = int(time.time())
    claims = {
        "iss": CLI_CLIENT,
        "sub": CLI_CLIENT,
        "aud": settings.helseid_issuer,
        "iat": now,
        "exp": now + 30,
        "jti": secrets.token_urlsafe(16),
        **changes,
    }
    answer = await pushed(client_assertion=assertion(claims, settings))
    assert answer.status_code == 401
    assert answer.json()["error_description"] == f"client authentication failed: {reason}"


@pytest.mark.parametrize(("header", "reason"), [({"typ": "JWT"}, "typ"), ({"alg": "RS256"}, "algorithm")])
async def test_given_a_wrong_assertion_header_then_the_client_is_refused(
    pushed: Callable[..., Any], settings: Settings, header: dict[str, str], reason: str
) -> None:
    fields = ClientAuth(CLI_CLIENT, client_key(settings, CLI_CLIENT), settings.helseid_issuer).fields()
    claims = jwt.decode(
        fields["client_assertion"], client_key(settings, CLI_CLIENT), algorithms=["ES256"]
    ).claims
    sent = assertion(claims, settings, **header)
    answer = await pushed(client_assertion=sent)
    assert answer.json()["error_description"] == f"client authentication failed: {reason}"


async def test_given_an_assertion_by_another_key_then_the_client_is_refused(
    pushed: Callable[..., Any], settings: Settings
) -> None:
    answer = await pushed(**ClientAuth(CLI_CLIENT, new_ec_key(), settings.helseid_issuer).fields())
    assert answer.json()["error_description"] == "client authentication failed: signature"


def assertion(claims: dict[str, Any], settings: Settings, **header: str) -> str:
    key = client_key(settings, CLI_CLIENT)
    if header.get("alg", "ES256") != "ES256":
        key = RSAKey.generate_key(2048, {"kid": "x"})
    full = {"alg": "ES256", "kid": key.kid or "", "typ": "client-authentication+jwt", **header}
    present = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(full, present, key, algorithms=[full["alg"]])


async def code_of(
    pushed: Callable[..., Any], http: httpx.AsyncClient, settings: Settings, **changes: Any
) -> str:
    body = (await pushed(**changes)).json()
    answer = await http.post(
        f"{settings.helseid_issuer}/authorize",
        params={"client_id": CLI_CLIENT, "request_uri": body["request_uri"]},
        data={"persona": "lege-koman"},
    )
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query["iss"] == [settings.helseid_issuer]
    return query["code"][0]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({}, None),
        ({"code_verifier": secrets.token_urlsafe(48)}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1/other"}, "invalid_grant"),
        ({"code": "unknown"}, "invalid_grant"),
        ({"resource": CORE_RECORD}, "invalid_target"),
        ({"scope": READ_CORE_RECORD}, "invalid_scope"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unauthorized_client"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant"),
    ],
)
async def test_given_a_wrong_token_request_then_it_is_refused(
    pushed: Callable[..., Any],
    http: httpx.AsyncClient,
    settings: Settings,
    changes: dict[str, Any],
    error: str | None,
) -> None:
    form = {
        "grant_type": "authorization_code",
        "code": await code_of(pushed, http, settings),
        "redirect_uri": CLI_REDIRECT,
        "code_verifier": VERIFIER,
        **changes,
    }
    assert (await redeem(http, settings, form, DpopKey.generate())).get("error") == error


async def test_given_a_code_then_it_works_once_and_with_the_key_it_was_asked_for(
    pushed: Callable[..., Any], http: httpx.AsyncClient, settings: Settings
) -> None:
    key = DpopKey.generate()
    form = {"grant_type": "authorization_code", "redirect_uri": CLI_REDIRECT, "code_verifier": VERIFIER}
    code = await code_of(pushed, http, settings, dpop_jkt=key.thumbprint)
    assert (await redeem(http, settings, {**form, "code": code}, DpopKey.generate()))[
        "error"
    ] == "invalid_grant"
    code = await code_of(pushed, http, settings, dpop_jkt=key.thumbprint)
    assert (await redeem(http, settings, {**form, "code": code}, key))["token_type"] == "DPoP"
    assert (await redeem(http, settings, {**form, "code": code}, key))["error"] == "invalid_grant"


async def redeem(
    http: httpx.AsyncClient, settings: Settings, form: dict[str, Any], key: DpopKey
) -> dict[str, Any]:
    url, nonce = f"{settings.helseid_issuer}/token", None
    auth = ClientAuth(CLI_CLIENT, client_key(settings, CLI_CLIENT), settings.helseid_issuer)
    for _ in range(2):
        headers = {"DPoP": key.proof("POST", url, nonce=nonce)}
        answer = await http.post(url, data={**form, **auth.fields()}, headers=headers)
        nonce = answer.headers.get("dpop-nonce")
        if answer.json().get("error") != "use_dpop_nonce":
            break
    body: dict[str, Any] = answer.json()
    return body


@pytest.mark.parametrize(
    ("lang", "accept", "wanted"),
    [
        ("nn", "en", "nn"),
        (None, "en-GB,nb;q=0.5", "en"),
        (None, "no", "nb"),
        (None, "fr", "nb"),
        (None, "", "nb"),
    ],
)
async def test_given_a_language_then_the_page_speaks_it_and_shows_every_persona(
    pushed: Callable[..., Any],
    http: httpx.AsyncClient,
    settings: Settings,
    lang: str | None,
    accept: str,
    wanted: str,
) -> None:
    query = {"client_id": CLI_CLIENT, "request_uri": (await pushed()).json()["request_uri"]}
    if lang:
        query["lang"] = lang
    page = await http.get(
        f"{settings.helseid_issuer}/authorize", params=query, headers={"Accept-Language": accept}
    )
    assert page.status_code == 200
    assert f'<html lang="{wanted}">' in page.text
    people = {name: who for name, who in load_personas().personas.items() if who.login == "helseid"}
    assert page.text.count('name="persona"') == len(people)
    for who in people.values():
        assert getattr(who.label, wanted).partition(" – ")[0] in page.text
        assert who.national_id is None or who.national_id not in page.text
    assert "form-action 'self' http://127.0.0.1" in page.headers["content-security-policy"]


async def test_given_an_unknown_request_or_persona_then_a_plain_page_says_so(
    pushed: Callable[..., Any], http: httpx.AsyncClient, settings: Settings
) -> None:
    url = f"{settings.helseid_issuer}/authorize"
    assert (await http.get(url, params={"request_uri": "x", "client_id": CLI_CLIENT})).status_code == 400
    query = {"client_id": CLI_CLIENT, "request_uri": (await pushed()).json()["request_uri"]}
    for form in ({"persona": "line"}, {"persona": "nobody"}, {"persona": "lege-koman", "level": "5"}):
        assert (await http.post(url, params=query, data=form)).status_code == 400
    assert (await http.get(url, params=query)).status_code == 200


async def test_both_sides_publish_what_they_do(
    provider: FastAPI, http: httpx.AsyncClient, settings: Settings
) -> None:
    for issuer, alg in ((settings.helseid_issuer, "PS256"), (settings.idporten_issuer, "RS256")):
        metadata = (await http.get(f"{issuer}/.well-known/openid-configuration")).json()
        assert metadata["issuer"] == issuer
        assert metadata["id_token_signing_alg_values_supported"] == [alg]
        assert metadata["authorization_response_iss_parameter_supported"] is True
        keys = (await http.get(metadata["jwks_uri"])).json()["keys"]
        assert [set(key) & {"d", "p", "q", "k"} for key in keys] == [set()]
