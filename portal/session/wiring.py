"""What the session layer is made of, put together once a process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import httpx

from kit.keys import KeyRing
from kit.settings import Settings, get_settings
from kit.valkey import async_client
from portal.session.store import SessionStore

_TIMEOUT = httpx.Timeout(10.0, connect=2.0)
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20)


@dataclass(frozen=True)
class Wiring:
    """The settings, the session store and one connection pool to all services and providers."""

    settings: Settings
    store: SessionStore
    http: httpx.AsyncClient


@lru_cache(maxsize=1)
def wiring() -> Wiring:
    """The process's wiring, made at first use (inside the server's event loop)."""
    settings = get_settings()
    store = SessionStore(async_client(), KeyRing.load(settings.keys_folder))
    return Wiring(settings, store, httpx.AsyncClient(timeout=_TIMEOUT, limits=_LIMITS, trust_env=False))
