"""The server-side session store in Valkey: encrypted, found by a hash of the cookie, gone after idling.

Keys: `portal:session:<hash>` (one login), `portal:open:<hash>` (a hash map: tab → open patient),
`portal:login:<hash>` (a login under way), `portal:of:<hash>` (the sessions of one subject, or of one login at
its provider). Lost Valkey means everyone logs in again, nothing else.
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
from portal.session.models import OpenPatient, OwnLogin, Session

IDLE_SECONDS = 30 * 60
ABSOLUTE_SECONDS = 10 * 3600
LOGIN_SECONDS = 10 * 60
T = TypeVar("T")


def hashed(secret: str) -> str:
    """What of a secret identifier may stand in a key's name."""
    return hashlib.sha256(secret.encode()).hexdigest()


def handle_of(sid: str) -> str:
    """What a page may know of its session: enough to ask whether it lives, nothing to act with."""
    return _handle(hashed(sid))


def _handle(key: str) -> str:
    return key[:16]


def _of_subject(issuer: str, subject: str) -> str:
    return f"portal:of:{hashed(f'{issuer} subject {subject}')}"


def _of_login(issuer: str, provider_session: str) -> str:
    return f"portal:of:{hashed(f'{issuer} login {provider_session}')}"


def _indexes(session: Session) -> list[str]:
    """Where a session is found again when it must end: by whose it is, and by the provider's `sid`."""
    issuer, provider_session = session.login.issuer, session.login.claims.get("sid")
    found = [_of_subject(issuer, session.login.subject)]
    if isinstance(provider_session, str):
        found.append(_of_login(issuer, provider_session))
    return found


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
        name = f"portal:session:{hashed(sid)}"
        async with self.valkey.pipeline() as pipe:
            pipe.set(name, self._seal(name, session), ex=IDLE_SECONDS)
            for index in _indexes(session):
                pipe.sadd(index, hashed(sid))
                pipe.expire(index, ABSOLUTE_SECONDS)
            await pipe.execute()
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
        """Write the session back, unless it has ended meanwhile: what has ended does not come back."""
        name = f"portal:session:{hashed(sid)}"
        await self.valkey.set(name, self._seal(name, session), ex=IDLE_SECONDS, xx=True)

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
        await self._end([hashed(sid)])

    async def peek(self, sid: str) -> Session | None:
        """The session as `get`, its idle time left as it is: a page that only asks keeps nothing alive."""
        name = f"portal:session:{hashed(sid)}"
        session = self._open(name, await self.valkey.get(name), Session)
        return session if session and session.ends_at > time.time() else None

    async def logins_of(self, sid: str, session: Session) -> list[OwnLogin]:
        """The live logins of the same person at the same provider, newest first."""
        found = []
        for key in await self._members(_of_subject(session.login.issuer, session.login.subject)):
            name = f"portal:session:{key}"
            one = self._open(name, await self.valkey.get(name), Session)
            if one is None or one.ends_at <= time.time():
                continue
            left = await self.valkey.ttl(name)
            found.append(
                OwnLogin(
                    handle=_handle(key),
                    started_at=one.started_at,
                    used_at=time.time() - IDLE_SECONDS + left,
                    device=one.device,
                    place=one.organisation_name,
                    is_this=key == hashed(sid),
                )
            )
        return sorted(found, key=lambda login: login.started_at, reverse=True)

    async def end_login(self, session: Session, handle: str) -> bool:
        """End one of the person's own logins; False when `handle` names none of them."""
        mine = await self._members(_of_subject(session.login.issuer, session.login.subject))
        chosen = [key for key in mine if _handle(key) == handle]
        await self._end(chosen)
        return bool(chosen)

    async def end_everywhere(self, issuer: str, subject: str | None, provider_session: str | None) -> int:
        """End every session of one login at its provider, or else of the whole subject; how many there were.

        With both given only that login ends (Back-Channel Logout 1.0, 2.4).
        """
        if provider_session is not None:
            keys = await self._members(_of_login(issuer, provider_session))
        else:
            keys = await self._members(_of_subject(issuer, subject or ""))
        return await self._end(keys)

    async def first_time(self, notice: str, seconds: int) -> bool:
        """True the first time `notice` is seen within `seconds`."""
        name = f"portal:notice:{hashed(notice)}"
        return bool(await self.valkey.set(name, b"1", nx=True, ex=seconds))

    async def _members(self, index: str) -> list[str]:
        found: Any = await cast("Awaitable[Any]", self.valkey.smembers(index))
        return sorted(key.decode() for key in found)

    async def _end(self, keys: list[str]) -> int:
        if not keys:
            return 0
        names = [f"portal:session:{key}" for key in keys]
        ended = int(await self.valkey.exists(*names))
        await self.valkey.delete(*names, *[f"portal:open:{key}" for key in keys])
        return ended

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
