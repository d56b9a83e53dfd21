"""An installation from nothing: keys by one command, and a sentence where something is missing."""

from __future__ import annotations

import errno
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
CLIENTS = {"AKSON_HELSEID_CLIENT_ID": "akson-helseid", "AKSON_IDPORTEN_CLIENT_ID": "akson-idporten"}


@pytest.fixture
def production(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The environment of an operator who has named a folder, a database and the portal's clients, no more."""
    for name, value in {
        "AKSON_ENVIRONMENT": "production",
        "AKSON_DATA": str(tmp_path),
        "AKSON_KEYS": str(tmp_path / "keys"),
        "AKSON_DATABASE_URL": NOWHERE,
        "AKSON_REDIS_URL": "redis://127.0.0.1:1/0",
        **CLIENTS,
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


def own_files(
    folder: Path, monkeypatch: pytest.MonkeyPatch, below: str = "keys/clients", **ids: str | None
) -> None:
    """A key file each, as the line of docs/operations.md sets them, and these client ids (None: unset)."""
    for name, client_id in ids.items():
        monkeypatch.setenv(f"AKSON_{name}_CLIENT_JWK", str(folder / below / f"{name.lower()}.jwk"))
        if client_id is None:
            monkeypatch.delenv(f"AKSON_{name}_CLIENT_ID", raising=False)
        else:
            monkeypatch.setenv(f"AKSON_{name}_CLIENT_ID", client_id)
    get_settings.cache_clear()


@pytest.mark.parametrize("unset", [None, ""])
def test_given_two_key_files_and_no_client_ids_then_nothing_is_made_and_both_are_named(
    production: Path, monkeypatch: pytest.MonkeyPatch, unset: str | None
) -> None:
    own_files(production, monkeypatch, HELSEID=unset, IDPORTEN=unset)
    code, told = said("keys", "make")
    assert code == 1
    assert all(name in told for name in CLIENTS)
    assert not (production / "keys").exists()


def test_given_one_client_id_unset_then_that_one_is_named(
    production: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_files(production, monkeypatch, HELSEID="ours", IDPORTEN=None)
    code, told = said("keys", "make")
    assert code == 1
    assert "AKSON_IDPORTEN_CLIENT_ID" in told
    assert "AKSON_HELSEID_CLIENT_ID" not in told


def test_given_one_client_id_for_two_key_files_then_nothing_is_made(
    production: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_files(production, monkeypatch, HELSEID="ours", IDPORTEN="ours")
    code, told = said("keys", "make")
    assert code == 1
    assert all(name in told for name in (*CLIENTS, "AKSON_HELSEID_CLIENT_JWK", "AKSON_IDPORTEN_CLIENT_JWK"))
    assert not (production / "keys").exists()


@pytest.mark.parametrize("below", ["keys/clients", "secrets"])
def test_given_two_key_files_and_two_client_ids_then_each_has_a_public_half_of_its_own(
    production: Path, monkeypatch: pytest.MonkeyPatch, below: str
) -> None:
    own_files(production, monkeypatch, below, HELSEID="at-helseid", IDPORTEN="at-idporten")
    assert said("keys", "make")[0] == 0
    settings = get_settings()
    for client_id, path in (
        ("at-helseid", settings.helseid_client_jwk),
        ("at-idporten", settings.idporten_client_jwk),
    ):
        ours = client_key(settings, client_id, path)
        assert client_public_key(settings, client_id).thumbprint() == ours.thumbprint()


def test_given_one_client_id_and_one_key_for_both_then_it_is_made(
    production: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in CLIENTS:
        monkeypatch.setenv(name, "ours")
    monkeypatch.setenv("AKSON_HELSEID_CLIENT_JWK", str(production / "keys" / "clients" / "ours.jwk"))
    get_settings.cache_clear()
    assert said("keys", "make")[0] == 0
    settings = get_settings()
    assert client_public_key(settings, "ours").thumbprint() == client_key(settings, "ours").thumbprint()


def test_given_development_then_the_default_client_ids_do(
    production: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AKSON_ENVIRONMENT", "development")
    for name in CLIENTS:
        monkeypatch.delenv(name)
    get_settings.cache_clear()
    assert said("keys", "make")[0] == 0


def test_given_a_first_run_that_failed_then_the_second_keeps_what_it_made_and_makes_the_rest(
    production: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = production / "keys"
    blocked = production / "blocked.jwk"
    blocked.write_text("no key")
    blocked.chmod(0o600)
    monkeypatch.setenv("AKSON_IDPORTEN_CLIENT_JWK", str(blocked))
    get_settings.cache_clear()
    assert said("keys", "make")[0] == 1
    before = {path: path.read_bytes() for path in keys.rglob("*") if path.is_file()}
    assert before
    assert not (keys / "ring.json").exists()

    blocked.unlink()
    code, told = said("keys", "make")
    assert code == 0, told
    assert {path: path.read_bytes() for path in before} == before
    assert client_key(get_settings(), "akson-idporten", blocked).is_private
    assert set(KeyRing.load(keys).secrets) == set(PURPOSES)


def test_given_a_run_that_stopped_in_a_password_or_in_the_ring_then_neither_is_kept_half(
    production: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = production / "keys"
    (keys / "db").mkdir(parents=True, mode=0o700)
    keys.chmod(0o700)
    (keys / "db" / OWNER).touch(mode=0o600)
    with monkeypatch.context() as full:
        full.setattr("kit.keys.os.fsync", disk_full)
        assert isinstance(CliRunner().invoke(app, ["keys", "make"]).exception, OSError)
    assert not list(keys.glob("ring*"))
    assert said("keys", "make")[0] == 0
    assert (keys / "db" / OWNER).read_text()
    assert set(KeyRing.load(keys).secrets) == set(PURPOSES)


def disk_full(descriptor: int) -> None:
    raise OSError(errno.ENOSPC, "no space left on device")


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
