"""Old versions of keys go when nothing is left under them, and nothing else is lost with them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from psycopg import Connection
from typer.testing import CliRunner

import cli.keys
from core_record.notice_mail.service import seal
from core_record.registers.service import import_registers, read_register_file
from core_record.sealed import persons
from dev.personas import PERSONAS_FILE
from kit.ids import new_id
from kit.keys import KeyProblem, KeyRing, retire, rotate
from kit.migrate import SCHEMAS
from kit.resealing import look_through, reseal
from kit.roles import OWNER
from kit.settings import Settings
from tests.conftest import TestDatabase

# Bytes that are no ciphertext of the ring's: hashes, stored reports, signatures.
NOT_SEALED = {
    "core_record.access_log": {"actor_hash", "prev", "hash"},
    "core_record.access_log_head": {"hash"},
    "core_record.actor_activity": {"actor_hash"},
    "core_record.actor_log": {"actor_hash", "number_hash"},
    "core_record.log_head": {"root", "prev", "signature", "leaves"},
    "core_record.person_change": {"actor_hash"},
    "core_record.person_number": {"number_hash"},
    "core_record.privacy_setting": {"set_by_hash", "withdrawn_by_hash", "request_hash"},
    "core_record.register_change": {"actor_hash"},
    "core_record.sealed_actor_row": {"actor_hash"},
    "core_record.unusual_access": {"actor_hash"},
    "journal.document_content": {"body"},
    "panel.contribution": {"moderated_by", "appeal_by"},
    "results.known_message": {"fingerprint"},
    "results.original": {"body"},  # under the person's own key, which is among the sealed
    "results.report": {"body"},
    "results.report_version": {"fingerprint", "resources"},
}
Owner = Connection[Any]


@pytest.fixture
def ring(settings: Settings, keys: KeyRing, tmp_path: Path) -> Path:
    """A copy of the keys, to rotate and retire without the other tests."""
    assert keys.folder == settings.keys_folder
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o700)
    shutil.copy(settings.keys_folder / "ring.json", folder / "ring.json")
    return folder


@pytest.fixture
def owner(clean_db: None, postgres: TestDatabase, ring: Path) -> Iterator[Owner]:
    """The personas' numbers, a key of an original and an address, all under the first version."""
    keys = KeyRing.load(ring)
    with psycopg.connect(postgres.dsn("akson_core")) as conn:
        import_registers(conn, keys, read_register_file(PERSONAS_FILE))
    with psycopg.connect(postgres.superuser_dsn, autocommit=True) as conn:
        rows = conn.execute("SELECT person_id FROM core_record.person ORDER BY 1").fetchall()
        for (person,) in rows:
            wrapped = keys.encrypt("original-encrypt", b"k" * 32, person.bytes)
            conn.execute(
                "INSERT INTO results.person_key (person_id, wrapped) VALUES (%s, %s)", (person, wrapped)
            )
            email = new_id()
            conn.execute(
                "INSERT INTO core_record.notice_email (person_id, email_id, address_cipher, language)"
                " VALUES (%s, %s, %s, 'nb')",
                (person, email, seal(keys, email, "line@example.org")),
            )
    with psycopg.connect(postgres.dsn(OWNER), autocommit=True) as conn:
        yield conn


def run(owner: Owner, keys: KeyRing, *, change: bool = True) -> dict[str, tuple[int, int, int]]:
    work = reseal if change else look_through
    found = work(owner, keys, cli.keys.COLUMNS, lambda: persons(owner))
    return {one.column.name: (one.renewed, one.left, one.unreadable) for one in found}


def test_all_is_made_anew_once_and_read_without_the_old_version(owner: Owner, ring: Path) -> None:
    for purpose in ("number-encrypt", "original-encrypt"):
        rotate(ring, purpose)  # type: ignore[arg-type]
    before = run(owner, KeyRing.load(ring), change=False)
    number = before["core_record.person_number.number_cipher"][1]
    assert number > 10
    assert before["results.person_key.wrapped"][1] > 10
    done = run(owner, KeyRing.load(ring))
    assert done["core_record.person_number.number_cipher"] == (number, 0, 0)
    assert all(left == 0 for _, left, _ in done.values())
    assert all(renewed == 0 for renewed, _, _ in run(owner, KeyRing.load(ring)).values())
    for purpose in ("number-encrypt", "original-encrypt"):
        assert retire(ring, purpose, newest=2) == [1]  # type: ignore[arg-type]
    after = run(owner, KeyRing.load(ring), change=False)
    assert {(left, unreadable) for _, left, unreadable in after.values()} == {(0, 0)}
    assert (ring / "retired-number-encrypt-1.json").stat().st_mode & 0o777 == 0o600


def test_given_a_row_that_somebody_holds_then_nobody_waits_and_it_is_counted_as_left(
    owner: Owner, ring: Path, postgres: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    rotate(ring, "number-encrypt")
    keys, name = KeyRing.load(ring), "core_record.person_number.number_cipher"
    number = run(owner, keys, change=False)[name][1]
    monkeypatch.setattr("kit.resealing._BATCH", 3)
    with psycopg.connect(postgres.superuser_dsn) as other:
        held = "SELECT 1 FROM core_record.person_number ORDER BY number_hash LIMIT 4 FOR UPDATE"
        assert len(other.execute(held).fetchall()) == 4
        owner.execute("SET lock_timeout = '1ms'")  # waiting would be an error

        assert run(owner, keys)[name] == (number - 4, 4, 0)

        other.rollback()
    assert run(owner, keys)[name] == (4, 0, 0)


def test_given_a_newer_version_meanwhile_then_none_is_taken_out(ring: Path) -> None:
    rotate(ring, "number-encrypt")
    looked_through = KeyRing.load(ring).newest("number-encrypt")
    rotate(ring, "number-encrypt")
    with pytest.raises(KeyProblem, match="newer version"):
        retire(ring, "number-encrypt", looked_through)
    assert sorted(KeyRing.load(ring).secrets["number-encrypt"]) == [1, 2, 3]


def test_what_was_interrupted_goes_on(owner: Owner, ring: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rotate(ring, "number-encrypt")
    keys, calls = KeyRing.load(ring), 0
    encrypt = KeyRing.encrypt

    def fail_later(self: KeyRing, *args: Any) -> bytes:
        nonlocal calls
        calls += 1
        if calls == 8:
            raise KeyboardInterrupt
        return encrypt(self, *args)

    monkeypatch.setattr("kit.resealing._BATCH", 3)
    with monkeypatch.context() as patch:
        patch.setattr(KeyRing, "encrypt", fail_later)
        with pytest.raises(KeyboardInterrupt):
            run(owner, keys)
    half = run(owner, keys, change=False)["core_record.person_number.number_cipher"]
    assert half[1] > 0
    assert half[2] == 0
    assert run(owner, keys)["core_record.person_number.number_cipher"][1:] == (0, 0)


@pytest.fixture
def command(ring: Path, postgres: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("COLUMNS", "200")
    settings = postgres.settings.model_copy(update={"keys": ring})
    shutil.copytree(postgres.settings.keys_folder / "db", ring / "db", dirs_exist_ok=True)
    monkeypatch.setattr(cli.keys, "get_settings", lambda: settings)

    def call(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli.keys.app, list(arguments))
        return done.exit_code, done.output

    return call


def test_the_command_refuses_until_processes_are_restarted_and_nothing_is_left(
    owner: Owner, ring: Path, command: Any
) -> None:
    assert "nothing to retire" in command("retire", "number-encrypt")[1]
    rotate(ring, "number-encrypt")
    status, said = command("retire", "number-encrypt")
    assert (status, "--restarted" in said) == (1, True)
    owner.execute(
        "UPDATE core_record.person_number SET number_cipher = '\\x01ffffffffffffffffffffffffffffffff'"
        " WHERE number_hash = (SELECT min(number_hash::text)::bytea FROM core_record.person_number)"
    )
    status, said = command("retire", "number-encrypt", "--restarted")
    assert (status, "are left" in said) == (1, True)
    assert 1 in KeyRing.load(ring).secrets["number-encrypt"]
    assert command("check")[0] == 1
    owner.execute("DELETE FROM core_record.person_number WHERE octet_length(number_cipher) < 20")
    status, said = command("retire", "number-encrypt", "--restarted")
    assert (status, "retired-number-encrypt-1.json" in said) == (0, True)
    assert list(KeyRing.load(ring).secrets["number-encrypt"]) == [2]
    assert command("check")[0] == 0


@pytest.mark.parametrize("purpose", ["log-sign", "number-find", "sessions"])
def test_what_is_needed_for_ever_cannot_be_retired(owner: Owner, command: Any, purpose: str) -> None:
    status, said = command("retire", purpose, "--restarted")
    assert (status, "cannot be retired" in said) == (1, True)


def test_sessions_of_an_older_version_stop_it(owner: Owner, ring: Path, command: Any, valkey: Any) -> None:
    store = redis.Redis.from_url(valkey.url)
    store.set("portal:session:x", KeyRing.load(ring).encrypt("session-encrypt", b"x"), ex=60)
    rotate(ring, "session-encrypt")
    assert "are left" in command("retire", "session-encrypt", "--restarted")[1]
    store.delete("portal:session:x")
    assert command("retire", "session-encrypt", "--restarted")[0] == 0


def test_every_column_of_bytes_is_known_as_a_ciphertext_or_as_none(owner: Owner) -> None:
    found = owner.execute(
        "SELECT c.relnamespace::regnamespace || '.' || c.relname, a.attname FROM pg_class c"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.atttypid = 'bytea'::regtype AND NOT a.attisdropped"
        " WHERE c.relnamespace = ANY(%s::regnamespace[]) AND c.relkind IN ('r', 'p')"
        " AND NOT c.relispartition",
        (list(SCHEMAS.values()),),
    ).fetchall()
    sealed = {(one.table, one.column) for one in cli.keys.COLUMNS}
    assert sealed <= set(found)
    unknown = [
        f"{table}.{column}"
        for table, column in sorted(set(found) - sealed)
        if column not in NOT_SEALED.get(table, ()) and not column.endswith(("_hash", "digest"))
    ]
    assert unknown == []
