"""Signing keys as JWK files: clients' keys at their providers, and our own token exchange's.

Development makes a missing key once; production never does. Beside each private file lies the public half
(`NAME.public.jwk`), which is all that another service reads.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, import_key

from kit.keys import KeyProblem
from kit.settings import Settings

EXCHANGE_KEY = "token-exchange"
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_DEFAULT_ALGORITHMS = {"EC": "ES256", "RSA": "PS256", "OKP": "Ed25519"}
_SIZES: dict[str, tuple[str, str | int]] = {
    "ES256": ("EC", "P-256"),
    "PS256": ("RSA", 2048),
    "RS256": ("RSA", 2048),
}


def algorithm_of(key: Key) -> str:
    """The algorithm a key signs with: its `alg`, else the usual one of its type."""
    return key.alg or _DEFAULT_ALGORITHMS[key.key_type]


def read_key(path: Path) -> Key:
    """The key in a JWK file; raises `kit.keys.KeyProblem` that names the file, never its content."""
    try:
        jwk = json.loads(path.read_text())
        key = import_key(jwk)
    except (OSError, JoseError, ValueError, TypeError, KeyError) as error:
        raise KeyProblem(f"{path} is no JWK file ({type(error).__name__})") from error
    if key.key_type == "oct":
        raise KeyProblem(f"{path} holds a shared secret; a private EC or RSA key is needed")
    key.ensure_kid()
    return key


def read_private_key(path: Path, *, create: bool = False, algorithm: str = "ES256") -> Key:
    """The private key in `path`; with `create` (development) made when missing. Raises `KeyProblem`."""
    if create and not path.exists():
        _make(path, algorithm)
    if not path.exists():
        raise KeyProblem(f"no key in {path}: put the private JWK there")
    if path.stat().st_mode & 0o077:
        raise KeyProblem(f"{path} must be readable by its owner alone: chmod 600")
    key = read_key(path)
    if not key.is_private:
        raise KeyProblem(f"{path} holds a public key; the private one is needed")
    return key


def client_key(settings: Settings, client_id: str, path: Path | None = None) -> Key:
    """A client's private key: the file of the setting, else `keys/clients/CLIENT_ID.jwk`."""
    path = path or _client_file(settings, client_id, "jwk")
    return read_private_key(path, create=settings.is_development)


def client_public_key(settings: Settings, client_id: str) -> Key:
    """A client's public key, `keys/clients/CLIENT_ID.public.jwk`; raises `KeyProblem` without one."""
    path = _client_file(settings, client_id, "public.jwk")
    if settings.is_development and not path.exists():
        client_key(settings, client_id)
    return import_key(read_key(path).as_dict(private=False))


def signing_key(settings: Settings, name: str, algorithm: str = "ES256") -> Key:
    """A service's own signing key, `keys/NAME.jwk`."""
    path = settings.keys_folder / f"{name}.jwk"
    return read_private_key(path, create=settings.is_development, algorithm=algorithm)


def former_key(settings: Settings, name: str) -> Key | None:
    """The public half of the signing key before this one, `keys/NAME.former.jwk`; None without the file.

    While it lies there, what it signed is still believed. Raises `KeyProblem`.
    """
    path = settings.keys_folder / f"{name}.former.jwk"
    return import_key(read_key(path).as_dict(private=False)) if path.exists() else None


def make_own_keys(settings: Settings) -> dict[str, Path]:
    """Make what a new installation signs with: the token exchange's key, and the portal's at each provider.

    A file that is there stays. The public half of the portal's key by provider, to be registered there.
    Raises `KeyProblem`, and `SettingsProblem` before anything is made.
    """
    settings.check_clients()
    read_private_key(settings.keys_folder / f"{EXCHANGE_KEY}.jwk", create=True)
    public = {}
    for provider, client_id, path in (
        ("HelseID", settings.helseid_client_id, settings.helseid_client_jwk),
        ("ID-porten", settings.idporten_client_id, settings.idporten_client_jwk),
    ):
        key = read_private_key(path or _client_file(settings, client_id, "jwk"), create=True)
        public[provider] = _client_file(settings, client_id, "public.jwk")
        _write_once(public[provider], key.as_dict(private=False), replace=True)
    return public


def _client_file(settings: Settings, client_id: str, suffix: str) -> Path:
    if not _SAFE_NAME.fullmatch(client_id):
        raise KeyProblem("a client id that names a key file may hold letters, digits, '.', '_' and '-' only")
    return settings.keys_folder / "clients" / f"{client_id}.{suffix}"


def _make(path: Path, algorithm: str) -> None:
    key_type, size = _SIZES[algorithm]
    key = JWKRegistry.generate_key(key_type, size, {"alg": algorithm, "use": "sig"}, auto_kid=True)
    public_path = path.with_name(f"{path.name.removesuffix('.jwk')}.public.jwk")
    if _write_once(path, key.as_dict(private=True)):
        _write_once(public_path, key.as_dict(private=False), replace=True)


def _write_once(path: Path, jwk: dict[str, Any], *, replace: bool = False) -> bool:
    """Write the whole file or nothing; False when another process was first."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent)  # mode 600
    with os.fdopen(descriptor, "w") as file:
        json.dump(jwk, file)
    try:
        if replace:
            Path(temporary).replace(path)
        else:
            os.link(temporary, path)
    except FileExistsError:
        return False
    finally:
        Path(temporary).unlink(missing_ok=True)
    return True


def new_ec_key() -> ECKey:
    """A P-256 signing key that lives in memory only."""
    return ECKey.generate_key("P-256", {"alg": "ES256", "use": "sig"}, auto_kid=True)
