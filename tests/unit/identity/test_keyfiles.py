"""Key files: made in development only, private, whole, and never shown."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kit.identity.keyfiles import algorithm_of, client_key, client_public_key, read_private_key, signing_key
from kit.keys import KeyProblem
from kit.settings import Settings


def settings_for(folder: Path, environment: str = "development") -> Settings:
    return Settings.model_validate({"environment": environment, "keys": folder})


def test_given_development_then_a_client_key_is_made_once_with_its_public_half(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    key = client_key(settings, "akson-portal")
    assert client_key(settings, "akson-portal").thumbprint() == key.thumbprint()
    public = client_public_key(settings, "akson-portal")
    assert (public.thumbprint(), public.is_private) == (key.thumbprint(), False)
    assert (tmp_path / "clients" / "akson-portal.jwk").stat().st_mode & 0o777 == 0o600
    assert "d" not in json.loads((tmp_path / "clients" / "akson-portal.public.jwk").read_text())


def test_given_processes_that_start_together_then_they_agree_on_one_key(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: signing_key(settings, "token-exchange").thumbprint(), range(16)))
    assert len(set(keys)) == 1
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("tmp")] == []


@pytest.mark.parametrize("algorithm", ["ES256", "PS256", "RS256"])
def test_given_an_algorithm_then_the_key_says_it(tmp_path: Path, algorithm: str) -> None:
    assert algorithm_of(signing_key(settings_for(tmp_path), "issuer/side", algorithm)) == algorithm


def test_given_production_then_no_key_is_made(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, "production")
    with pytest.raises(KeyProblem):
        client_key(settings, "akson-portal")
    with pytest.raises(KeyProblem):
        client_public_key(settings, "akson-portal")
    with pytest.raises(KeyProblem):
        signing_key(settings, "token-exchange")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "../secret", "a/b", ".hidden", "x" * 101, "a\n"])
def test_given_a_client_id_that_is_no_file_name_then_it_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(KeyProblem):
        client_key(settings_for(tmp_path), name)


@pytest.mark.parametrize(
    "content",
    ["", "no json", "[]", "{}", '{"kty":"oct","k":"c2VjcmV0c2VjcmV0c2VjcmV0"}', '{"kty":"EC","crv":"P-256"}'],
)
def test_given_a_file_that_is_no_private_key_then_the_error_names_it_and_shows_nothing(
    tmp_path: Path, content: str
) -> None:
    path = tmp_path / "key.jwk"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(KeyProblem) as caught:
        read_private_key(path)
    assert str(path) in str(caught.value)
    assert "c2VjcmV0" not in str(caught.value)


def test_given_a_key_that_others_can_read_or_a_public_one_then_it_is_refused(tmp_path: Path) -> None:
    client_key(settings_for(tmp_path), "portal")
    path = tmp_path / "clients" / "portal.jwk"
    path.chmod(0o644)
    with pytest.raises(KeyProblem, match="chmod 600"):
        read_private_key(path)
    with pytest.raises(KeyProblem, match="public"):
        read_private_key(tmp_path / "clients" / "portal.public.jwk")
