"""The development provider, the token exchange and an API that tells who calls, in one process over ASGI."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request

from dev.identity_provider.provider import build_app
from kit.identity.actor import Actor, ActorKind
from kit.identity.audiences import READ_RESULTS, RESULTS, WRITE_REPORTS
from kit.identity.exchange import exchange_routes, own_keys
from kit.identity.verifier import build_verifier, require_scope
from kit.identity.web import actor_of, protect
from kit.keys import KeyRing
from kit.settings import Settings
from kit.web import create_app


def mounts(*apps: tuple[str, FastAPI]) -> httpx.AsyncClient:
    return httpx.AsyncClient(mounts={url: httpx.ASGITransport(app) for url, app in apps})


@pytest.fixture(scope="session")
def provider(settings: Settings) -> FastAPI:
    return build_app(settings)


@pytest.fixture(scope="session")
def core_record(settings: Settings, keys: KeyRing, provider: FastAPI) -> FastAPI:
    app = create_app(name="core-record-exchange")
    http = mounts((issuers(settings), provider))
    app.router.routes.extend(exchange_routes(settings, keys, http=http))
    return app


@dataclass
class Api:
    """A service for results; `seen` are the callers it let in."""

    app: FastAPI
    url: str
    seen: list[Actor] = field(default_factory=list)


@pytest.fixture(scope="session")
def api(settings: Settings, keys: KeyRing, provider: FastAPI, core_record: FastAPI) -> Api:
    app = create_app(name="who")
    made = Api(app, f"{settings.results_url}/who")

    async def who(request: Request) -> dict[str, str]:
        actor = await actor_of(request)
        require_scope(actor, WRITE_REPORTS if actor.kind is ActorKind.MACHINE else READ_RESULTS)
        made.seen.append(actor)
        return {"kind": actor.kind}

    app.add_api_route("/who", who, methods=["GET"])
    http = mounts((issuers(settings), provider), (settings.core_record_url, core_record))
    verifier = build_verifier(
        settings, RESULTS, settings.results_url, keys=keys, exchange_keys=own_keys(settings), http=http
    )
    protect(app, verifier)
    return made


@pytest.fixture
async def http(
    settings: Settings, provider: FastAPI, core_record: FastAPI, api: Api
) -> AsyncIterator[httpx.AsyncClient]:
    """A client that reaches all three."""
    apps = (
        (issuers(settings), provider),
        (settings.core_record_url, core_record),
        (settings.results_url, api.app),
    )
    async with mounts(*apps) as client:
        yield client


def issuers(settings: Settings) -> str:
    """The provider's base address."""
    return settings.helseid_issuer.rsplit("/", 1)[0]
