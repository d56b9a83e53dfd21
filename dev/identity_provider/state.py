"""What the provider remembers while it runs: pushed requests, codes, nonces, used proofs, ended sessions."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from kit.identity import faults
from kit.identity.freshness import REPLAY_SECONDS, Nonces
from kit.limits import Toll

T = TypeVar("T")
REQUEST_SECONDS = 600.0
CODE_SECONDS = 60.0


@dataclass(frozen=True)
class AuthorizationRequest:
    """A pushed authorization request, checked."""

    client_id: str
    redirect_uri: str
    state: str
    nonce: str
    challenge: str
    scopes: tuple[str, ...]
    resources: tuple[str, ...]
    dpop_jkt: str | None = None
    ui_locales: str = ""
    authorization_details: list[dict[str, Any]] | None = None


@dataclass(frozen=True)
class Grant:
    """Someone logged in for a client: behind a code, and inside a refresh token."""

    client_id: str
    persona: str
    level: int
    scopes: tuple[str, ...]
    resources: tuple[str, ...]
    session: str
    auth_time: int
    parent: str | None = None
    child: str | None = None


@dataclass(frozen=True)
class LiveLogin:
    """A login that a client has made use of, under the `sid` of its tokens."""

    client_id: str
    persona: str
    at: float


class Once(Generic[T]):
    """Values by an unguessable name, each taken once and gone after `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._values: dict[str, tuple[float, T]] = {}

    def put(self, value: T) -> str:
        """Keep `value`; answers its name."""
        now = time.monotonic()
        self._values = {name: kept for name, kept in self._values.items() if kept[0] > now}
        name = secrets.token_urlsafe(32)
        self._values[name] = (now + self._seconds, value)
        return name

    def get(self, name: str) -> T | None:
        """The value, left where it is."""
        until, value = self._values.get(name, (0.0, None))
        return value if until > time.monotonic() else None

    def take(self, name: str) -> T | None:
        """The value, once."""
        value = self.get(name)
        self._values.pop(name, None)
        return value


@dataclass
class MemoryFreshness:
    """`kit.identity.freshness.Freshness` for one process."""

    nonces: Nonces = field(default_factory=lambda: Nonces(secrets.token_bytes(32)))
    epoch: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    seen: dict[str, float] = field(default_factory=dict)

    async def nonce(self) -> str:
        """The current nonce."""
        return self.nonces.current(self.epoch)

    async def admit(self, replay_key: str, nonce: str | None, toll: Toll | None = None) -> str:
        """As `Freshness.admit`; nobody is limited here, so that `toll` is not taken."""
        del toll
        if not self.nonces.accepts(self.epoch, nonce):
            raise faults.NonceNeeded(self.nonces.current(self.epoch))
        if not await self.once(f"proof {replay_key}", REPLAY_SECONDS):
            raise faults.ProofReplayed
        return self.nonces.current(self.epoch)

    async def pay(self, toll: Toll) -> None:
        """As `Freshness.pay`: nothing is taken."""
        del toll

    async def once(self, key: str, seconds: int) -> bool:
        """As `Freshness.once`."""
        now = time.monotonic()
        if len(self.seen) > 10_000:
            self.seen = {name: until for name, until in self.seen.items() if until > now}
        if self.seen.get(key, 0.0) > now:
            return False
        self.seen[key] = now + seconds
        return True
