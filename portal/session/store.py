"""The server-side session store in Valkey: encrypted, found by a hash of the cookie, gone after idling.

Keys: `portal:session:<hash>` (one login), `portal:open:<hash>` (a hash map: tab → open patient),
`portal:login:<hash>` (a login under way). Lost Valkey means everyone logs in again, nothing else.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import msgspec
import redis.asyncio
from redis.asyncio.lock import Lock

from kit.keys import KeyProblem, KeyRing
from portal.session.models import OpenPatient, Session

IDLE_SECONDS = 30 * 60
ABSOLUTE_SECONDS = 10 * 3600
LOGIN_SECONDS = 10 * 60
T = TypeVar("T")


def hashed(secret: str) -> str:
    """What of a secret identifier may stand in a key's name."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True)
class SessionStore:
    """Sessions, open patients and logins under way."""

    valkey: redis.asyncio.Redis
    keys: KeyRing

    async def ping(self) -> None:
        """Raises `redis.exceptions.ConnectionError` when Valkey does not answer."""
        await cast("Awaitable[bool]", self.valkey.ping())

    async def create(self, session: Session) -> str:
        """Keep a new session; returns its identifier, which only the cookie holds."""
        sid = secrets.token_urlsafe(32)
        await self.save(sid, session)
        return sid

    async def get(self, sid: str) -> Session | None:
        """The session, its idle time started anew; None when it has ended, idled out or never was."""
        name = f"portal:session:{hashed(sid)}"
        blob = await self.valkey.getex(name, ex=IDLE_SECONDS)
        session = self._open(name, blob, Session)
        if session is None:
            return None
        if session.ends_at <= time.time():
            await self.end(sid)
            return None
        return session

    async def save(self, sid: str, session: Session) -> None:
        """Write the session back."""
        name = f"portal:session:{hashed(sid)}"
        await self.valkey.set(name, self._seal(name, session), ex=IDLE_SECONDS)

    async def update(self, sid: str, **changes: Any) -> Session | None:
        """Change fields of a live session (`lang="nn"`), under its lock; None when it has ended meanwhile."""
        async with self.lock(sid):
            session = await self.get(sid)
            if session is not None:
                session = msgspec.structs.replace(session, **changes)
                await self.save(sid, session)
        return session

    async def end(self, sid: str) -> None:
        """Forget the session and what it had open."""
        await self.valkey.delete(f"portal:session:{hashed(sid)}", f"portal:open:{hashed(sid)}")

    def lock(self, sid: str) -> Lock:
        """Held while the session's tokens are renewed: a refresh token serves once."""
        return self.valkey.lock(f"portal:lock:{hashed(sid)}", timeout=15, blocking_timeout=10)

    async def set_open_patient(self, sid: str, tab: str, patient: OpenPatient | None) -> None:
        """Bind a patient to one tab of one session (None closes it), so that two tabs never mix."""
        name, field = f"portal:open:{hashed(sid)}", hashed(tab)
        if patient is None:
            await cast("Awaitable[int]", self.valkey.hdel(name, field))
            return
        sealed: Any = self._seal(f"{name}:{field}", patient)
        await cast("Awaitable[int]", self.valkey.hset(name, field, sealed))
        await self.valkey.expire(name, ABSOLUTE_SECONDS)

    async def open_patient(self, sid: str, tab: str) -> OpenPatient | None:
        """The patient this tab has open, or None."""
        name, field = f"portal:open:{hashed(sid)}", hashed(tab)
        blob: Any = await cast("Awaitable[Any]", self.valkey.hget(name, field))
        return self._open(f"{name}:{field}", blob, OpenPatient)

    async def keep_login(self, state: str, login: msgspec.Struct) -> None:
        """Keep a login under way, found by its `state`."""
        name = f"portal:login:{hashed(state)}"
        await self.valkey.set(name, self._seal(name, login), ex=LOGIN_SECONDS)

    async def take_login(self, state: str, kind: type[T]) -> T | None:
        """The login under way, once: a second use finds nothing."""
        name = f"portal:login:{hashed(state)}"
        return self._open(name, await self.valkey.getdel(name), kind)

    def _seal(self, name: str, value: msgspec.Struct) -> bytes:
        return self.keys.encrypt("session-encrypt", msgspec.msgpack.encode(value), name.encode())

    def _open(self, name: str, blob: bytes | None, kind: type[T]) -> T | None:
        if blob is None:
            return None
        try:
            return msgspec.msgpack.decode(
                self.keys.decrypt("session-encrypt", blob, name.encode()), type=kind
            )
        except (KeyProblem, msgspec.DecodeError):
            # Written with another key or by another version: as good as ended. The user logs in again.
            return None
