"""Rate limits: a token bucket for each caller and class of call, in Valkey, shared by all processes.

A bucket holds `most` calls and fills up evenly in `seconds`. It is kept as one moment, that at which it would
be full again (generic cell rate algorithm, ITU-T I.371), so that a call is one read and one write inside the
script that runs anyway. Without Valkey nobody gets in (503), as for the proofs themselves.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from kit.errors import TooMany
from kit.identity.actor import Actor, ActorKind
from kit.settings import Settings

MINUTE, HOUR = 60, 3600
# Microseconds to wait, 0 when the call may pass; `spend` takes one from the bucket.
TAKE = """
local function take(key, most, seconds, now, spend)
  local full = tonumber(seconds) * 1000000
  local step = full / tonumber(most)
  local at = tonumber(redis.call('GET', key) or 0)
  if at < now then at = now end
  local wait = at + step - full - now
  if wait > 0 then return wait end
  if spend then
    local left = math.max(1, math.ceil((at + step - now) / 1000))
    redis.call('SET', key, string.format('%.0f', at + step), 'PX', string.format('%.0f', left))
  end
  return 0
end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
"""
_TAKE_ONE = TAKE + "return math.ceil(take(KEYS[1], ARGV[1], ARGV[2], now, true) / 1000)"


class LimitReached(TooMany):
    """429 `too-many-requests`, with `Retry-After` in whole seconds."""

    def __init__(self, milliseconds: int) -> None:
        seconds = max(1, math.ceil(milliseconds / 1000))
        super().__init__(
            "too-many-requests",
            "Too many calls in a short time, or too many numbers that nobody has. Wait, then try again.",
            headers={"Retry-After": str(seconds)},
        )


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket's name in Valkey, what it holds, and in how many seconds it fills up."""

    key: str
    most: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Toll:
    """What a call needs: one from `paid`, and `watched` not empty. Either may be missing: no such limit."""

    paid: Bucket | None = None
    watched: Bucket | None = None


class Limits:
    """The limits of the settings, for verified callers. 0 in a setting is no limit."""

    def __init__(self, settings: Settings) -> None:
        self._reads = settings.reads_a_minute
        self._writes = settings.writes_a_minute
        self._messages = settings.messages_a_minute
        self._unknown = settings.unknown_numbers_an_hour
        self._tokens = settings.tokens_a_minute

    def toll(self, actor: Actor, method: str, path: str) -> Toll:
        """For one call: messages a sender, else reads or writes a person.

        A person's programs have a bucket each, so that a hasty one leaves the others theirs. Writes look
        numbers up too: whoever has guessed too many is stopped at every call, through whatever program.
        """
        who = _who(actor)
        if actor.kind is ActorKind.MACHINE:
            return Toll(_bucket("messages", who, self._messages, MINUTE))
        watched = _bucket("unknown", who, self._unknown, HOUR)
        through = f"{who}:{actor.client_id}"
        if _is_read(method, path):
            return Toll(_bucket("reads", through, self._reads, MINUTE), watched)
        return Toll(_bucket("writes", through, self._writes, MINUTE), watched)

    def unknown(self, actor: Actor) -> Toll:
        """What a look-up of a number that nobody has costs besides: who guesses numbers is soon shut out."""
        return Toll(_bucket("unknown", _who(actor), self._unknown, HOUR))

    def token(self, client_id: str) -> Toll:
        """For a call of the token endpoint."""
        return Toll(_bucket("tokens", _digest(client_id), self._tokens, MINUTE))


def login_bucket(address: str, settings: Settings) -> Bucket | None:
    """For the start of a login, by the address that the portal sees."""
    return _bucket("logins", _digest(address), settings.logins_a_minute, MINUTE)


async def take(valkey: Any, bucket: Bucket | None) -> None:
    """Take one from a bucket, outside of a verified call; raises `LimitReached`."""
    if bucket is None:
        return
    wait = int(await valkey.eval(_TAKE_ONE, 1, bucket.key, str(bucket.most), str(bucket.seconds)))
    if wait > 0:
        raise LimitReached(wait)


Pay = Callable[[], Awaitable[None]]
_unknown: ContextVar[Pay | None] = ContextVar("unknown_number", default=None)


def on_unknown_number(pay: Pay) -> None:
    """How a look-up in this request pays for a number that nobody has."""
    _unknown.set(pay)


async def unknown_number() -> None:
    """A look-up found nobody; nothing happens where nobody is limited (outside a verified request)."""
    if (pay := _unknown.get()) is not None:
        await pay()


def _bucket(name: str, who: str, most: int, seconds: int) -> Bucket | None:
    return Bucket(f"akson:limit:{name}:{who}", most, seconds) if most else None


def _is_read(method: str, path: str) -> bool:
    return method in ("GET", "HEAD") or path.endswith(("/_search", "/_history"))


def _who(actor: Actor) -> str:
    own = actor.organisation if actor.kind is ActorKind.MACHINE else actor.subject
    return _digest(f"{actor.issuer} {actor.client_id if own is None else own}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
