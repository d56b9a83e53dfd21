"""Without the session store nobody is let in, and everybody is told; the page before login still stands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from kit.keys import KeyRing
from kit.settings import Settings
from portal.frame.server import server
from portal.session import wiring as wiring_module
from portal.session.cookies import SESSION_COOKIE
from portal.session.guard import SessionGuard
from portal.session.wiring import wiring
from portal.ui.texts import say
from tests.contract.portal.conftest import Browser


@pytest.fixture
async def portal(
    settings: Settings, keys: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """The portal's routes, with a session store that is not there."""
    nowhere = redis.asyncio.Redis(unix_socket_path="/nonexistent/valkey.sock", retry=Retry(NoBackoff(), 0))
    monkeypatch.setattr(wiring_module, "async_client", lambda: nowhere)
    wiring.cache_clear()
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(server()), base_url=settings.portal_url
    ) as http:
        yield http
    await wiring().aclose()
    wiring.cache_clear()


async def test_the_front_page_stands_and_readiness_says_what_is_missing(portal: httpx.AsyncClient) -> None:
    assert (await portal.get("/")).status_code == 200
    ready = await portal.get("/health/ready")
    assert (ready.status_code, ready.json()["needs"]) == (503, "valkey")
    assert (await portal.get("/health/live")).status_code == 200


@pytest.mark.parametrize("path", ["/", "/auth/ended", "/auth/helseid/callback"])
async def test_whoever_has_a_cookie_is_told_that_it_is_down(portal: httpx.AsyncClient, path: str) -> None:
    for name in (SESSION_COOKIE, "akson_login"):
        portal.cookies.set(name, "x")
    answer = await portal.get(path)
    assert answer.status_code == 503
    assert say("nb", "front.notice.unavailable") in answer.text
    assert "content-security-policy" in answer.headers


async def test_every_event_fails_closed(portal: httpx.AsyncClient) -> None:
    visitor = Browser(portal, portal, "")
    portal.cookies.set(SESSION_COOKIE, "x")
    event: Any = None
    with pytest.raises(RedisError):
        await SessionGuard().preprocess(None, visitor.tab().root, event)
