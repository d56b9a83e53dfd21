"""Logout tokens: each check of Back-Channel Logout 1.0 section 2.6, one thing changed at a time."""

from __future__ import annotations

import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from kit.identity.jwks import FixedKeys
from kit.identity.logouttoken import EVENT, LogoutNotice, LogoutRefused, check_logout_token
from tests.unit.identity.support import HELSEID, RSA_KEY, At, present

CLIENT = "akson-portal"
KEYS = FixedKeys(KeySet.import_key_set({"keys": [RSA_KEY.as_dict(private=False)]}))
STRANGER = RSAKey.generate_key(2048, {"alg": "PS256", "use": "sig", "kid": "rsa"})


def token(header: dict[str, Any] | None = None, key: RSAKey = RSA_KEY, **changes: Any) -> str:
    now = int(time.time())
    claims = {
        "iss": HELSEID,
        "aud": CLIENT,
        "iat": now,
        "exp": now + 120,
        "jti": "logout-1",
        "sub": "pseudonym",
        "sid": "session",
        "events": {EVENT: {}},
    }
    signer = RSAKey.import_key({n: v for n, v in key.as_dict(private=True).items() if n != "alg"})
    full = {"typ": "logout+jwt", "alg": "PS256", "kid": "rsa", **(header or {})}
    return jwt.encode(full, present(claims | changes), signer, algorithms=[full["alg"]])


async def check(text: str) -> LogoutNotice:
    return await check_logout_token(text, issuer=HELSEID, client_id=CLIENT, algorithms=("PS256",), keys=KEYS)


@pytest.mark.parametrize(
    ("changes", "subject", "session"),
    [
        ({}, "pseudonym", "session"),
        ({"sub": None}, None, "session"),
        ({"sid": None}, "pseudonym", None),
        ({"aud": [CLIENT]}, "pseudonym", "session"),
        ({"events": {EVENT: {}, "urn:other": {}}}, "pseudonym", "session"),
    ],
)
async def test_a_right_token_tells_whose_login_has_ended(
    changes: dict[str, Any], subject: str | None, session: str | None
) -> None:
    assert await check(token(**changes)) == LogoutNotice(HELSEID, "logout-1", subject, session)


@pytest.mark.parametrize(
    ("header", "changes", "code"),
    [
        ({"typ": "JWT"}, {}, "typ"),
        ({"typ": "at+jwt"}, {}, "typ"),
        ({"alg": "RS256"}, {}, "alg"),
        ({"kid": "other"}, {}, "key"),
        ({}, {"iss": "https://other.example"}, "iss"),
        ({}, {"aud": "another-client"}, "aud"),
        ({}, {"aud": [CLIENT, "another-client"]}, "aud"),
        ({}, {"aud": None}, "aud"),
        ({}, {"iat": None}, "iat"),
        ({}, {"iat": At(120)}, "iat"),
        ({}, {"iat": At(-3600)}, "iat"),
        ({}, {"exp": None}, "iat"),
        ({}, {"exp": At(-60)}, "exp"),
        ({}, {"jti": None}, "jti"),
        ({}, {"jti": ""}, "jti"),
        ({}, {"events": None}, "events"),
        ({}, {"events": {"urn:other": {}}}, "events"),
        ({}, {"events": {EVENT: "yes"}}, "events"),
        ({}, {"events": [EVENT]}, "events"),
        ({}, {"sub": None, "sid": None}, "sub"),
        ({}, {"sid": ["session"]}, "sid"),
        ({}, {"nonce": "n"}, "nonce"),
    ],
)
async def test_a_wrong_token_is_refused(header: dict[str, Any], changes: dict[str, Any], code: str) -> None:
    with pytest.raises(LogoutRefused) as caught:
        await check(token(header, **changes))
    assert caught.value.code == f"logout-token-{code}"
    assert caught.value.status == 400


async def test_another_key_a_changed_token_and_no_token_are_refused() -> None:
    for text, code in ((token(key=STRANGER), "signature"), ("", "malformed"), ("a.b.c", "malformed")):
        with pytest.raises(LogoutRefused) as caught:
            await check(text)
        assert caught.value.code == f"logout-token-{code}"
