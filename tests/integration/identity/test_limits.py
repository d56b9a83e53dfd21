"""Rate limits: counted in Valkey beside the proof, for each caller and class of call."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
import redis.asyncio

from dev.embedded import Valkey
from kit.identity import faults
from kit.identity.actor import Actor, ActorKind
from kit.identity.freshness import ValkeyFreshness
from kit.ids import new_id
from kit.limits import Bucket, LimitReached, Limits, Toll, login_bucket, take
from kit.settings import Settings

SECRET = b"shared secret"
PERSON = Actor(
    kind=ActorKind.CLINICIAN,
    subject="doctor",
    client_id="akson-portal",
    issuer="https://issuer.example",
    audience="nhn:pps",
    token_id="t",
    scopes=frozenset(),
)
LAB = replace(PERSON, kind=ActorKind.MACHINE, client_id="lab", subject="lab", organisation="313902196")
SEARCH = ("POST", "https://results.example/fhir/Observation/_search")


def settings(**changed: int) -> Settings:
    return Settings(**changed)  # type: ignore[arg-type]


@pytest.fixture
def store(valkey: Valkey) -> ValkeyFreshness:
    client = redis.Redis.from_url(valkey.url)
    for name in client.scan_iter("akson:limit:*"):
        client.delete(name)
    return ValkeyFreshness(redis.asyncio.Redis.from_url(valkey.url), SECRET)


async def call(store: ValkeyFreshness, toll: Toll) -> str:
    return await store.admit(str(new_id()), await store.nonce(), toll)


async def passes(store: ValkeyFreshness, toll: Toll) -> bool:
    try:
        await call(store, toll)
    except LimitReached:
        return False
    return True


async def test_given_a_full_bucket_then_it_serves_what_it_holds_and_then_tells_how_long_to_wait(
    store: ValkeyFreshness, valkey: Valkey
) -> None:
    limits = Limits(settings(reads_a_minute=3))
    toll = limits.toll(PERSON, *SEARCH)
    for _ in range(3):
        await call(store, toll)
    other = ValkeyFreshness(redis.asyncio.Redis.from_url(valkey.url), SECRET)  # another process
    with pytest.raises(LimitReached) as caught:
        await call(other, toll)
    assert caught.value.status == 429
    assert 1 <= int(caught.value.headers["Retry-After"]) <= 20  # one in twenty seconds comes back
    assert await passes(store, limits.toll(replace(PERSON, subject="another"), *SEARCH))


async def test_given_a_call_over_the_limit_then_its_proof_is_not_used_up(store: ValkeyFreshness) -> None:
    toll = Limits(settings(reads_a_minute=1)).toll(PERSON, *SEARCH)
    await call(store, toll)
    nonce = await store.nonce()
    with pytest.raises(LimitReached):
        await store.admit("proof-of-a-hasty-caller", nonce, toll)
    assert await store.admit("proof-of-a-hasty-caller", nonce) == nonce


async def test_given_calls_at_the_same_moment_then_no_more_pass_than_the_bucket_holds(
    store: ValkeyFreshness,
) -> None:
    toll = Limits(settings(reads_a_minute=10)).toll(PERSON, *SEARCH)
    passed = await asyncio.gather(*(passes(store, toll) for _ in range(100)))
    assert sum(passed) == 10


async def test_given_reads_and_writes_and_messages_then_each_has_a_bucket(store: ValkeyFreshness) -> None:
    limits = Limits(settings(reads_a_minute=1, writes_a_minute=1, messages_a_minute=1))
    tolls = [
        limits.toll(PERSON, *SEARCH),
        limits.toll(PERSON, "PUT", "https://core.example/fhir/Consent/1"),
        limits.toll(LAB, "POST", "https://results.example/messages"),
    ]
    assert [await passes(store, toll) for toll in tolls] == [True, True, True]
    assert [await passes(store, toll) for toll in tolls] == [False, False, False]
    same_sender = replace(LAB, client_id="another-system")
    assert not await passes(store, limits.toll(same_sender, "POST", "https://results.example/messages"))


async def test_given_numbers_that_nobody_has_then_searches_end_and_changes_that_look_up_numbers_too(
    store: ValkeyFreshness,
) -> None:
    limits = Limits(settings(unknown_numbers_an_hour=2))
    search = limits.toll(PERSON, *SEARCH)
    for _ in range(2):
        await call(store, search)
        await store.pay(limits.unknown(PERSON))
    assert not await passes(store, search)
    await store.pay(limits.unknown(PERSON))  # an empty bucket stays empty
    assert not await passes(store, limits.toll(PERSON, "PUT", "https://core.example/fhir/Consent/1"))
    assert await passes(store, limits.toll(replace(PERSON, subject="another"), *SEARCH))


async def test_given_a_hasty_program_then_the_persons_other_programs_go_on_but_no_guessing_does(
    store: ValkeyFreshness,
) -> None:
    limits = Limits(settings(reads_a_minute=1, unknown_numbers_an_hour=1))
    through_app = replace(PERSON, client_id="trend-app")
    assert await passes(store, limits.toll(through_app, *SEARCH))
    assert not await passes(store, limits.toll(through_app, *SEARCH))
    assert await passes(store, limits.toll(PERSON, *SEARCH))
    await store.pay(limits.unknown(through_app))
    assert not await passes(store, limits.toll(replace(PERSON, client_id="a-third"), *SEARCH))


async def test_given_no_limit_then_none_is_kept(store: ValkeyFreshness, valkey: Valkey) -> None:
    limits = Limits(settings(reads_a_minute=0, unknown_numbers_an_hour=0))
    assert limits.toll(PERSON, *SEARCH) == Toll()
    await call(store, limits.toll(PERSON, *SEARCH))
    assert not [*redis.Redis.from_url(valkey.url).scan_iter("akson:limit:*")]


async def test_given_a_bucket_then_it_names_nobody_and_is_forgotten_when_full(
    store: ValkeyFreshness, valkey: Valkey
) -> None:
    who = replace(PERSON, subject="13116900216")
    await call(store, Limits(settings(reads_a_minute=60)).toll(who, *SEARCH))
    client = redis.Redis.from_url(valkey.url)
    (name,) = client.scan_iter("akson:limit:*")
    assert b"13116900216" not in name
    left = client.pttl(name)
    assert isinstance(left, int)
    assert 0 < left <= 1000


async def test_given_logins_from_one_address_then_they_are_limited(
    store: ValkeyFreshness, valkey: Valkey
) -> None:
    client, few = redis.asyncio.Redis.from_url(valkey.url), settings(logins_a_minute=2)
    for _ in range(2):
        await take(client, login_bucket("192.0.2.1", few))
    with pytest.raises(LimitReached):
        await take(client, login_bucket("192.0.2.1", few))
    await take(client, login_bucket("192.0.2.2", few))
    await take(client, login_bucket("192.0.2.1", settings(logins_a_minute=0)))


async def test_given_an_unreachable_valkey_then_nobody_is_let_in() -> None:
    away = ValkeyFreshness(redis.asyncio.Redis.from_url("unix:///tmp/akson-no-such.sock"), SECRET)
    with pytest.raises(faults.ReplayStoreUnavailable):
        await away.admit("key", "nonce", Toll(Bucket("akson:limit:reads:x", 10, 60)))
    with pytest.raises(faults.ReplayStoreUnavailable):
        await away.pay(Toll(Bucket("akson:limit:unknown:x", 10, 60)))
