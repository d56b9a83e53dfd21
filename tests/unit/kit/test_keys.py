"""The key ring: made once, private, versioned."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kit.ids import parse_national_id
from kit.keys import KeyProblem, KeyRing


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
