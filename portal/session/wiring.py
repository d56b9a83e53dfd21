"""What the session layer is made of, put together once a process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import httpx

from kit.identity.client import OidcClient
from kit.identity.exchangeclient import ExchangeClient
from kit.identity.providers import exchange_client, helseid_client, idporten_client
from kit.keys import KeyRing
from kit.settings import Settings, get_settings
from kit.valkey import async_client
from portal.session.store import SessionStore

_TIMEOUT = httpx.Timeout(10.0, connect=2.0)
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20)


@dataclass(frozen=True)
class Wiring:
    """The settings, the session store, the providers' clients, and one connection pool to all of them."""

    settings: Settings
    store: SessionStore
    http: httpx.AsyncClient
    helseid: OidcClient
    idporten: OidcClient
    exchange: ExchangeClient

    async def aclose(self) -> None:
        """Close the connections."""
        await self.http.aclose()
        await self.store.valkey.aclose()


def make_http() -> httpx.AsyncClient:
    """The pool of connections to services and providers."""
    # The services stand beside the portal: packing and unpacking an answer costs more than the way.
    plain = {"Accept-Encoding": "identity"}
    return httpx.AsyncClient(timeout=_TIMEOUT, limits=_LIMITS, trust_env=False, headers=plain)


@lru_cache(maxsize=1)
def wiring() -> Wiring:
    """The process's wiring, made at first use (inside the server's event loop)."""
    settings = get_settings()
    http = make_http()
    return Wiring(
        settings,
        SessionStore(async_client(), KeyRing.load(settings.keys_folder)),
        http,
        helseid_client(settings, http),
        idporten_client(settings, http),
        exchange_client(settings, http),
    )
