"""The key ring: made once, private, versioned."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kit.ids import parse_national_id
from kit.keys import PURPOSES, ROTATABLE, KeyProblem, KeyRing, Purpose, rotate


def test_production_never_makes_keys(tmp_path: Path) -> None:
    with pytest.raises(KeyProblem, match="AKSON_KEYS"):
        KeyRing.load(tmp_path)


def test_development_makes_them_once_and_private(tmp_path: Path) -> None:
    first = KeyRing.load(tmp_path / "keys", create=True)
    assert (tmp_path / "keys" / "ring.json").stat().st_mode & 0o777 == 0o600
    assert KeyRing.load(tmp_path / "keys", create=True).check_value() == first.check_value()


def test_keys_that_others_can_read_are_refused(tmp_path: Path) -> None:
    KeyRing.load(tmp_path, create=True)
    (tmp_path / "ring.json").chmod(0o644)
    with pytest.raises(KeyProblem, match="chmod 600"):
        KeyRing.load(tmp_path)


def test_a_broken_ring_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    path.write_text("{}")
    path.chmod(0o600)
    with pytest.raises(KeyProblem, match="not a key ring"):
        KeyRing.load(tmp_path)


def test_what_an_older_version_encrypted_is_still_read(tmp_path: Path) -> None:
    ring = KeyRing.load(tmp_path, create=True)
    old = ring.encrypt("number-encrypt", b"text")
    path = tmp_path / "ring.json"
    raw = json.loads(path.read_text())
    raw["number-encrypt"]["2"] = raw["original-encrypt"]["1"]
    path.write_text(json.dumps(raw))
    rotated = KeyRing.load(tmp_path)
    assert rotated.decrypt("number-encrypt", old) == b"text"
    assert rotated.encrypt("number-encrypt", b"text")[0] == 2


def test_two_rings_find_a_number_by_different_hashes(tmp_path: Path) -> None:
    number = parse_national_id("13116900216")
    one, other = (KeyRing.load(tmp_path / n, create=True) for n in ("a", "b"))
    assert one.number_hash(number) == one.number_hash(number)
    assert one.number_hash(number) != other.number_hash(number)
    assert len(one.number_hash(number)) == 32


@pytest.mark.parametrize("purpose", ["number-encrypt", "original-encrypt", "session-encrypt"])
def test_given_a_rotation_then_old_data_is_read_and_new_data_gets_the_new_key(
    tmp_path: Path, purpose: Purpose
) -> None:
    before = KeyRing.load(tmp_path, create=True)
    old = before.encrypt(purpose, b"old", b"place")
    assert rotate(tmp_path, purpose) == 2
    after = KeyRing.load(tmp_path)
    assert after.decrypt(purpose, old, b"place") == b"old"
    fresh = after.encrypt(purpose, b"new", b"place")
    assert (old[0], fresh[0]) == (1, 2)
    # a process that has not been restarted reads what another wrote
    assert before.decrypt(purpose, fresh, b"place") == b"new"
    assert (tmp_path / "ring.json").stat().st_mode & 0o777 == 0o600
    assert after.check_value() == before.check_value()


def test_given_a_new_signing_key_then_every_public_key_is_still_told(tmp_path: Path) -> None:
    first = KeyRing.load(tmp_path, create=True).log_public_keys()
    rotate(tmp_path, "log-sign")
    after = KeyRing.load(tmp_path)
    assert after.log_public_keys()[:1] == first
    assert after.log_public_keys()[1] == after.log_signing_key().public_key().public_bytes_raw()


def test_the_key_that_finds_persons_is_never_rotated(tmp_path: Path) -> None:
    KeyRing.load(tmp_path, create=True)
    with pytest.raises(KeyProblem, match="cannot be rotated"):
        rotate(tmp_path, "number-find")
    assert set(ROTATABLE) == set(PURPOSES) - {"number-find"}


def test_given_rotations_at_the_same_time_then_none_is_lost(tmp_path: Path) -> None:
    KeyRing.load(tmp_path, create=True)
    with ThreadPoolExecutor(8) as pool:
        versions = list(pool.map(lambda _: rotate(tmp_path, "session-encrypt"), range(8)))
    assert sorted(versions) == [2, 3, 4, 5, 6, 7, 8, 9]
    assert sorted(KeyRing.load(tmp_path).secrets["session-encrypt"]) == [1, *sorted(versions)]


def test_given_data_of_a_version_that_nobody_has_then_it_is_refused(tmp_path: Path) -> None:
    ring = KeyRing.load(tmp_path, create=True)
    blob = ring.encrypt("number-encrypt", b"text")
    with pytest.raises(KeyProblem, match="no key of that version"):
        ring.decrypt("number-encrypt", bytes([9]) + blob[1:])
