"""Deliveries into the database: wholly or not at all, repeatable, counted, each change with its file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from core_record.registers.delivery import SECTIONS, columns, read_delivery
from core_record.registers.service import Imported, import_delivery, resolve_person_sync
from kit.db import set_person_sync
from kit.ids import NationalId, parse_national_id
from kit.keys import KeyRing
from tests.conftest import TestDatabase

LINE, D_NUMBER = "13116900216", "70019950032"
Deliver = Callable[..., Imported]
FILES = {
    "organisations.csv": "org_number,name,kind,parent,valid_from\n"
    "313901203,Skogheim hjemmetjeneste,home_care,313900320,\n"
    "314000005,Nordbyen sykehjem,home_care,313900320,2026-01-01\n",
    "personnel.csv": f"national_id,given_name,family_name\n{LINE},Line,Danser\n",
    "employments.csv": "national_id,org_number,role,valid_from,valid_to\n"
    f"{LINE},313900878,hjemmehjelp,2026-01-01,\n",
    "persons.csv": "national_id;given_name;family_name;birth_date;municipality\n"
    f"{LINE};Line;Danser-Lund;1969-11-13;9902\n",
    "former.csv": f"national_id;former_id\n{LINE};{D_NUMBER}\n",
    "substitutes.csv": "hpr_number;substitute_hpr;valid_from;valid_to\n"
    "9144889;9900365;2026-12-01;2026-12-31\n",
    "lists.csv": f"national_id;hpr_number;org_number;valid_from\n{LINE};9144900;313900762;2026-12-01\n",
}  # fmt: skip


@pytest.fixture
def conn(registers: None, postgres: TestDatabase) -> Iterator[Connection[Any]]:
    with psycopg.connect(postgres.dsn("akson_core"), autocommit=True) as connection:
        yield connection


@pytest.fixture
def deliver(conn: Connection[Any], keys: KeyRing, tmp_path: Path) -> Deliver:
    def make(text: str, name: str = "file.csv") -> Imported:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return import_delivery(conn, keys, read_delivery(path))

    return make


def faults(done: Imported) -> list[tuple[int, str]]:
    return [(fault.line, fault.code) for fault in done.faults]


def test_files_count_what_they_change_and_the_same_files_again_change_nothing(
    deliver: Deliver, conn: Connection[Any]
) -> None:
    first = {name: deliver(text, name) for name, text in FILES.items()}
    assert [faults(done) for done in first.values()] == [[]] * len(FILES)
    assert first["organisations.csv"].counts["organisation"] == {"unchanged": 1, "added": 1}
    assert first["employments.csv"].counts == {"employment": {"added": 1}}
    assert first["persons.csv"].counts == {"person": {"changed": 1}}
    assert first["former.csv"].counts == {"person_number": {"added": 1}}
    assert first["lists.csv"].counts == {"gp_list": {"ended": 1, "added": 1}}
    again = [deliver(text, name) for name, text in FILES.items()]
    assert [done.changed for done in again] == [0] * len(FILES)
    kept = conn.execute("SELECT file_name FROM core_record.register_import ORDER BY at").fetchall()
    assert [name for (name,) in kept] == list(FILES)


def test_each_change_names_its_file_and_what_was_there(deliver: Deliver, conn: Connection[Any]) -> None:
    head = "org_number,name,kind,municipality"
    deliver(f"{head}\n313901203,Skogheim hjemmetjeneste,home_care,\n", "organisations.csv")
    row = conn.execute(
        "SELECT i.file_name, c.source, c.before ->> 'municipality', c.after ->> 'municipality'"
        " FROM core_record.register_change c JOIN core_record.register_import i USING (import_id)"
        " WHERE c.register = 'organisation' AND c.before IS NOT NULL"
    ).fetchone()
    assert row == ("organisations.csv", "import", "9902", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("org_number,name,kind,parent\n314000005,X,agency,314000102\n", (2, "organisation-unknown")),
        ("org_number,name,kind,her_id\n314000005,X,agency,8100010\n", (2, "her-id-taken")),
        ("her_id,org_number,name\n1,314000005,X\n", (2, "organisation-unknown")),
        (f"national_id,hpr_number,given_name,family_name\n{LINE},9144889,L,D\n", (2, "hpr-number-taken")),
        ("hpr_number,code,valid_from\n9999999,LE,2001-01-01\n", (2, "hpr-number-unknown")),
        (f"national_id,org_number,role,valid_from\n{LINE},313900878,SP,2001-01-01", (2, "personnel-unknown")),
        (f"national_id,org_number,valid_from\n{LINE},313900878,2001-01-01\n", (2, "personnel-unknown")),
        (f"national_id,former_id\n{LINE},12057900499\n", (2, "number-of-another-person")),
        (f"national_id,hpr_number,org_number,valid_from\n{LINE},9144889,314000005,2001-01-01\n",
         (2, "organisation-unknown")),
        ("org_number,delivered_by\n313901866,314000005\n", (2, "organisation-unknown")),
    ],
)  # fmt: skip
def test_what_the_registers_cannot_hold_is_told_by_line_and_nothing_of_the_file_stands(
    deliver: Deliver, conn: Connection[Any], text: str, expected: tuple[int, str]
) -> None:
    before = conn.execute("SELECT count(*) FROM core_record.register_change").fetchone()
    done = deliver(text)
    assert (faults(done), done.counts) == ([expected], {})
    assert conn.execute("SELECT count(*) FROM core_record.register_change").fetchone() == before


def test_one_bad_line_keeps_the_good_ones_out(deliver: Deliver, conn: Connection[Any]) -> None:
    done = deliver("org_number,name,kind,parent\n314000005,New,agency,\n314000102,Other,agency,314000218\n")
    assert [line for line, _ in faults(done)] == [3]
    found = conn.execute("SELECT 1 FROM core_record.organisation WHERE org_number = '314000005'").fetchone()
    assert found is None


def test_a_dry_run_is_one_transaction_rolled_back(
    conn: Connection[Any], keys: KeyRing, tmp_path: Path
) -> None:
    parts = {
        "a.csv": "org_number,name,kind\n314000005,New,municipality\n",
        "b.csv": "org_number,name,kind,parent\n314000102,Place,home_care,314000005\n",
    }
    for name, text in parts.items():
        (tmp_path / name).write_text(text)
    with conn.transaction(force_rollback=True):
        done = [import_delivery(conn, keys, read_delivery(tmp_path / name)) for name in parts]
        assert [one.changed for one in done] == [1, 1]
    assert (
        conn.execute("SELECT 1 FROM core_record.organisation WHERE org_number LIKE '3140%'").fetchone()
        is None
    )


def test_a_column_left_out_stays_as_it_is_and_an_empty_cell_empties(
    deliver: Deliver, conn: Connection[Any], keys: KeyRing
) -> None:
    def address() -> tuple[Any, ...] | None:
        person = resolve_person_sync(conn, keys, parse_national_id(LINE))
        assert person is not None
        with conn.transaction():
            set_person_sync(conn, person)
            found = conn.execute(
                "SELECT family_name, level, address_id FROM core_record.person"
                " JOIN core_record.address_protection USING (person_id)"
            )
            return found.fetchone()

    head = "national_id;given_name;family_name;birth_date"
    deliver(f"{head};address_protection\n{LINE};Line;Danser;1969-11-13;confidential\n")
    deliver(f"{head}\n{LINE};Line;Danser-Lund;1969-11-13\n")
    assert address() == ("Danser-Lund", "confidential", "fjordvik-1")
    deliver(f"{head};address_id\n{LINE};Line;Danser;1969-11-13;\n")
    assert address() == ("Danser", "confidential", None)


def test_both_numbers_find_the_person_once_linked(
    deliver: Deliver, conn: Connection[Any], keys: KeyRing
) -> None:
    deliver(FILES["former.csv"])
    person = resolve_person_sync(conn, keys, parse_national_id(LINE))
    assert resolve_person_sync(conn, keys, parse_national_id(D_NUMBER)) == person


def test_a_json_of_every_register_is_one_transaction(
    deliver: Deliver, conn: Connection[Any], keys: KeyRing, number: Callable[[str], NationalId]
) -> None:
    child = {
        "national_id": number("ungdom").value, "given_name": "Eline", "family_name": "Nesheim",
        "birth_date": "2012-06-19", "address_protection": "confidential",
    }  # fmt: skip
    done = deliver(
        json.dumps({"persons": [child], "senders": [{"org_number": "313902080", "strict": False}]}),
        "all.json",
    )
    assert faults(done) == []
    assert (done.counts["person"], done.counts["sender"]) == ({"unchanged": 1}, {"changed": 1})
    assert done.counts["address_protection"] == {"added": 1}
    person = resolve_person_sync(conn, keys, number("ungdom"))
    assert person is not None
    with conn.transaction():
        set_person_sync(conn, person)
        row = conn.execute(
            "SELECT after ->> 'level', before, import_id IS NOT NULL FROM core_record.person_change"
            " WHERE register = 'address_protection' ORDER BY at DESC LIMIT 1"
        ).fetchone()
    assert row == ("confidential", None, True)


def test_the_documentation_names_every_column_and_every_code() -> None:
    text = (Path(__file__).parents[3] / "docs" / "registers.md").read_text(encoding="utf-8")
    missing = {
        name for section in SECTIONS for name in (section, *columns(section)) if f"`{name}`" not in text
    }
    assert not missing
