"""Import of registers (safe to repeat, changes kept), numbers of a person, and senders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from core_record.registers.service import (
    Delivery,
    delivery_sync,
    ensure_person_sync,
    find_sender_sync,
    import_registers,
    numbers_of,
    read_register_file,
    register_file,
    resolve_person,
    resolve_person_sync,
    sender_registered_for_sync,
    verify_keys,
    verify_keys_sync,
)
from kit.db import Database, set_person_sync
from kit.errors import Conflict, Unprocessable
from kit.ids import NationalId, parse_national_id
from kit.keys import KeyProblem, KeyRing
from tests.conftest import TestDatabase
from tests.integration.core_record.conftest import PERSONAS

UNKNOWN = parse_national_id("02013299997")
D_NUMBER = parse_national_id("70019950032")
FH_NUMBER = parse_national_id("80005045804")
BROKER, LABORATORY, HOSPITAL_LABORATORY = "313902196", "313901866", "313901645"


@pytest.fixture
def conn(registers: None, postgres: TestDatabase) -> Iterator[Connection[Any]]:
    with psycopg.connect(postgres.dsn("akson_core")) as connection:
        yield connection
        connection.rollback()


def person(number: str, **changed: object) -> dict[str, object]:
    return {
        "national_id": number,
        "given_name": "Line",
        "family_name": "Danser",
        "birth_date": "1969-11-13",
        "sex": 2,
        "municipality": "9901",
        "address_id": "fjordvik-1",
    } | changed


def test_repeating_an_import_changes_nothing(conn: Connection[Any], keys: KeyRing) -> None:
    assert import_registers(conn, keys, read_register_file(PERSONAS)) == {}


def test_a_change_keeps_what_was_there(
    conn: Connection[Any], keys: KeyRing, number: Callable[[str], NationalId]
) -> None:
    moved = person(number("line").value, family_name="Danser-Lund", municipality="9902")
    assert import_registers(conn, keys, register_file({"persons": [moved]})) == {"person": 1}
    line = resolve_person_sync(conn, keys, number("line"))
    assert line is not None
    set_person_sync(conn, line)
    before, after = conn.execute(
        "SELECT before, after FROM core_record.person_change ORDER BY at DESC LIMIT 1"
    ).fetchall()[0]
    assert (before["family_name"], after["family_name"]) == ("Danser", "Danser-Lund")
    assert number("line").value not in str(after)
    conn.execute("SET LOCAL akson.unit = '313900541'")
    names = conn.execute("SELECT search_name FROM core_record.own_patient").fetchall()
    assert ("Danser-Lund, Line",) in names


def test_a_new_gp_ends_the_earlier_list_also_when_repeated(
    conn: Connection[Any], keys: KeyRing, number: Callable[[str], NationalId]
) -> None:
    line = number("line").value
    lists = [
        {"national_id": line, "hpr_number": h, "org_number": o, "valid_from": d}
        for h, o, d in (("9144889", "313900541", "2015-01-01"), ("9144900", "313900762", "2026-06-01"))
    ]
    changed = import_registers(conn, keys, register_file({"gp_lists": lists}))
    assert changed["gp_list"] >= 2
    assert import_registers(conn, keys, register_file({"gp_lists": lists})) == {}
    rows = conn.execute(
        "SELECT hpr_number, valid_from::text, valid_to::text FROM core_record.gp_list ORDER BY valid_from"
    ).fetchall()
    assert rows == [("9144889", "2015-01-01", "2026-05-31"), ("9144900", "2026-06-01", None)]


def test_a_file_with_circular_organisations_is_refused(conn: Connection[Any], keys: KeyRing) -> None:
    circle = [
        {"org_number": a, "name": a, "kind": "agency", "parent": b}
        for a, b in (("999999991", "999999992"), ("999999992", "999999991"))
    ]
    with pytest.raises(Unprocessable, match="organisation-circle"):
        import_registers(conn, keys, register_file({"organisations": circle}))


def test_a_number_nobody_has_makes_a_person_that_registers_do_not_know(
    conn: Connection[Any], keys: KeyRing
) -> None:
    person_id, unregistered = ensure_person_sync(conn, keys, UNKNOWN)
    assert unregistered
    assert ensure_person_sync(conn, keys, UNKNOWN) == (person_id, True)
    assert resolve_person_sync(conn, keys, UNKNOWN) == person_id
    # the transaction now serves this person, whose birth date is the one the number tells
    rows = conn.execute("SELECT person_id, birth_date FROM core_record.person").fetchall()
    assert rows == [(person_id, UNKNOWN.birth_date)]
    import_registers(conn, keys, register_file({"persons": [person(UNKNOWN.value)]}))
    assert ensure_person_sync(conn, keys, UNKNOWN) == (person_id, False)


def test_a_known_person_is_not_made_again(
    conn: Connection[Any], keys: KeyRing, number: Callable[[str], NationalId]
) -> None:
    line = resolve_person_sync(conn, keys, number("line"))
    assert ensure_person_sync(conn, keys, number("line")) == (line, False)
    assert ensure_person_sync(conn, keys, FH_NUMBER)[1]


def test_several_numbers_are_one_person(
    conn: Connection[Any], keys: KeyRing, number: Callable[[str], NationalId]
) -> None:
    linked = person(number("line").value, former_ids=[D_NUMBER.value])
    import_registers(conn, keys, register_file({"persons": [linked]}))
    assert resolve_person_sync(conn, keys, D_NUMBER) == resolve_person_sync(conn, keys, number("line"))
    taken = person(number("line").value, former_ids=[number("gry").value])
    with pytest.raises(Conflict, match="number-of-another-person"):
        import_registers(conn, keys, register_file({"persons": [taken]}))


@pytest.mark.usefixtures("registers")
async def test_numbers_are_kept_encrypted_and_in_their_place(
    core_db: Database, keys: KeyRing, number: Callable[[str], NationalId], postgres: TestDatabase
) -> None:
    async with core_db.transaction() as conn:
        line = await resolve_person(conn, keys, number("line"))
        gry = await resolve_person(conn, keys, number("gry"))
        assert line is not None
        assert gry is not None
        assert await numbers_of(conn, keys, [line, gry]) == {line: number("line"), gry: number("gry")}
    with psycopg.connect(postgres.superuser_dsn) as superuser:
        kept = superuser.execute("SELECT number_cipher FROM core_record.person_number").fetchall()
        assert not any(number("line").value.encode() in bytes(cipher) for (cipher,) in kept)
        superuser.execute(
            "UPDATE core_record.person_number SET number_cipher = (SELECT number_cipher"
            " FROM core_record.person_number WHERE person_id = %s) WHERE person_id = %s",
            (gry, line),
        )
    async with core_db.transaction() as conn:
        with pytest.raises(KeyProblem):
            await numbers_of(conn, keys, [line])


async def test_other_keys_do_not_fit_the_database(
    clean_db: None, core_db: Database, keys: KeyRing, postgres: TestDatabase, tmp_path: Any
) -> None:
    other = KeyRing.load(tmp_path / "keys", create=True)
    async with core_db.transaction() as conn:
        await verify_keys(conn, keys)
        await verify_keys(conn, keys)
        with pytest.raises(KeyProblem):
            await verify_keys(conn, other)
    with psycopg.connect(postgres.dsn("akson_results")) as sync, pytest.raises(KeyProblem):
        verify_keys_sync(sync, other)


@pytest.mark.parametrize(
    ("ids", "departments", "found"),
    [
        ([("HER", "8100080")], [], (LABORATORY, None)),
        ([("ENH", LABORATORY)], [], (LABORATORY, None)),
        ([("enh", "313 901 866")], [], (LABORATORY, None)),
        ([("HER", "8100081")], [], (LABORATORY, "8100081")),
        ([("HER", "8100080")], [("HER", "8100082")], (LABORATORY, "8100082")),
        ([("HER", "8100080")], [("HER", "8100061")], (LABORATORY, None)),
        ([("HER", "1"), ("ENH", LABORATORY)], [], (LABORATORY, None)),
        ([("HER", "1")], [("HER", "8100081")], None),
        ([("ENH", "313900541")], [], None),
        ([], [], None),
    ],
)
def test_a_sender_is_found_behind_any_of_its_ids(
    registers: None,
    postgres: TestDatabase,
    ids: list[tuple[str, str]],
    departments: list[tuple[str, str]],
    found: tuple[str, str | None] | None,
) -> None:
    with psycopg.connect(postgres.dsn("akson_results")) as connection:
        sender = find_sender_sync(connection, ids, departments)
    assert (sender and (sender.org_number, sender.department)) == found


@pytest.mark.parametrize(
    ("client", "sender_id", "expected"),
    [
        (LABORATORY, LABORATORY, Delivery.ITSELF),
        (BROKER, LABORATORY, Delivery.BROKER),
        (BROKER, None, Delivery.BROKER),
        (HOSPITAL_LABORATORY, LABORATORY, Delivery.NONE),
        (HOSPITAL_LABORATORY, None, Delivery.NONE),
        ("313900541", LABORATORY, Delivery.NONE),
    ],
)
def test_who_may_deliver_for_whom(
    registers: None, postgres: TestDatabase, client: str, sender_id: str | None, expected: Delivery
) -> None:
    with psycopg.connect(postgres.dsn("akson_results")) as connection:
        sender = find_sender_sync(connection, [("ENH", sender_id)]) if sender_id else None
        assert delivery_sync(connection, client, sender) is expected
        assert sender_registered_for_sync(connection, client, sender) == (expected is not Delivery.NONE)


def test_one_sender_may_be_registered_to_deliver_for_another(conn: Connection[Any], keys: KeyRing) -> None:
    entry = {"org_number": LABORATORY, "delivered_by": [HOSPITAL_LABORATORY]}
    import_registers(conn, keys, register_file({"senders": [entry]}))
    sender = find_sender_sync(conn, [("ENH", LABORATORY)])
    assert delivery_sync(conn, HOSPITAL_LABORATORY, sender) is Delivery.REGISTERED


@pytest.mark.usefixtures("registers")
def test_strict_is_the_senders_choice(postgres: TestDatabase) -> None:
    with psycopg.connect(postgres.dsn("akson_results")) as connection:
        strict = find_sender_sync(connection, [("HER", "8100100")])
        lenient = find_sender_sync(connection, [("HER", "8100080")])
    assert strict is not None
    assert lenient is not None
    assert (strict.strict, lenient.strict) == (True, False)
