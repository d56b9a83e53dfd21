"""The portal's server side, the services it shows and the development provider, in one process over ASGI."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
import reflex as rx
from starlette.applications import Starlette

import core_record.app
import journal_api.app
import results_service.app
from core_record.apps.discovery import Discovery
from dev.identity_provider.provider import build_app
from kit.identity import audiences
from kit.identity.jwks import Issuer
from kit.identity.verifier import build_verifier
from kit.keys import KeyRing
from kit.settings import Settings
from portal.citizen.journal.filing import own_file_routes
from portal.clinician.journal.filing import file_routes
from portal.clinician.journal.saving import save_routes
from portal.frame.logins import login_routes
from portal.session import wiring as wiring_module
from portal.session.cookies import SESSION_COOKIE
from portal.session.current import Current
from portal.session.guard import LEAVE  # noqa: F401 - its states make Reflex ready, whatever else is imported
from portal.session.routes import auth_routes
from portal.session.wiring import wiring
from tests.conftest import TestDatabase
from tests.integration.core_record.conftest import registers  # noqa: F401 - the personas' registers
from tests.integration.lookup.conftest import Store, store  # noqa: F401 - reports in the store


def portal_app() -> Starlette:
    """The portal's plain routes."""
    journal = (*save_routes(), *file_routes(), *own_file_routes())
    return Starlette(routes=[*auth_routes(), *login_routes(Path("no-build")), *journal])


@pytest.fixture
async def world(
    settings: Settings,
    postgres: TestDatabase,
    keys: KeyRing,
    registers: None,  # noqa: F811
) -> AsyncIterator[httpx.AsyncClient]:
    """A client that reaches the provider, the core record and the results service."""
    issuers = settings.helseid_issuer.rsplit("/", 1)[0]
    notified = httpx.AsyncClient(mounts={settings.portal_url: httpx.ASGITransport(portal_app())})
    mounts = {issuers: httpx.ASGITransport(build_app(settings, http=notified))}
    core = core_record.app.make_app(settings, http=httpx.AsyncClient(mounts=dict(mounts)))
    mounts[settings.core_record_url] = httpx.ASGITransport(core)
    results = results_service.app.make_app(settings)
    results.state.verifier = build_verifier(
        settings,
        audiences.RESULTS,
        settings.results_url,
        keys=keys,
        http=httpx.AsyncClient(mounts=dict(mounts)),
        admission=results.state.verifier.admission,
    )
    mounts[settings.results_url] = httpx.ASGITransport(results)
    journal = journal_api.app.make_app(settings)
    journal.state.verifier = build_verifier(
        settings,
        audiences.JOURNAL,
        settings.journal_url,
        keys=keys,
        http=httpx.AsyncClient(mounts=dict(mounts)),
        admission=journal.state.verifier.admission,
    )
    told = journal.state.discovery
    journal.state.discovery = Discovery(
        Issuer(settings.helseid_issuer, httpx.AsyncClient(mounts=dict(mounts))), told.audience, told.launches
    )
    mounts[settings.journal_url] = httpx.ASGITransport(journal)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(core.router.lifespan_context(core))
        await stack.enter_async_context(results.router.lifespan_context(results))
        await stack.enter_async_context(journal.router.lifespan_context(journal))
        yield await stack.enter_async_context(httpx.AsyncClient(mounts=mounts))


@dataclass
class Browser:
    """One person's browser at the portal: its cookies, and where it was sent."""

    world: httpx.AsyncClient
    portal: httpx.AsyncClient
    origin: str
    answers: list[httpx.Response] = field(default_factory=list)

    async def log_in(self, persona: str, **form: str) -> httpx.Response:
        """From our login route, by the provider's page, to our callback; the callback's answer."""
        side = "idporten" if persona in ("line", "gry", "roland", "ungdom") else "helseid"
        return await self.press(await self.portal.get(f"/auth/{side}/login"), persona, **form)

    async def press(self, start: httpx.Response, persona: str, **form: str) -> httpx.Response:
        """From a redirect to the provider, by its page, to our callback; the callback's answer."""
        chosen = await self.world.post(start.headers["location"], data={"persona": persona, **form})
        return await self.portal.get(chosen.headers["location"])

    async def log_out(self, origin: str | None = None) -> httpx.Response:
        return await self.portal.post("/auth/logout", headers={"origin": origin or self.origin})

    @property
    def sid(self) -> str | None:
        return self.portal.cookies.get(SESSION_COOKIE)

    async def current(self, tab: str = "tab-1") -> Current:
        """What a handler sees of this browser's session."""
        assert self.sid is not None
        session = await wiring().store.get(self.sid)
        assert session is not None
        return Current(self.sid, tab, session)

    def tab(self, name: str = "tab-1") -> Tab:
        """A tab of this browser, with Reflex state of its own."""
        return Tab(self, name)


class Tab:
    """Reflex state as one tab has it; its websocket carried the browser's cookies when it was opened."""

    def __init__(self, visitor: Browser, name: str) -> None:
        self.root: Any = rx.State(_reflex_internal_init=True)  # type: ignore[call-arg]
        self.name = name
        self.take_cookies(visitor)

    def take_cookies(self, visitor: Browser) -> None:
        """Its websocket is opened anew, as after another login; the state stays."""
        cookie = f"{SESSION_COOKIE}={visitor.sid}" if visitor.sid else ""
        data = {"headers": {"cookie": cookie}, "token": self.name}
        self.root.router_data = data
        self.root._update_router_vars(data, {})

    async def get(self, kind: type[rx.State]) -> Any:
        return await self.root.get_state(kind)

    async def do(self, kind: type[rx.State], name: str, *arguments: Any) -> list[Any]:
        """Run a handler to its end; what it yields or returns, without the Nones."""
        made = kind.event_handlers[name].fn(await self.get(kind), *arguments)
        steps = [step async for step in made] if isinstance(made, AsyncIterator) else [await made]
        return [step for step in steps if step is not None]


@pytest.fixture
def wired(settings: Settings, world: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The portal's own wiring, on the world in this process."""
    monkeypatch.setattr(wiring_module, "make_http", lambda: world)
    wiring.cache_clear()
    yield
    wiring.cache_clear()


@pytest.fixture
async def visitor(wired: None, world: httpx.AsyncClient, settings: Settings) -> AsyncIterator[Browser]:
    transport = httpx.ASGITransport(portal_app())
    async with httpx.AsyncClient(transport=transport, base_url=settings.portal_url) as portal:
        yield Browser(world, portal, settings.portal_url)


def form_of(page: str) -> tuple[str, dict[str, str]]:
    """Address and fields of a page's form."""
    action = re.search(r'action="([^"]+)"', page)
    assert action is not None
    fields = re.findall(r'name="([^"]+)" value="([^"]*)"', page)
    return unescape(action[1]), {name: unescape(value) for name, value in fields}


def paths(events: list[Any]) -> list[str]:
    """Where redirect events lead."""
    found = []
    for event in events:
        arguments = {str(name): str(value) for name, value in event.args}
        found.append(arguments.get("path", "").strip('"'))
    return found
