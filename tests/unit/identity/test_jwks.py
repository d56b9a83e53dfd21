"""An issuer's keys: discovered, cached, rotated at most once a minute, and never taken from a stranger."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey, Key, OctKey

from kit.identity import faults
from kit.identity.jwks import RETRY_SECONDS, STALE_SECONDS, Issuer
from kit.settings import is_secure

ISSUER = "https://issuer.example"


def signing_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"alg": "ES256", "use": "sig", "kid": kid})


@dataclass
class Published:
    """What the issuer publishes, and how often it was asked for keys."""

    keys: list[Key]
    metadata: dict[str, Any] = field(default_factory=lambda: {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks"})
    status: int = 200
    asked: int = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/jwks":
            self.asked += 1
            return httpx.Response(self.status, json={"keys": [k.as_dict(private=False) for k in self.keys]})
        return httpx.Response(self.status, json=self.metadata)

    def issuer(self) -> Issuer:
        return Issuer(ISSUER, httpx.AsyncClient(transport=httpx.MockTransport(self.answer)))


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = time.monotonic()
        monkeypatch.setattr("kit.identity.jwks.time.monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


async def test_given_known_keys_then_they_are_asked_for_once() -> None:
    published = Published([signing_key("a")])
    issuer = published.issuer()
    for _ in range(3):
        assert (await issuer.find("a", "ES256")).kid == "a"
    assert published.asked == 1


async def test_given_rotation_then_the_new_key_is_found_after_one_more_question(clock: Clock) -> None:
    published = Published([signing_key("a")])
    issuer = published.issuer()
    await issuer.find("a", "ES256")
    published.keys.append(signing_key("b"))
    clock.now += RETRY_SECONDS
    assert (await issuer.find("b", "ES256")).kid == "b"
    assert published.asked == 2


async def test_given_unknown_key_ids_then_the_issuer_is_asked_at_most_once_a_minute(clock: Clock) -> None:
    published = Published([signing_key("a")])
    issuer = published.issuer()
    for _ in range(20):
        with pytest.raises(faults.TokenKeyUnknown):
            await issuer.find("forged", "ES256")
    assert published.asked == 1
    clock.now += RETRY_SECONDS
    for _ in range(20):
        with pytest.raises(faults.TokenKeyUnknown):
            await issuer.find("forged", "ES256")
    assert published.asked == 2


async def test_given_a_withdrawn_key_then_it_is_no_longer_trusted_after_an_hour(clock: Clock) -> None:
    published = Published([signing_key("a"), signing_key("b")])
    issuer = published.issuer()
    await issuer.find("a", "ES256")
    published.keys.pop(0)
    clock.now += 3601
    with pytest.raises(faults.TokenKeyUnknown):
        await issuer.find("a", "ES256")


async def test_given_a_silent_issuer_then_known_keys_work_for_a_day_and_no_longer(clock: Clock) -> None:
    published = Published([signing_key("a")])
    issuer = published.issuer()
    await issuer.find("a", "ES256")
    published.status = 500
    clock.now += STALE_SECONDS - 1
    assert await issuer.find("a", "ES256")
    clock.now += RETRY_SECONDS
    with pytest.raises(faults.IssuerUnavailable):
        await issuer.find("a", "ES256")


@pytest.mark.parametrize(
    "change",
    [
        {"status": 500},
        {"metadata": {"issuer": "https://evil.example", "jwks_uri": f"{ISSUER}/jwks"}},
        {"metadata": {"issuer": ISSUER, "jwks_uri": "http://issuer.example/jwks"}},
        {"metadata": {"issuer": ISSUER}},
        {"keys": []},
    ],
)
async def test_given_an_issuer_that_cannot_be_trusted_then_the_service_is_unavailable(
    change: dict[str, Any],
) -> None:
    issuer = Published(**{"keys": [signing_key("a")], **change}).issuer()
    with pytest.raises(faults.IssuerUnavailable) as caught:
        await issuer.find("a", "ES256")
    assert caught.value.status == 503


@pytest.mark.parametrize(
    "key",
    [
        ECKey.generate_key("P-256", {"use": "enc", "kid": "a"}),
        ECKey.generate_key("P-256", {"alg": "ES512", "use": "sig", "kid": "a"}),
        OctKey.generate_key(256, {"kid": "a"}),
    ],
)
async def test_given_a_key_that_is_not_for_this_signature_then_it_is_not_used(key: Key) -> None:
    with pytest.raises((faults.TokenKeyUnknown, faults.IssuerUnavailable)):
        await Published([key]).issuer().find("a", "ES256")


def test_only_loopback_may_do_without_tls() -> None:
    assert is_secure("http://127.0.0.1:8100/helseid")
    assert not is_secure("http://helseid-sts.nhn.no")
    with pytest.raises(ValueError, match="https"):
        Issuer("http://helseid-sts.nhn.no", httpx.AsyncClient())
