"""Deliveries as they come: recognised by their columns, every fault with its line and code, never a value."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from core_record.registers.checks import KEYS, check, valid_org_number
from core_record.registers.delivery import SECTIONS, Delivery, columns, read_delivery, required
from core_record.registers.file import RegisterFile

LINE, GRY = "13116900216", "12057900499"
ORG = "313900215"
Read = Callable[..., Delivery]
PERSONS = "national_id;given_name;family_name;birth_date;sex\n"


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def make(text: str | bytes, name: str = "file.csv") -> Delivery:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        delivery = read_delivery(path)
        check(delivery)
        return delivery

    return make


def faults(delivery: Delivery) -> list[tuple[int, str]]:
    return [(fault.line, fault.code) for fault in delivery.faults]


def test_every_section_of_the_shape_can_be_delivered_and_has_a_key() -> None:
    assert tuple(SECTIONS) == RegisterFile.__struct_fields__ == tuple(KEYS)


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("whole", [True, False])
def test_columns_tell_the_section_also_when_the_optional_ones_are_left_out(
    read: Read, section: str, whole: bool
) -> None:
    names = columns(section) if whole else [c for c in columns(section) if c in required(section)]
    if section == "senders" and not whole:
        return  # one column, which all organisations have, tells nothing
    found = read(";".join(names) + "\n")
    assert (found.faults, found.section) == ([], section)


@pytest.mark.parametrize("delimiter", [";", ","])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_csv_by_either_delimiter_with_or_without_byte_order_mark(
    read: Read, delimiter: str, mark: str, end: str
) -> None:
    text = mark + PERSONS + f"{LINE};Line;Danser;1969-11-13;2\n"
    found = read(text.replace(";", delimiter).replace("\n", end))
    assert found.faults == []
    (entry,) = found.entries
    assert (entry.section, entry.line) == ("persons", 2)
    assert (entry.value.family_name, entry.value.sex, entry.value.address_protection) == ("Danser", 2, "none")
    assert LINE not in repr(entry)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(1, "file-empty")]),
        ("colour;size\nred;1\n", [(1, "columns-unknown")]),
        (PERSONS + f"{LINE};Line\n", [(2, "column-count")]),
        (PERSONS + f"\n{LINE};;Danser;1969-11-13;2\n", [(3, "field-missing")]),
        (PERSONS + f"{LINE[:10]}7;Line;Danser;1969-11-13;2\n", [(2, "national-id-check-digit")]),
        (PERSONS + "1;Line;Danser;1969-11-13;2\n", [(2, "national-id-format")]),
        (PERSONS + f"{LINE};Line;Danser;13.11.1969;2\n", [(2, "value-invalid")]),
        (PERSONS + f"{LINE};Line;Danser;1969-11-13;3\n", [(2, "value-invalid")]),
        (PERSONS + f"{LINE};Line;Danser;2999-11-13;2\n", [(2, "birth-date-unlikely")]),
        (PERSONS + f"{LINE};L1ne;Danser;1969-11-13;2\n", [(2, "name-invalid")]),
        (PERSONS + f"{LINE};Line;Danser;1969-11-13;2\n" * 2, [(3, "twice-in-file")]),
        (PERSONS + f'{LINE};"Line;Danser;1969-11-13;2\n', [(2, "csv-invalid")]),
        ("org_number;name;kind\n123456789;X;agency\n", [(2, "org-number-invalid")]),
        (f"org_number;name;kind\n{ORG};X;castle\n", [(2, "value-invalid")]),
        (f"org_number;name;kind;municipality\n{ORG};X;agency;99\n", [(2, "digits-invalid")]),
        ("hpr_number;code;valid_from\n9144889;ZZ;2001-01-01\n", [(2, "authorisation-code-unknown")]),
        ("hpr_number;code;valid_from;valid_to\n9144889;LE;2001-01-02;2001-01-01", [(2, "period-backwards")]),
        (f"national_id;org_number;role;valid_from\n{LINE};{ORG};boss;2001-01-01\n", [(2, "role-unknown")]),
        ("hpr_number;substitute_hpr;valid_from\n9144889;9144889;2001-01-01\n", [(2, "own-substitute")]),
        (f"national_id;parent_id;responsibility\n{LINE};{LINE};true\n", [(2, "own-parent")]),
    ],
)  # fmt: skip
def test_faults_of_a_csv(read: Read, text: str, expected: list[tuple[int, str]]) -> None:
    found = read(text)
    assert faults(found) == expected
    assert not any(LINE in fault.detail for fault in found.faults)


def test_every_fault_is_told_not_the_first_alone(read: Read) -> None:
    text = PERSONS + "1;A;B;1969-11-13;2\n2;A;B;1969-11-13;2\n" + f"{GRY};A;B;x;2\n"
    assert [line for line, _ in faults(read(text))] == [2, 3, 4]


def test_another_encoding_is_told_with_its_line(read: Read) -> None:
    text = (PERSONS + f"{LINE};Line;Bråten;1969-11-13;2\n").encode("latin-1")
    assert faults(read(text)) == [(2, "encoding")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"persons": [\n{"national_id":', [(2, "json-invalid")]),
        ("[]", [(1, "json-invalid")]),
        ('{\n"people": []}', [(2, "section-unknown")]),
        ('{\n"persons": {}}', [(2, "section-invalid")]),
        ('{"persons": [\n1]}', [(2, "entry-invalid")]),
        ('{"persons": [\n\n{"given_name": "x"}]}', [(3, "field-missing")]),
        ('{"organisations": [{"org_number": "313900215", "name": "X",\n "kind": "agency", "colour": "red"}]}',
         [(1, "field-unknown")]),
        ('{"gp_lists": [],\n"senders": [{"org_number": "313901866"},\n{"org_number": "313901867"}]}',
         [(3, "org-number-invalid")]),
    ],
)  # fmt: skip
def test_faults_of_a_json(read: Read, text: str, expected: list[tuple[int, str]]) -> None:
    assert faults(read(text, "file.json")) == expected


def test_a_json_may_hold_every_section_and_nested_lists(read: Read) -> None:
    plain = {
        "personnel": [
            {"national_id": LINE, "given_name": "L", "family_name": "D", "hpr_number": "9144889",
             "authorisations": [{"code": "LE", "valid_from": "2001-01-01"}]}
        ],
        "organisations": [{"org_number": ORG, "name": "X", "kind": "agency"}],
    }  # fmt: skip
    found = read(json.dumps(plain, indent=1), "file.json")
    assert found.faults == []
    assert {entry.section: entry.line for entry in found.entries} == {"personnel": 3, "organisations": 17}


def test_lists_in_a_cell_are_parted_by_spaces(read: Read) -> None:
    text = "org_number,her_ids,delivered_by,strict,kinds,keys\n313901866,8100080 8100081,313902196,true,,\n"
    (entry,) = read(text).entries
    assert entry.value.her_ids == ("8100080", "8100081")
    assert (entry.value.strict, entry.value.kinds) == (True, ())


@pytest.mark.parametrize(
    ("text", "valid"), [(ORG, True), ("313900216", False), ("31390021", False), ("x", False)]
)
def test_check_digit_of_an_organisation_number(text: str, valid: bool) -> None:
    assert valid_org_number(text) is valid


def test_another_kind_of_file_is_refused(read: Read) -> None:
    assert faults(read("x", "file.xml")) == [(0, "file-kind")]
