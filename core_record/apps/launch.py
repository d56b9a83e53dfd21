"""Opening an app for a patient: a handle that is good once, for a minute, for one app in one person's hands.

After SMART App Launch 2.2, "EHR Launch": the app gets `iss` and `launch` in its launch address. Tokens come
from HelseID, which knows no patients, so that the app redeems the handle here, with its own token, for what
other servers send beside the token. The handle lies in Valkey, as a hash, beside ids and what the health
worker had declared; no number. A handle that is lost is made anew by one more click.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from redis.exceptions import RedisError

from kit.errors import Forbidden, Unavailable

SECONDS = 60
DECLARED = ("access-basis", "requester-hpr-role", "access-reason", "attestation")
"""Headers of the health worker's own look-up, which the app's look-ups rest on too."""
_KEY = "akson:launch:"


class Launch(msgspec.Struct, frozen=True):
    """What a handle stands for. `actor` is the keyed hash of the health worker's number, hexadecimal."""

    client_id: str
    actor: str
    person_id: UUID
    declared: dict[str, str]


async def begin(valkey: Any, launch: Launch) -> str:
    """A new handle; raises `Unavailable`."""
    handle = secrets.token_urlsafe(32)
    try:
        await valkey.set(_name(handle), msgspec.json.encode(launch), ex=SECONDS, nx=True)
    except (RedisError, OSError) as error:
        raise _unavailable() from error
    return handle


async def redeem(valkey: Any, handle: str, client_id: str, actor_hash: bytes) -> Launch:
    """What the handle stands for, once; whoever asks, it is gone afterwards.

    Raises `Forbidden` (`launch-not-valid`) for a handle that is used, older, another app's or another
    person's, all alike; and `Unavailable`.
    """
    try:
        kept = await valkey.getdel(_name(handle))
    except (RedisError, OSError) as error:
        raise _unavailable() from error
    launch = msgspec.json.decode(kept, type=Launch) if kept else None
    if launch is None or launch.client_id != client_id or not _same(launch.actor, actor_hash.hex()):
        raise not_valid()
    return launch


def not_valid() -> Forbidden:
    """The one answer to every handle that opens nothing."""
    return Forbidden(
        "launch-not-valid",
        "The launch is used, older than a minute, or not for this app and person. Open the app anew.",
    )


def address(launch_url: str, base: str, handle: str) -> str:
    """Where the browser goes: the app's launch address with `iss` and `launch`."""
    return f"{launch_url}?{urlencode({'iss': base, 'launch': handle})}"


def declared_in(headers: Mapping[str, str]) -> dict[str, str]:
    """What the health worker declared, of a call's headers."""
    return {name: headers[name] for name in DECLARED if name in headers}


def _name(handle: str) -> str:
    return _KEY + hashlib.sha256(handle.encode()).hexdigest()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one, other)


def _unavailable() -> Unavailable:
    return Unavailable("launch-store-unavailable", "The launch could not be kept or read. Try again.")
