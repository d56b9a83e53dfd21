# ruff: noqa: S608, ISC004 - the attacker's statements are constants of this file
"""Whoever rules the database cannot change, remove or rewrite what is sealed without being found out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core_record.access_log.heads import FIRST, Head, key_name, microseconds, sign
from core_record.access_log.merkle import ACTOR_ROW, PERSON_ROW, leaf_hash, root_of
from core_record.access_log.report import FAULTS
from core_record.access_log.sealing import Sealer
from core_record.access_log.service import verify_all
from kit.keys import KeyRing
from tests.conftest import TestDatabase
from tests.integration.access_log.conftest import LookMany

pytestmark = pytest.mark.usefixtures("registers")
Conn = psycopg.Connection[Any]
REHASH = """
DO $$ DECLARE r core_record.access_log; p bytea := NULL; BEGIN
    FOR r IN SELECT * FROM core_record.access_log ORDER BY seq LOOP
        r.prev := coalesce(p, sha256(uuid_send(r.person_id)));
        r.hash := sha256(r.prev || convert_to(core_record.access_log_text(r), 'UTF8'));
        UPDATE core_record.access_log a SET prev = r.prev, hash = r.hash
            WHERE a.person_id = r.person_id AND a.seq = r.seq;
        p := r.hash;
    END LOOP;
    UPDATE core_record.access_log_head SET hash = p, seq = (SELECT max(seq) FROM core_record.access_log);
END $$
"""


@pytest.fixture
async def sealed(sealer: Sealer, look: LookMany, witness_file: Path) -> Path:
    """Three heads over twelve rows of Line and three by actor."""
    for _ in range(3):
        await look(4)
        await sealer.round()
    return witness_file


def forge_heads(conn: Conn, key: Ed25519PrivateKey) -> None:
    """Make all seals anew, as the sealer would have, with a key of the forger's."""
    name = key_name(key.public_key().public_bytes_raw())
    last: Head | None = None
    for number, at in conn.execute("SELECT number, at FROM core_record.log_head ORDER BY number").fetchall():
        persons = conn.execute(
            "SELECT l.hash FROM core_record.sealed_row s JOIN core_record.access_log l USING (person_id, seq)"
            " WHERE s.head = %s ORDER BY s.position",
            (number,),
        ).fetchall()
        actors = conn.execute(
            "SELECT sha256(convert_to(core_record.actor_log_text(a), 'UTF8'))"
            " FROM core_record.sealed_actor_row s JOIN core_record.actor_log a USING (actor_hash, event_id)"
            " WHERE s.head = %s ORDER BY s.position",
            (number,),
        ).fetchall()
        leaves = [leaf_hash(PERSON_ROW, h) for (h,) in persons] + [leaf_hash(ACTOR_ROW, h) for (h,) in actors]
        rows, prev = (last.rows, last.hash()) if last else (0, FIRST)
        head = Head(number, microseconds(at), rows + len(leaves), len(leaves), root_of(leaves), prev, name)
        last = sign(head, key)
        conn.execute(
            "UPDATE core_record.log_head SET rows = %s, size = %s, root = %s, prev = %s, key_id = %s,"
            " signature = %s, leaves = %s WHERE number = %s",
            (last.rows, last.size, last.root, last.prev, name, last.signature, b"".join(leaves), number),
        )


def found(conn: Conn, keys: KeyRing, witness: Path | None) -> set[str]:
    report = verify_all(conn, keys.log_public_keys(), witness)
    assert all(str(fault).startswith(f"{fault.code}: ") for fault in report.faults)
    return {fault.code for fault in report.faults}


ATTACKS: dict[str, tuple[str, set[str]]] = {
    "nothing": ("SELECT 1", set()),
    "a row by actor changed": (
        "UPDATE core_record.actor_log SET outcome = 'permitted'",
        {"actor-row-not-as-sealed"},
    ),
    "a row by actor removed": ("DELETE FROM core_record.actor_log", {"sealed-actor-row-missing"}),
    "a row by actor removed with its seal": (
        "DELETE FROM core_record.actor_log; DELETE FROM core_record.sealed_actor_row",
        {"seal-missing"},
    ),
    "the whole chain written anew": (
        "UPDATE core_record.access_log SET actor_name = 'Ola' WHERE seq = 5;" + REHASH,
        {"row-not-as-sealed"},
    ),
    "the newest rows removed with their seals": (
        "DELETE FROM core_record.access_log WHERE seq > 8; DELETE FROM core_record.sealed_row WHERE seq > 8;"
        + REHASH,
        {"seal-missing"},
    ),
    "the person removed from everything": (
        "DELETE FROM core_record.access_log; DELETE FROM core_record.access_log_head;"
        " DELETE FROM core_record.sealed_row",
        {"seal-missing"},
    ),
    "two rows' places exchanged": (
        "UPDATE core_record.sealed_row SET position = 1 - position WHERE head = 1 AND position < 2",
        {"row-not-as-sealed"},
    ),
    "a leaf exchanged": (
        "UPDATE core_record.log_head SET leaves = overlay(leaves placing '\\x00'::bytea from 1)",
        {"row-not-as-sealed", "root-differs"},
    ),
    "a head's time moved": (
        "UPDATE core_record.log_head SET at = at - interval '1 day' WHERE number = 2",
        {"head-not-signed", "head-link-broken", "head-differs-from-witness"},
    ),
    "a head removed": (
        "DELETE FROM core_record.log_head WHERE number = 2",
        {"head-missing", "row-not-as-sealed", "actor-row-not-as-sealed", "head-differs-from-witness"},
    ),
    "the end cut off everywhere": (
        "DELETE FROM core_record.log_head WHERE number = 3;"
        " DELETE FROM core_record.access_log a USING core_record.sealed_row s"
        " WHERE s.person_id = a.person_id AND s.seq = a.seq AND s.head = 3;"
        " DELETE FROM core_record.actor_log a USING core_record.sealed_actor_row s"
        " WHERE s.event_id = a.event_id AND s.head = 3;"
        " DELETE FROM core_record.sealed_row WHERE head = 3;"
        " DELETE FROM core_record.sealed_actor_row WHERE head = 3;" + REHASH,
        {"database-behind-witness"},
    ),
    "everything removed": (
        "TRUNCATE core_record.access_log, core_record.access_log_head, core_record.actor_log,"
        " core_record.log_head, core_record.sealed_row, core_record.sealed_actor_row",
        {"database-behind-witness"},
    ),
    "an old row without a seal": (
        "DELETE FROM core_record.sealed_row WHERE seq = 12;"
        " UPDATE core_record.access_log SET at = at - interval '1 hour' WHERE seq = 12;" + REHASH,
        {"row-not-sealed", "seal-missing"},
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_attack_on_the_database_is_found(
    attack: str, sealed: Path, postgres: TestDatabase, keys: KeyRing
) -> None:
    statement, codes = ATTACKS[attack]
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("SET LOCAL session_replication_role = replica")
        conn.execute(statement.encode())
        assert found(conn, keys, sealed) == codes
        conn.rollback()


def test_a_database_forged_as_a_whole_is_found(sealed: Path, postgres: TestDatabase, keys: KeyRing) -> None:
    """By its signatures where the forger lacks the key; by the witness where the key was stolen too."""
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("SET LOCAL session_replication_role = replica")
        conn.execute(b"UPDATE core_record.access_log SET actor_name = 'Ola' WHERE seq = 5")
        conn.execute(REHASH.encode())
        forge_heads(conn, Ed25519PrivateKey.generate())
        assert found(conn, keys, None) == {"head-not-signed"}
        forge_heads(conn, keys.log_signing_key())
        assert found(conn, keys, None) == set()
        assert found(conn, keys, sealed) == {"head-differs-from-witness"}
        conn.rollback()


def drop_first(lines: list[str]) -> list[str]:
    return lines[1:]


def drop_middle(lines: list[str]) -> list[str]:
    return [lines[0], lines[2]]


def spoil(lines: list[str]) -> list[str]:
    return [lines[0], "x", *lines[1:]]


def swap(lines: list[str]) -> list[str]:
    return [lines[1], lines[0], lines[2]]


def change(lines: list[str]) -> list[str]:
    head = json.loads(lines[1])
    head["root"] = hashlib.sha256(b"").hexdigest()
    return [lines[0], json.dumps(head), lines[2]]


@pytest.mark.parametrize(
    ("attack", "code"),
    [
        (drop_first, "head-not-witnessed"),
        (drop_middle, "witness-out-of-order"),
        (spoil, "witness-unreadable"),
        (swap, "witness-out-of-order"),
        (change, "witness-not-signed"),
    ],
)
def test_attack_on_the_witness_is_found(
    attack: Callable[[list[str]], list[str]],
    code: str,
    sealed: Path,
    postgres: TestDatabase,
    keys: KeyRing,
) -> None:
    sealed.write_text("\n".join(attack(sealed.read_text().splitlines())) + "\n")
    with psycopg.connect(postgres.dsn("akson_auditor")) as conn:
        assert code in found(conn, keys, sealed)


def test_every_code_has_its_words() -> None:
    assert all(text and text[0].islower() for text in FAULTS.values())


def test_the_auditor_changes_nothing(sealed: Path, postgres: TestDatabase) -> None:
    with psycopg.connect(postgres.dsn("akson_auditor"), autocommit=True) as conn:
        for table in ("access_log", "actor_log", "log_head", "sealed_row", "access_log_head"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(f"DELETE FROM core_record.{table}".encode())
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("SELECT number_cipher FROM core_record.person_number")
