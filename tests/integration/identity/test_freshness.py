"""Nonces and replay in Valkey: shared between processes, and closed when Valkey is away."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import redis.asyncio

from dev.embedded import Valkey
from kit.identity import faults, freshness
from kit.identity.freshness import ValkeyFreshness, nonce_secret
from kit.keys import KeyRing

SECRET = b"shared secret"


def store(valkey: Valkey, secret: bytes = SECRET) -> ValkeyFreshness:
    return ValkeyFreshness(redis.asyncio.Redis.from_url(valkey.url), secret)


async def test_given_a_proof_seen_by_one_process_then_another_refuses_it(valkey: Valkey) -> None:
    one, other = store(valkey), store(valkey)
    nonce = await one.nonce()
    assert await other.admit("proof-seen-by-one", nonce) == nonce
    with pytest.raises(faults.ProofReplayed):
        await one.admit("proof-seen-by-one", nonce)


async def test_given_a_nonce_made_with_another_secret_then_it_is_refused(valkey: Valkey) -> None:
    with pytest.raises(faults.NonceNeeded) as caught:
        await store(valkey).admit("proof-other-secret", await store(valkey, b"other").nonce())
    assert caught.value.nonce == await store(valkey).nonce()


async def test_given_a_key_then_it_is_new_once_and_forgotten_after_its_time(valkey: Valkey) -> None:
    one = store(valkey)
    assert await one.once("assertion-1", 60)
    assert not await store(valkey).once("assertion-1", 60)
    client = redis.asyncio.Redis.from_url(valkey.url)
    left = [await client.ttl(name) for name in await client.keys("akson:once:*")]
    assert left
    assert min(left) > 0  # -1 would be kept for ever


async def test_given_a_missing_epoch_then_a_new_one_refuses_every_older_nonce(valkey: Valkey) -> None:
    one = store(valkey)
    old = await one.nonce()
    await redis.asyncio.Redis.from_url(valkey.url).delete("akson:dpop:epoch")
    with pytest.raises(faults.NonceNeeded) as caught:
        await one.admit("proof-older-nonce", old)
    assert caught.value.nonce != old
    assert await store(valkey).nonce() == caught.value.nonce


async def test_given_an_unreachable_valkey_then_nobody_is_let_in() -> None:
    away = ValkeyFreshness(redis.asyncio.Redis.from_url("unix:///tmp/akson-no-such.sock"), SECRET)
    for call in (away.nonce(), away.admit("key", "nonce"), away.once("key", 5)):
        with pytest.raises(faults.ReplayStoreUnavailable) as caught:
            await call
        assert caught.value.status == 503


def test_the_secret_comes_from_the_key_ring_alone(keys: KeyRing) -> None:
    assert nonce_secret(keys) == nonce_secret(keys)
    assert len(nonce_secret(keys)) == 32


async def test_given_an_answer_that_was_lost_when_it_is_asked_for_again_then_the_proof_is_let_in_once(
    valkey: Valkey,
) -> None:
    one, nonce = store(valkey), await store(valkey).nonce()
    script = one._script

    async def answered_twice(keys: list[str], args: list[str]) -> list[Any]:
        """As redis-py does when Valkey was slower than the socket's patience."""
        await script(keys=keys, args=args)
        return list(await script(keys=keys, args=args))

    one._script = answered_twice

    assert await one.admit("proof-asked-twice", nonce) == nonce
    with pytest.raises(faults.ProofReplayed):
        await one.admit("proof-asked-twice", nonce)
    assert await one.once("assertion-asked-twice", 60)
    assert not await one.once("assertion-asked-twice", 60)


async def test_given_a_valkey_that_says_nothing_then_nobody_is_let_in_until_it_speaks(
    valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freshness, "_PATIENCE", 0.05)
    one, nonce = store(valkey), await store(valkey).nonce()
    script = one._script

    async def silent(**_: object) -> None:
        await asyncio.Event().wait()

    one._script = silent
    with pytest.raises(faults.ReplayStoreUnavailable):
        await one.admit("proof-into-silence", nonce)
    one._script = script

    assert await one.admit("proof-after-silence", nonce) == nonce


async def test_given_one_proof_in_calls_of_the_same_moment_then_one_is_let_in(
    valkey: Valkey,
) -> None:
    one, nonce = store(valkey), await store(valkey).nonce()

    answers = await asyncio.gather(
        *(one.admit("proof-of-two-calls", nonce) for _ in range(5)), return_exceptions=True
    )

    assert [isinstance(answer, faults.ProofReplayed) for answer in answers].count(False) == 1


async def test_given_many_proofs_at_the_same_moment_then_each_passes_once(valkey: Valkey) -> None:
    one = store(valkey)
    nonce = await one.nonce()
    keys = [f"proof-at-once-{number}" for number in range(150)]
    answers = await asyncio.gather(*(one.admit(key, nonce) for key in [*keys, *keys]), return_exceptions=True)
    assert answers.count(nonce) == 150
    assert sum(isinstance(answer, faults.ProofReplayed) for answer in answers) == 150


async def test_given_a_caller_who_goes_then_the_others_are_answered(valkey: Valkey) -> None:
    one = store(valkey)
    nonce = await one.nonce()
    gone, stays = (asyncio.create_task(one.admit(f"proof-{name}", nonce)) for name in ("gone", "stays"))
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays == nonce
