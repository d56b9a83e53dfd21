"""The token exchange: what it gives, and everything it refuses (RFC 8693, RFC 9449 5)."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from dev.identity_provider.clients import CLI_CLIENT
from dev.login import log_in
from dev.personas import persona
from kit.identity.audiences import READ_RESULTS, RESULTS, WRITE_REPORTS
from kit.identity.clientauth import ClientAuth
from kit.identity.dpop import DpopKey
from kit.identity.exchange import ACCESS_TOKEN_TYPE, GRANT_TYPE, build_exchange, own_keys
from kit.identity.faults import TokenKeyUnknown
from kit.identity.keyfiles import EXCHANGE_KEY, client_key, read_private_key, signing_key
from kit.identity.tokens import Login
from kit.keys import KeyProblem, KeyRing
from kit.settings import Settings

REMOVED = object()


@pytest.fixture
async def login(http: httpx.AsyncClient, settings: Settings) -> Login:
    return await log_in(settings, http, "line", persona("line"), RESULTS, [READ_RESULTS])


class Sender:
    """Sends one exchange that is right in everything but what a test changes."""

    def __init__(self, http: httpx.AsyncClient, settings: Settings, login: Login) -> None:
        self.http, self.settings, self.login = http, settings, login
        self.url = f"{settings.core_record_url}/token"
        self.key = DpopKey.generate()
        self.auth = ClientAuth(CLI_CLIENT, client_key(settings, CLI_CLIENT), settings.core_record_url)

    async def nonce(self) -> str:
        answer = await self.http.post(
            self.url, data=self.form({}), headers={"DPoP": self.key.proof("POST", self.url)}
        )
        assert answer.json()["error"] == "use_dpop_nonce"
        nonce: str = answer.headers["dpop-nonce"]
        return nonce

    def form(self, changes: dict[str, Any]) -> dict[str, Any]:
        form = {
            "grant_type": GRANT_TYPE,
            "subject_token": self.login.access.value,
            "subject_token_type": ACCESS_TOKEN_TYPE,
            "audience": RESULTS,
            "scope": READ_RESULTS,
            **self.auth.fields(),
            **changes,
        }
        return {name: value for name, value in form.items() if value is not REMOVED}

    async def send(self, **changes: Any) -> httpx.Response:
        proof = self.key.proof("POST", self.url, nonce=await self.nonce())
        return await self.http.post(self.url, data=self.form(changes), headers={"DPoP": proof})


@pytest.fixture
def sender(http: httpx.AsyncClient, settings: Settings, login: Login) -> Sender:
    return Sender(http, settings, login)


def read(token: str, settings: Settings) -> dict[str, Any]:
    key = signing_key(settings, "token-exchange")
    claims: dict[str, Any] = jwt.decode(token, key, algorithms=["ES256"]).claims
    return claims


async def test_given_a_citizen_then_the_token_is_short_bound_and_for_one_audience(
    sender: Sender, settings: Settings
) -> None:
    answer = await sender.send()
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    claims = read(body["access_token"], settings)
    assert (body["token_type"], body["issued_token_type"]) == ("DPoP", ACCESS_TOKEN_TYPE)
    assert claims["exp"] - claims["iat"] <= 300
    assert claims["cnf"] == {"jkt": sender.key.thumbprint}
    assert (claims["aud"], claims["scope"], claims["client_id"]) == (RESULTS, READ_RESULTS, CLI_CLIENT)
    assert (claims["pid"], claims["acr"]) == (persona("line").national_id, "idporten-loa-high")
    assert claims["iss"] == settings.token_exchange_issuer


async def test_the_metadata_say_what_the_exchange_does(http: httpx.AsyncClient, settings: Settings) -> None:
    for name in ("openid-configuration", "oauth-authorization-server"):
        metadata = (await http.get(f"{settings.core_record_url}/.well-known/{name}")).json()
        assert metadata["issuer"] == settings.token_exchange_issuer
        assert metadata["grant_types_supported"] == [GRANT_TYPE]
    published = (await http.get(metadata["jwks_uri"])).json()["keys"]
    assert [set(key) & {"d", "p", "q", "k"} for key in published] == [set()]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": REMOVED}, "invalid_request"),
        ({"subject_token": REMOVED}, "invalid_request"),
        ({"subject_token": "opaque"}, "invalid_request"),
        ({"subject_token_type": "urn:ietf:params:oauth:token-type:id_token"}, "invalid_request"),
        ({"audience": "unknown"}, "invalid_target"),
        ({"audience": REMOVED}, "invalid_target"),
        ({"audience": [RESULTS, "akson:core-record"]}, "invalid_target"),
        ({"scope": WRITE_REPORTS}, "invalid_scope"),
        ({"scope": "akson:core-record/read"}, "invalid_scope"),
        ({"scope": REMOVED}, "invalid_request"),
        ({"scope": [READ_RESULTS, READ_RESULTS]}, "invalid_request"),
        ({"client_assertion": REMOVED}, "invalid_client"),
        ({"client_assertion": "a.b.c"}, "invalid_client"),
        ({"client_assertion_type": "other"}, "invalid_client"),
        ({"client_id": "somebody-else"}, "invalid_client"),
    ],
)
async def test_given_a_wrong_request_then_no_token_is_given(
    sender: Sender, changes: dict[str, Any], error: str
) -> None:
    answer = await sender.send(**changes)
    assert answer.json()["error"] == error
    assert answer.status_code == (401 if error == "invalid_client" else 400)


async def test_given_an_id_token_in_place_of_an_access_token_then_it_is_refused(sender: Sender) -> None:
    answer = await sender.send(subject_token=sender.login.id_token)
    assert answer.json() == {
        "error": "invalid_request",
        "error_description": "subject_token: token-audience",
    }


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "https://evil.example"}, "token-issuer"),
        ({"aud": "https://elsewhere.example"}, "token-audience"),
        ({"client_id": "another-client"}, "token-bound-to-other-key"),
        ({"cnf": {"jkt": "x"}}, "token-bound-to-other-key"),
        ({"exp": 1}, "token-expired"),
        ({"acr": "Level4"}, "token-claims"),
        ({"pid": "13116900217"}, "token-claims"),
        ({"sub": ""}, "token-claims"),
    ],
)
async def test_given_a_subject_token_with_a_wrong_claim_then_it_is_refused(
    sender: Sender, settings: Settings, changes: dict[str, Any], reason: str
) -> None:
    key = read_private_key(settings.keys_folder / "identity-provider" / "idporten.jwk")
    good = jwt.decode(sender.login.access.value, key, algorithms=["RS256"])
    forged = jwt.encode(good.header, {**good.claims, **changes}, key, algorithms=["RS256"])
    answer = await sender.send(subject_token=forged)
    assert answer.json()["error_description"] == f"subject_token: {reason}"


async def test_given_a_subject_token_signed_by_another_then_it_is_refused(sender: Sender) -> None:
    stranger = ECKey.generate_key("P-256", {"alg": "ES256", "kid": "stranger"})
    claims = {"iss": sender.settings.idporten_issuer, "exp": int(time.time()) + 60, "iat": int(time.time())}
    forged = jwt.encode({"alg": "ES256", "kid": "stranger"}, claims, stranger)
    answer = await sender.send(subject_token=forged)
    assert answer.json()["error_description"] == "subject_token: token-key"


async def test_given_an_assertion_used_twice_then_the_second_is_refused(sender: Sender) -> None:
    fields = sender.auth.fields()
    assert (await sender.send(**fields)).status_code == 200
    assert (await sender.send(**fields)).json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("method", "url", "error"),
    [
        ("GET", None, "invalid_dpop_proof"),
        ("POST", "http://127.0.0.1:9/token", "invalid_dpop_proof"),
        (None, None, "invalid_dpop_proof"),
    ],
)
async def test_given_no_right_proof_then_no_token_is_given(
    sender: Sender, method: str | None, url: str | None, error: str
) -> None:
    nonce = await sender.nonce()
    headers = {"DPoP": sender.key.proof(method, url or sender.url, nonce=nonce)} if method else {}
    answer = await sender.http.post(sender.url, data=sender.form({}), headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


async def test_given_production_without_keys_then_the_exchange_does_not_start(
    settings: Settings, keys: KeyRing, tmp_path: Any
) -> None:
    production = settings.model_copy(update={"environment": "production", "keys": tmp_path})
    with pytest.raises(KeyProblem):
        build_exchange(production, keys)


async def test_given_a_new_signing_key_then_tokens_of_the_former_are_believed_while_it_is_kept(
    settings: Settings, keys: KeyRing, tmp_path: Path
) -> None:
    """Nobody who is logged in notices a rotation; once the file is gone, the key is nobody's."""
    rotated = settings.model_copy(update={"keys": tmp_path})
    former = signing_key(rotated, EXCHANGE_KEY)
    (tmp_path / f"{EXCHANGE_KEY}.jwk").rename(tmp_path / f"{EXCHANGE_KEY}.former.jwk")
    new = signing_key(rotated, EXCHANGE_KEY)
    assert new.thumbprint() != former.thumbprint()
    exchange = build_exchange(rotated, keys)
    assert exchange.key.thumbprint() == new.thumbprint(), "the new one signs"
    told = [one["kid"] for one in exchange.jwks()["keys"]]
    assert told == [new.kid, former.kid]
    assert all("d" not in one for one in exchange.jwks()["keys"])
    for key in (new, former):
        assert (await own_keys(rotated).find(key.kid, "ES256")).thumbprint() == key.thumbprint()
    (tmp_path / f"{EXCHANGE_KEY}.former.jwk").unlink()
    assert [one["kid"] for one in build_exchange(rotated, keys).jwks()["keys"]] == [new.kid]
    with pytest.raises(TokenKeyUnknown):
        await own_keys(rotated).find(former.kid, "ES256")
