"""An installation from nothing: keys by one command, and a sentence where something is missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from cli import operations
from cli.main import app
from kit.identity.keyfiles import client_key, client_public_key, signing_key
from kit.identity.verifier import build_verifier
from kit.keys import PURPOSES, KeyRing
from kit.roles import APART, LOGINS, OWNER
from kit.settings import Settings, SettingsProblem, get_settings

ROOT = Path(__file__).resolve().parents[3]
NOWHERE = "host=127.0.0.1 port=1 user=akson_owner dbname=akson connect_timeout=2"
ISSUERS = {
    "AKSON_HELSEID_ISSUER": "https://helseid.example",
    "AKSON_IDPORTEN_ISSUER": "https://idporten.example",
}


@pytest.fixture
def production(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The environment of an operator who has named a folder and a database, no more."""
    for name, value in {
        "AKSON_ENVIRONMENT": "production",
        "AKSON_DATA": str(tmp_path),
        "AKSON_KEYS": str(tmp_path / "keys"),
        "AKSON_DATABASE_URL": NOWHERE,
        "AKSON_REDIS_URL": "redis://127.0.0.1:1/0",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AKSON_HELSEID_ISSUER", raising=False)
    monkeypatch.delenv("AKSON_IDPORTEN_ISSUER", raising=False)
    get_settings.cache_clear()
    yield tmp_path
    get_settings.cache_clear()


def said(*arguments: str) -> tuple[int, str]:
    """Exit code and output of a command; what is raised past it is a traceback to the operator."""
    answer = CliRunner().invoke(app, list(arguments))
    assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.exception
    return answer.exit_code, answer.output


def test_keys_make_makes_all_that_an_installation_needs_once_and_for_the_owner_alone(
    production: Path,
) -> None:
    keys = production / "keys"
    code, told = said("keys", "make")
    assert code == 0
    settings = get_settings()
    assert set(KeyRing.load(keys).secrets) == set(PURPOSES)
    assert {path.name for path in (keys / "db").iterdir()} == {"postgres", OWNER, *LOGINS, *APART}
    assert signing_key(settings, "token-exchange").is_private
    ours = client_key(settings, settings.idporten_client_id)
    assert client_public_key(settings, settings.idporten_client_id).thumbprint() == ours.thumbprint()
    assert not [path for path in [keys, *keys.rglob("*")] if path.stat().st_mode & 0o077]
    assert f"{keys}/clients/{settings.helseid_client_id}.public.jwk" in told.replace("\n", "")

    before = {path: path.read_bytes() for path in keys.rglob("*") if path.is_file()}
    code, told = said("keys", "make")
    assert code == 1
    assert "ring.json" in told
    assert {path: path.read_bytes() for path in keys.rglob("*") if path.is_file()} == before


def test_given_files_of_their_own_for_the_clients_then_these_are_made_and_their_public_halves(
    production: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = production / "keys" / "clients" / "idporten.jwk"
    monkeypatch.setenv("AKSON_IDPORTEN_CLIENT_JWK", str(own))
    monkeypatch.setenv("AKSON_IDPORTEN_CLIENT_ID", "our-client")
    get_settings.cache_clear()
    assert said("keys", "make")[0] == 0
    settings = get_settings()
    ours = client_key(settings, "our-client", own)
    assert client_public_key(settings, "our-client").thumbprint() == ours.thumbprint()


@pytest.mark.parametrize("name", ["core_record", "portal", "worker"])
def test_given_no_issuers_then_nothing_is_served_in_production(
    production: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    started: list[str] = []
    monkeypatch.setattr(operations.os, "execv", lambda *command: started.append(command[0]))
    monkeypatch.setattr("portal.build.build_portal", lambda folder: None)
    code, told = said("serve", name)
    assert code == 1
    assert "AKSON_HELSEID_ISSUER" in told
    assert not started

    for variable, value in ISSUERS.items():
        monkeypatch.setenv(variable, value)
    get_settings.cache_clear()
    said("serve", name)
    assert len(started) == 1


@pytest.mark.parametrize("issuer", ["http://127.0.0.1:8100/helseid", "http://helseid.example", ""])
def test_given_an_issuer_that_anybody_here_could_be_then_no_service_believes_it_in_production(
    tmp_path: Path, issuer: str
) -> None:
    settings = Settings(
        environment="production", helseid_issuer=issuer, idporten_issuer="https://idporten.example"
    )
    with pytest.raises(SettingsProblem, match="AKSON_HELSEID_ISSUER"):
        build_verifier(
            settings, "nhn:pps", "https://results.example", keys=KeyRing.load(tmp_path, create=True)
        )


def test_given_no_keys_then_migrate_says_so_before_it_touches_the_database(production: Path) -> None:
    code, told = said("migrate")
    assert code == 1
    assert "akson keys make" in " ".join(told.split())


@pytest.mark.parametrize(
    "command", [("migrate",), ("roles", "--superuser-url", NOWHERE), ("keys", "check"), ("verify-log",)]
)
def test_given_no_database_then_it_is_said_in_a_sentence(production: Path, command: tuple[str, ...]) -> None:
    said("keys", "make")
    code, told = said(*command)
    assert code == 1
    assert "AKSON_DATABASE_URL" in told


def test_given_a_setting_that_is_none_then_it_is_named(
    production: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AKSON_PORT", "three")
    get_settings.cache_clear()
    code, told = said("keys", "list")
    assert code == 1
    assert "AKSON_PORT" in told
    assert "three" not in told, "a setting may hold a password"


def test_the_containers_addresses_are_the_operators_to_give_and_reachable_by_the_proxy() -> None:
    """An address inside the containers is no issuer, and no address that a caller's proof is for."""
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    environment = compose["services"]["core_record"]["environment"]
    services = {"CORE_RECORD": "core_record", "RESULTS": "results_service"}
    services |= {"JOURNAL": "journal_api", "PANEL": "citizen_panel", "PORTAL": "portal"}
    for setting, name in services.items():
        assert environment[f"AKSON_{setting}_URL"].startswith(f"${{AKSON_{setting}_URL:?")
        assert compose["services"][name]["ports"][0].startswith("127.0.0.1:")


@pytest.mark.parametrize("address", ["http://core_record:8101", "http://results.example", ""])
def test_given_an_address_that_no_caller_would_take_then_nothing_is_served(address: str) -> None:
    with pytest.raises(SettingsProblem, match="AKSON_CORE_RECORD_URL"):
        Settings(core_record_url=address).check_addresses()
    Settings(core_record_url="https://core.example").check_addresses()


def test_given_a_misspelt_setting_then_it_is_told_and_what_is_right_is_not(
    production: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AKSON_RESULT_URL", "https://secret.example")
    monkeypatch.setenv("AKSON_RESULTS_URL", "https://results.example")
    get_settings.cache_clear()
    _, told = said("serve", "core_record")
    assert "AKSON_RESULT_URL" in told
    assert "AKSON_RESULTS_URL" not in told
    assert "secret" not in told
