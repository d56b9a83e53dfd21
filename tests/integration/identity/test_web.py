"""The verified caller in an app: configured addresses, nonces on answers, errors in the right form."""

from __future__ import annotations

from typing import Annotated

import httpx
import pytest
import redis.asyncio
from fastapi import Depends, FastAPI

from kit.identity.actor import Actor
from kit.identity.apiclient import DpopAuth, NonceJar
from kit.identity.dpop import DpopKey
from kit.identity.freshness import Freshness, ValkeyFreshness
from kit.identity.verifier import AccessTokenVerifier
from kit.identity.web import actor_of, protect
from kit.web import create_app
from tests.unit.identity.support import BASE, build_caller, helseid_claims, sign


def service(freshness: Freshness | None = None) -> FastAPI:
    verifier: AccessTokenVerifier = build_caller().verifier
    verifier.freshness = freshness or verifier.freshness
    app = create_app(name="service")

    async def who(actor: Annotated[Actor, Depends(actor_of)]) -> dict[str, str]:
        return {"subject": actor.subject}

    for path in ("/who/{name}", "/fhir/who"):
        app.add_api_route(path, who, methods=["GET", "POST"])
    protect(app, verifier)
    return app


def client_of(app: FastAPI, base: str = BASE) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base)


@pytest.fixture
def auth() -> DpopAuth:
    key = DpopKey.generate()
    return DpopAuth(key, sign(helseid_claims(key.thumbprint)), NonceJar())


@pytest.mark.parametrize("path", ["/who/x", "/who/x?_count=5", "/who/%C3%A6%20b", "/who/a%2Fb"])
async def test_given_a_signed_request_then_the_caller_is_known_and_the_next_nonce_told(
    auth: DpopAuth, path: str
) -> None:
    async with client_of(service()) as client:
        answer = await client.get(path, auth=auth)
        if "%2F" in path:  # the router sees two segments; what matters is that no error escapes
            assert answer.status_code == 404
            return
        assert (answer.status_code, answer.json()) == (200, {"subject": "pseudonym"})
        assert answer.headers["dpop-nonce"]


async def test_given_a_challenge_then_the_client_signs_again_with_its_body(auth: DpopAuth) -> None:
    sent: list[tuple[str, bytes]] = []

    async def record(request: httpx.Request) -> None:
        sent.append((request.headers["dpop"], request.content))

    async with client_of(service()) as client:
        client.event_hooks = {"request": [record]}
        assert (await client.post("/who/x", content=b"body", auth=auth)).status_code == 200
        assert (await client.post("/who/x", content=b"body", auth=auth)).status_code == 200
    assert len(sent) == 3, "the first call is asked for a nonce, the second knows it"
    assert {content for _, content in sent} == {b"body"}
    assert len({proof for proof, _ in sent}) == 3


async def test_given_another_host_header_then_the_configured_address_decides(auth: DpopAuth) -> None:
    async with client_of(service(), "https://evil.example") as client:
        answer = await client.get("/who/x", auth=auth)
    assert answer.status_code == 401
    assert answer.json()["title"] == "proof-url"
    assert BASE in answer.json()["detail"]
    assert "evil" not in answer.text + answer.headers["www-authenticate"]


async def test_given_no_token_then_a_fhir_path_answers_an_operation_outcome() -> None:
    async with client_of(service()) as client:
        fhir, plain = await client.get("/fhir/who"), await client.get("/who/x")
    for answer in (fhir, plain):
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == 'DPoP algs="ES256 PS256 Ed25519 RS256"'
    assert fhir.json()["resourceType"] == "OperationOutcome"
    assert plain.json()["title"] == "token-missing"


async def test_given_an_unreachable_valkey_then_the_answer_is_503(auth: DpopAuth) -> None:
    away = ValkeyFreshness(redis.asyncio.Redis.from_url("unix:///tmp/akson-no-such.sock"), b"secret")
    async with client_of(service(away)) as client:
        answer = await client.get("/who/x", auth=auth)
    assert (answer.status_code, answer.json()["title"]) == (503, "replay-store-unavailable")
    assert answer.headers["retry-after"] == "5"


async def test_given_valkey_then_the_service_is_ready_and_without_it_not() -> None:
    away = ValkeyFreshness(redis.asyncio.Redis.from_url("unix:///tmp/akson-no-such.sock"), b"secret")
    async with client_of(service()) as there, client_of(service(away)) as gone:
        ready, closed, live = (
            await there.get("/health/ready"),
            await gone.get("/health/ready"),
            await gone.get("/health/live"),
        )
    assert (ready.status_code, live.status_code) == (200, 200)
    assert (closed.status_code, closed.json()["title"]) == (503, "replay-store-unavailable")
