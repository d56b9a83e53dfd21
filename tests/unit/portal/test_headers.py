"""Headers on every answer: a policy without eval, no framing, no caching, one address."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from kit.settings import Settings
from portal.frame.headers import SecurityHeaders, content_security_policy, inline_script_hashes

SCRIPT = 'window.x = "æ";'
SETTINGS = Settings(portal_url="http://127.0.0.1:3000")  # type: ignore[call-arg, unused-ignore]
SAFE = Settings(portal_url="https://akson.example")  # type: ignore[call-arg, unused-ignore]


@pytest.fixture
def static(tmp_path: Path) -> Path:
    page = f'<script>{SCRIPT}</script><script src="/a.js"></script><script type="module">b()</script>'
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "index.html").write_text(page, encoding="utf-8")
    (tmp_path / "404.html").write_text(f"<script>{SCRIPT}</script>", encoding="utf-8")
    return tmp_path


def digest(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def test_inline_scripts_are_allowed_by_their_hash_and_only_they(static: Path) -> None:
    assert inline_script_hashes(static) == sorted({digest(SCRIPT), digest("b()")})


def test_the_policy_lets_no_script_be_made_of_text(static: Path) -> None:
    policy = content_security_policy(SETTINGS, inline_script_hashes(static))
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert "unsafe" not in rules["script-src"]
    assert rules["connect-src"] == "'self' ws://127.0.0.1:3000"
    assert rules["form-action"] == "'self' http://127.0.0.1:8100"
    assert {rules[name] for name in ("frame-ancestors", "object-src", "base-uri")} == {"'none'"}
    assert "connect-src 'self' wss://akson.example;" in content_security_policy(SAFE, [])


@pytest.fixture
async def client(static: Path) -> AsyncIterator[httpx.AsyncClient]:
    async def answer(request: Request) -> Response:
        return PlainTextResponse(request.url.path)

    routes = [Route("/assets/x.js", answer), Route("/clinician/results", answer)]
    app = Starlette(routes=routes, middleware=[Middleware(SecurityHeaders, settings=SETTINGS, static=static)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=SETTINGS.portal_url) as http:
        yield http


async def test_every_answer_carries_them_errors_too(client: httpx.AsyncClient) -> None:
    for path in ("/clinician/results", "/no-such-page"):
        headers = (await client.get(path)).headers
        assert "content-security-policy" in headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert "strict-transport-security" not in headers


async def test_only_built_files_are_kept(client: httpx.AsyncClient) -> None:
    assert "immutable" in (await client.get("/assets/x.js")).headers["cache-control"]
    assert (await client.get("/assets/gone.js")).headers["cache-control"] == "no-store"


async def test_localhost_is_sent_to_the_one_address(client: httpx.AsyncClient) -> None:
    answer = await client.get("/clinician/results", headers={"host": "localhost:3000"})
    assert answer.status_code == 307
    assert answer.headers["location"] == "http://127.0.0.1:3000/clinician/results"


async def test_https_is_kept_to(static: Path) -> None:
    app = Starlette(middleware=[Middleware(SecurityHeaders, settings=SAFE, static=static)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=SAFE.portal_url) as http:
        assert "max-age" in (await http.get("/")).headers["strict-transport-security"]
