"""Search forms, dates and register files: what is read, and how faults are told."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from core_record.fhir import date_interval, token_value
from core_record.registers.file import RegisterFile, read_register_file, register_file
from kit.errors import Malformed

NUMBER = "13116900216"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("values", "since", "before"),
    [
        (["2026-11-23"], "2026-11-23T00:00+01:00", "2026-11-24T00:00+01:00"),
        (["ge2026-03-29", "lt2026-03-30"], "2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00"),
        (["gt2026-11-23"], "2026-11-24T00:00+01:00", "9999-01-01T00:00+00:00"),
        (["le2026-11-23"], "1900-01-01T00:00+00:00", "2026-11-24T00:00+01:00"),
        (["ge2026-11-23T12:00:00Z"], "2026-11-23T12:00+00:00", "9999-01-01T00:00+00:00"),
        ([], "1900-01-01T00:00+00:00", "9999-01-01T00:00+00:00"),
    ],
)
def test_dates_are_norwegian_days(values: list[str], since: str, before: str) -> None:
    assert date_interval(values) == (at(since), at(before))


@pytest.mark.parametrize("text", ["", "ge", "2026", "2026-13-01", "ne2026-01-01", "2026-01-01T10:00", "xx"])
def test_a_date_that_is_none_is_malformed(text: str) -> None:
    with pytest.raises(Malformed) as caught:
        date_interval([text])
    assert caught.value.code == "date"


def test_the_far_end_of_time_is_no_error_of_ours() -> None:
    with pytest.raises(Malformed):
        date_interval(["9999-12-31"])
    assert date_interval(["ge2026-01-01T00:00:00Z"]).since == datetime(2026, 1, 1, tzinfo=UTC)


def test_a_token_may_name_its_system() -> None:
    assert token_value("urn:x|1", ("urn:x",)) == "1"
    assert token_value("1", ("urn:x",)) == "1"
    assert token_value("|1", ("urn:x",)) == "1"
    assert token_value(None, ("urn:x",)) is None
    with pytest.raises(Malformed):
        token_value("urn:y|1", ("urn:x",))


def test_a_register_file_reads_from_json_and_yaml_alike(tmp_path: Path) -> None:
    plain = {"personnel": [{"national_id": NUMBER, "given_name": "A", "family_name": "B"}], "personas": {}}
    as_json, as_yaml = tmp_path / "r.json", tmp_path / "r.yaml"
    as_json.write_bytes(msgspec.json.encode(plain))
    as_yaml.write_bytes(msgspec.yaml.encode(plain))
    for file in (read_register_file(as_json), read_register_file(as_yaml), register_file(plain)):
        assert file.personnel[0].national_id.national.value == NUMBER
        assert NUMBER not in repr(file)


def test_a_fault_names_its_place_and_never_the_number() -> None:
    wrong = "13116900217"
    with pytest.raises(msgspec.ValidationError) as caught:
        register_file({"persons": [{"national_id": wrong, "given_name": "A", "family_name": "B"}]})
    assert "national-id-check-digit" in str(caught.value)
    assert "persons[0].national_id" in str(caught.value)
    assert wrong not in str(caught.value)


def test_an_empty_file_is_no_registers() -> None:
    assert register_file({}) == RegisterFile()
