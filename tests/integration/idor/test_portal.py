"""Every event handler and every plain route of the portal × who calls: what `expected.yaml` says."""

from __future__ import annotations

import inspect
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
import reflex as rx

from kit.identity.tokens import AccessToken, Login
from kit.keys import KeyRing
from kit.settings import Settings
from portal.frame.server import server
from portal.session import wiring as wiring_module
from portal.session.cookies import SESSION_COOKIE
from portal.session.guard import LEAVE
from portal.session.models import Kind, Session
from portal.session.wiring import wiring
from tests.architecture.test_event_handlers import handlers, states
from tests.integration.idor.matrix import Matrix

MATRIX = Matrix()
STRANGERS = ("nobody", "ended", "choosing", *Kind)


@pytest.fixture
def asked(
    settings: Settings, keys: KeyRing, valkey: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[str]]:
    """The portal's wiring on a network that answers nothing; what was asked of it."""
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(503)

    monkeypatch.setattr(
        wiring_module, "make_http", lambda: httpx.AsyncClient(transport=httpx.MockTransport(answer))
    )
    wiring.cache_clear()
    yield seen
    wiring.cache_clear()


def session(kind: Kind, **changes: Any) -> Session:
    now = time.time()
    access = AccessToken(value="t", expires_at=now + 600, audience="akson:core-record")
    login = Login(issuer="https://i", subject=str(kind), claims={}, id_token="t", access=access)
    made = {"kind": kind, "name": "N", "number": "13116900216", "lang": "nb", "login": login}
    return Session(**{**made, "started_at": now, "ends_at": now + 600, **changes})


async def caller(who: str) -> str:
    """The session identifier of a kind of caller; empty for nobody."""
    store = wiring().store
    if who == "nobody":
        return ""
    if who == "choosing":
        return await store.create(session(Kind.CLINICIAN, choosing=True))
    sid = await store.create(session(Kind.CLINICIAN if who == "ended" else Kind(who)))
    if who == "ended":
        await store.end(sid)
    return sid


def state_of(sid: str) -> Any:
    root: Any = rx.State(_reflex_internal_init=True)  # type: ignore[call-arg]
    data = {"headers": {"cookie": f"{SESSION_COOKIE}={sid}" if sid else ""}, "token": "tab"}
    root.router_data = data
    root._update_router_vars(data, {})
    return root


async def call(handler: Any, state: rx.State) -> list[Any]:
    count = len(inspect.signature(handler).parameters) - 1
    made = handler(state, *([""] * count))
    steps = [step async for step in made] if isinstance(made, AsyncIterator) else [await made]
    return [step for step in steps if step is not None]


def is_way_out(steps: list[Any]) -> bool:
    return len(steps) == 1 and any(LEAVE in str(value) for _, value in getattr(steps[0], "args", ()))


def test_every_handler_has_a_row_and_serves_whom_the_row_says() -> None:
    told = {
        f"{state}.{name}": set(row["for"]) for state, row in MATRIX.handlers.items() for name in row["do"]
    }
    there = {name: {str(k) for k in getattr(fn, "requires", ())} for name, fn in handlers().items()}
    assert sorted(there.keys() - told.keys()) == [], "handlers without a row in expected.yaml"
    assert there == told


async def test_to_whom_a_handler_is_not_for_it_is_the_way_out_and_no_service_is_asked(
    asked: list[str],
) -> None:
    kinds = {state.__name__: state for state in states() if state.__module__.startswith("portal.")}
    callers = {who: await caller(who) for who in STRANGERS}
    wrong = []
    for name, row in MATRIX.handlers.items():
        for who in [who for who in STRANGERS if row["for"] and who not in row["for"]]:
            state = await state_of(callers[who]).get_state(kinds[name])
            before = state.dict()
            for event in row["do"]:
                steps = await call(kinds[name].event_handlers[event].fn, state)
                if not is_way_out(steps) or state.dict() != before:
                    wrong.append(f"{name}.{event} for {who}: {steps}")
    assert not wrong, "\n".join(wrong)
    assert asked == []


@pytest.fixture
async def portal(asked: list[str], settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(server())
    async with httpx.AsyncClient(transport=transport, base_url=settings.portal_url) as client:
        yield client


def test_every_plain_route_has_a_row() -> None:
    there = {
        f"{method} {route.path}"  # type: ignore[attr-defined]
        for route in server().routes
        for method in sorted(route.methods - {"HEAD"})  # type: ignore[attr-defined]
    }
    assert there == set(MATRIX.pages)


async def test_plain_routes_give_nothing_to_nobody_nor_to_another_site(portal: httpx.AsyncClient) -> None:
    sid = await caller(Kind.CITIZEN)
    for name, expected in MATRIX.pages.items():
        method, path = name.split(" ", 1)
        answer = await portal.request(method, path)
        location = answer.headers.get("location", "")
        assert f"{answer.status_code} {location}".strip() == str(expected), name
        if method == "POST":
            cookies = {"cookie": f"{SESSION_COOKIE}={sid}", "origin": "https://evil.example"}
            assert (await portal.post(path, headers=cookies)).status_code in (400, 403), name
    assert await wiring().store.get(sid) is not None


async def test_every_answer_carries_the_portal_s_headers(portal: httpx.AsyncClient) -> None:
    for name in [*MATRIX.pages, "GET /no-such-page", "POST /"]:
        method, path = name.split(" ", 1)
        headers = (await portal.request(method, path)).headers
        assert "unsafe-eval" not in headers["content-security-policy"], name
        script = headers["content-security-policy"].partition("script-src ")[2].partition(";")[0]
        assert "unsafe" not in script, name
        assert "frame-ancestors 'none'" in headers["content-security-policy"], name
        assert headers["cache-control"] == "no-store", name
        assert headers["x-content-type-options"] == "nosniff", name
