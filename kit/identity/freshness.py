"""Nonces and replay: what makes a proof usable once and only now, shared by all processes through Valkey.

A nonce is HMAC(shared secret, epoch, time step). The epoch lies in Valkey alone: when Valkey has been
emptied, the next request makes a new epoch, and with it every older nonce — and so every older proof,
whose replay record is gone — is refused. When Valkey is unreachable nobody is let in (503).
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import secrets
import time
from typing import Any, NamedTuple, Protocol

from redis.exceptions import RedisError

from kit.identity import faults
from kit.identity.dpop import PROOF_AGE, SKEW, b64url
from kit.keys import KeyRing
from kit.limits import TAKE, Bucket, LimitReached, Toll

NONCE_STEP = 120
"""Seconds a nonce is the current one; it is accepted for one step more."""
REPLAY_SECONDS = PROOF_AGE + 2 * SKEW + 10
_EPOCH_KEY = "akson:dpop:epoch"
_BATCH = 64
_PATIENCE = 3.0  # seconds: a Valkey that is there and says nothing is answered for with 503
_NONCES_KEPT = 8
# One round trip: the epoch (made when missing), and for each question whether its key is new, after the
# caller's limits. A call over its limit is answered with minus the milliseconds to wait, and leaves its proof
# unused. What is seen is marked with the question, ARGV[1] being random: the client asks again when an answer
# was lost, and is then told the same, while another question about the same key is told that it is not new.
_ADMIT = (
    TAKE
    + """
local epoch = redis.call('GET', KEYS[1])
if not epoch then
  epoch = ARGV[1]
  redis.call('SET', KEYS[1], epoch)
end
local answer = {epoch}
local a = 2
for k = 2, #KEYS, 3 do
  local seen, paid, watched = KEYS[k], KEYS[k + 1], KEYS[k + 2]
  local wait = 0
  if watched ~= '' then wait = take(watched, ARGV[a + 3], ARGV[a + 4], now, false) end
  if wait == 0 and paid ~= '' then wait = take(paid, ARGV[a + 1], ARGV[a + 2], now, true) end
  if wait > 0 then
    answer[#answer + 1] = -math.ceil(wait / 1000)
  else
    local mark = ARGV[1] .. k
    local fresh = seen == '' or redis.call('SET', seen, mark, 'NX', 'EX', ARGV[a])
      or redis.call('GET', seen) == mark
    answer[#answer + 1] = fresh and 1 or 0
  end
  a = a + 5
end
return answer
"""
)


class Freshness(Protocol):
    """Where nonces come from and where used proofs are remembered."""

    async def nonce(self) -> str:
        """The current nonce."""

    async def admit(self, replay_key: str, nonce: str | None, toll: Toll | None = None) -> str:
        """Let a proof pass once; returns the current nonce.

        Raises `NonceNeeded`, `ProofReplayed`, or `kit.limits.LimitReached` where `toll` cannot be paid.
        """

    async def pay(self, toll: Toll) -> None:
        """Take from a bucket after the call has passed."""

    async def once(self, key: str, seconds: int) -> bool:
        """True the first time `key` is seen within `seconds`."""


class Nonces:
    """The nonces of one epoch: the current one and the one before are accepted."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._made: dict[tuple[bytes, int], str] = {}

    def current(self, epoch: bytes, now: float | None = None) -> str:
        """The nonce to give out now."""
        return self._at(epoch, _step(now))

    def accepts(self, epoch: bytes, nonce: str | None, now: float | None = None) -> bool:
        """Is `nonce` of this epoch and recent?"""
        if nonce is None or not nonce.isascii():
            return False
        step = _step(now)
        return any(hmac.compare_digest(self._at(epoch, at), nonce) for at in (step, step - 1))

    def _at(self, epoch: bytes, step: int) -> str:
        found = self._made.get((epoch, step))
        if found is None:
            found = b64url(hmac.digest(self._secret, epoch + b"|" + str(step).encode(), "sha256")[:18])
            if len(self._made) >= _NONCES_KEPT:
                self._made.clear()
            self._made[epoch, step] = found
        return found


def _step(now: float | None) -> int:
    return int((time.time() if now is None else now) // NONCE_STEP)


def nonce_secret(keys: KeyRing) -> bytes:
    """The secret that all services share, derived from the key ring."""
    return hashlib.sha256(b"dpop nonces\0" + keys.find_hash("kit.identity.freshness nonces")).digest()


_FREE = Toll()


def _size(bucket: Bucket | None) -> tuple[str, str]:
    return (str(bucket.most), str(bucket.seconds)) if bucket else ("1", "1")


class _Asked(NamedTuple):
    """A question on its way: may the call pass, and is `key` new? Answered with the epoch and the number."""

    key: str
    seconds: int
    toll: Toll
    answer: asyncio.Future[tuple[bytes, int]]

    def names(self) -> tuple[str, str, str]:
        """The script's keys for this question."""
        paid, watched = self.toll.paid, self.toll.watched
        return self.key, paid.key if paid else "", watched.key if watched else ""

    def sizes(self) -> tuple[str, ...]:
        """The script's arguments for this question."""
        return str(self.seconds), *_size(self.toll.paid), *_size(self.toll.watched)


class ValkeyFreshness:
    """`Freshness` in Valkey. `client` is a `redis.asyncio.Redis` (bytes answers) of the running loop.

    Requests that ask at the same moment share one round trip; each key is still set by itself.
    """

    def __init__(self, client: Any, secret: bytes) -> None:
        self._nonces = Nonces(secret)
        self._client = client
        self._script = client.register_script(_ADMIT)
        self._asked: list[_Asked] = []
        self._asking: asyncio.Task[None] | None = None

    async def nonce(self) -> str:
        """The current nonce; raises `ReplayStoreUnavailable`."""
        epoch, _ = await self._run("", 1)
        return self._nonces.current(epoch)

    async def admit(self, replay_key: str, nonce: str | None, toll: Toll | None = None) -> str:
        """See `Freshness.admit`; raises `ReplayStoreUnavailable` besides."""
        epoch, fresh = await self._run(f"akson:dpop:seen:{replay_key}", REPLAY_SECONDS, toll or _FREE)
        current = self._nonces.current(epoch)
        if not self._nonces.accepts(epoch, nonce):
            raise faults.NonceNeeded(current)
        if not fresh:
            raise faults.ProofReplayed
        return current

    async def pay(self, toll: Toll) -> None:
        """Take from a bucket after the call has passed; an empty one stays empty."""
        with contextlib.suppress(LimitReached):
            await self._run("", 1, toll)

    async def once(self, key: str, seconds: int) -> bool:
        """See `Freshness.once`; raises `ReplayStoreUnavailable`."""
        hashed = hashlib.sha256(key.encode()).hexdigest()
        _, fresh = await self._run(f"akson:once:{hashed}", max(1, seconds))
        return bool(fresh)

    async def _run(self, key: str, seconds: int, toll: Toll = _FREE) -> tuple[bytes, int]:
        asked = _Asked(key, seconds, toll, asyncio.get_running_loop().create_future())
        self._asked.append(asked)
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        try:
            epoch, said = await asked.answer
        except (RedisError, OSError, TimeoutError) as error:
            raise faults.ReplayStoreUnavailable from error
        if said < 0:
            raise LimitReached(-said)
        return epoch, said

    async def _ask(self) -> None:
        """Ask until nobody waits; whatever goes wrong, everyone who asked is told."""
        while self._asked:
            batch, self._asked = self._asked[:_BATCH], self._asked[_BATCH:]
            try:
                async with asyncio.timeout(_PATIENCE):
                    epoch, *fresh = await self._script(
                        keys=[_EPOCH_KEY, *(key for asked in batch for key in asked.names())],
                        args=[secrets.token_hex(16), *(text for asked in batch for text in asked.sizes())],
                    )
                answers = list(zip(batch, fresh, strict=True))
            except Exception as error:  # noqa: BLE001 - raised in those who wait
                for asked in batch:
                    if not asked.answer.done():
                        asked.answer.set_exception(error)
                continue
            for asked, new in answers:
                if not asked.answer.done():  # its caller may have gone
                    asked.answer.set_result((epoch, int(new)))
