"""Keys on disk: finding and encrypting national identity numbers, encrypting originals, signing the log.

A folder holds `ring.json`: per purpose the current version and each version's secret (base64). Files are
mode 600. Development makes the folder once; production never does. Old versions stay readable; `rotate` adds
a new one, which each process uses from its next start and reads at once when it meets it.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kit.ids import NationalId

Purpose = Literal["number-find", "number-encrypt", "original-encrypt", "log-sign", "session-encrypt"]
PURPOSES: tuple[Purpose, ...] = (
    "number-find",
    "number-encrypt",
    "original-encrypt",
    "log-sign",
    "session-encrypt",
)
ROTATABLE: tuple[Purpose, ...] = PURPOSES[1:]
"""All but `number-find`: every person is found by it, so that another key finds nobody."""
RETIRABLE: tuple[Purpose, ...] = ("number-encrypt", "original-encrypt", "session-encrypt")
"""Whose older versions can go. Those of `log-sign` cannot: verifiers need what they signed with."""
_RING = "ring.json"
_MOST_VERSIONS = 255  # the version is one byte of what is encrypted


class KeyProblem(RuntimeError):
    """Keys are missing, unreadable or not the ones the data was made with; nothing may start."""


@dataclass(frozen=True, repr=False)
class KeyRing:
    """All versions of all keys. Never printed. `folder` is where they lie, None for keys in memory alone."""

    secrets: dict[Purpose, dict[int, bytes]]
    folder: Path | None = None

    @classmethod
    def load(cls, folder: Path, *, create: bool = False) -> KeyRing:
        """Read `folder`/ring.json; with `create` (development) make it when there is none.

        Raises `KeyProblem` when it is missing, broken or readable by others.
        """
        path = folder / _RING
        if not path.exists():
            if not create:
                raise KeyProblem(
                    f"no keys in {folder}: set AKSON_KEYS to the folder that holds ring.json"
                    " (a new installation's: `akson keys make`)"
                )
            _make(path)
        return cls(_read(path), folder)

    def number_hash(self, number: NationalId) -> bytes:
        """The 32-byte keyed hash by which a number is found."""
        return self.find_hash(number.value)

    def find_hash(self, text: str) -> bytes:
        """The same keyed hash for any identifying text (used for actors in logs)."""
        return hmac.digest(self._current("number-find")[1], text.encode(), "sha256")

    def encrypt(self, purpose: Purpose, data: bytes, aad: bytes = b"") -> bytes:
        """AES-256-GCM: version (1 byte), nonce (12), ciphertext and tag; `aad` binds it to its place."""
        version, key = self._current(purpose)
        nonce = os.urandom(12)
        return bytes([version]) + nonce + AESGCM(key).encrypt(nonce, data, aad)

    def decrypt(self, purpose: Purpose, blob: bytes, aad: bytes = b"") -> bytes:
        """The data behind `encrypt`; raises `KeyProblem` when key, data or place do not fit."""
        key = self._of_version(purpose, blob[0]) if len(blob) > 13 else None
        if key is None:
            raise KeyProblem(f"no key of that version for {purpose}")
        try:
            return AESGCM(key).decrypt(blob[1:13], blob[13:], aad)
        except InvalidTag as error:
            raise KeyProblem(f"the data was not made with this key for {purpose}") from error

    def log_signing_key(self) -> Ed25519PrivateKey:
        """The current Ed25519 key of the access log."""
        return Ed25519PrivateKey.from_private_bytes(self._current("log-sign")[1])

    def log_public_keys(self) -> list[bytes]:
        """The public key (32 bytes) of every version that has signed the access log, the oldest first."""
        versions = sorted(self.secrets["log-sign"].items())
        keys = [Ed25519PrivateKey.from_private_bytes(secret).public_key() for _, secret in versions]
        return [key.public_bytes_raw() for key in keys]

    def newest(self, purpose: Purpose) -> int:
        """The version that encrypts now."""
        return max(self.secrets[purpose])

    def check_value(self) -> str:
        """A value that tells, without revealing it, whether these are the keys the database was made with."""
        return hmac.new(self.secrets["number-find"][1], b"akson check value", hashlib.sha256).hexdigest()

    def _of_version(self, purpose: Purpose, version: int) -> bytes | None:
        """The key; one that came after this process started is read from the folder now."""
        known = self.secrets[purpose]
        if version not in known and self.folder is not None and version > max(known):
            known.update({v: k for v, k in _read(self.folder / _RING)[purpose].items() if v <= version})
        return known.get(version)

    def _current(self, purpose: Purpose) -> tuple[int, bytes]:
        version = max(self.secrets[purpose])
        return version, self.secrets[purpose][version]


def make(folder: Path) -> None:
    """Make `folder`/ring.json: version 1 of every key. Raises `KeyProblem` where there is one already."""
    try:
        _make(folder / _RING)
    except FileExistsError as error:
        raise KeyProblem(f"{folder / _RING} exists: nothing was made.") from error


def refuse_a_second(folder: Path) -> None:
    """Raises `KeyProblem` where `make` would: for a caller that makes other things first."""
    if (folder / _RING).exists():
        raise KeyProblem(f"{folder / _RING} exists: nothing was made.")


def rotate(folder: Path, purpose: Purpose) -> int:
    """Add a new version of one key to `folder`/ring.json; its number. The old ones stay, to read by.

    Raises `KeyProblem` for `number-find`, a ring that cannot be read, or after 255 versions.
    """
    if purpose not in ROTATABLE:
        raise KeyProblem(f"{purpose} cannot be rotated: choose one of {', '.join(ROTATABLE)}")
    path = folder / _RING
    with (folder / "ring.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two at a time would lose a key, and what it encrypts
        ring = KeyRing.load(folder).secrets
        version = max(ring[purpose]) + 1
        if version > _MOST_VERSIONS:
            raise KeyProblem(f"{purpose} has {_MOST_VERSIONS} versions, and cannot have more")
        ring[purpose][version] = os.urandom(32)
        fresh = path.with_suffix(".new")
        _write(fresh, ring, os.O_TRUNC)
        fresh.replace(path)
    return version


def retire(folder: Path, purpose: Purpose, newest: int) -> list[int]:
    """Take every version but `newest` out of `folder`/ring.json; which they were.

    They are put aside in `retired-<purpose>-<versions>.json`, mode 600, for the operator to destroy. Whoever
    calls has made sure that nothing is left under them. Raises `KeyProblem`, also when there is a newer
    version by now: then what was looked through lies under an old one.
    """
    if purpose not in RETIRABLE:
        raise KeyProblem(f"{purpose} cannot be retired: choose one of {', '.join(RETIRABLE)}")
    path = folder / _RING
    with (folder / "ring.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ring = KeyRing.load(folder).secrets
        if max(ring[purpose]) != newest:
            raise KeyProblem(
                f"{purpose} has got a newer version meanwhile: restart every process, and retire anew"
            )
        old = sorted(ring[purpose])[:-1]
        if old:
            aside = folder / f"retired-{purpose}-{'-'.join(map(str, old))}.json"
            _write_json(aside, {purpose: {v: ring[purpose][v] for v in old}}, os.O_TRUNC)
            ring[purpose] = {max(ring[purpose]): ring[purpose][max(ring[purpose])]}
            fresh = path.with_suffix(".new")
            _write(fresh, ring, os.O_TRUNC)
            fresh.replace(path)
    return old


def _read(path: Path) -> dict[Purpose, dict[int, bytes]]:
    try:
        if path.stat().st_mode & 0o077:
            raise KeyProblem(f"{path} must be readable by its owner alone: chmod 600")
        raw = json.loads(path.read_text())
        return {p: {int(v): base64.b64decode(k) for v, k in raw[p].items()} for p in PURPOSES}
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise KeyProblem(f"{path} is not a key ring ({type(error).__name__})") from error


def _write(path: Path, ring: dict[Purpose, dict[int, bytes]], flag: int) -> None:
    _write_json(path, {p: ring[p] for p in PURPOSES}, flag)


def _write_json(path: Path, ring: dict[Purpose, dict[int, bytes]], flag: int) -> None:
    text = {p: {str(v): base64.b64encode(k).decode() for v, k in found.items()} for p, found in ring.items()}
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | flag, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(text, file)
        file.flush()
        os.fsync(file.fileno())  # before it takes another's name: a lost ring is all that it encrypts


def _make(path: Path) -> None:
    """The whole ring or none; `FileExistsError` where there is one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(f".{secrets.token_hex(8)}.new")
    try:
        _write(fresh, {purpose: {1: os.urandom(32)} for purpose in PURPOSES}, os.O_EXCL)
        os.link(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
