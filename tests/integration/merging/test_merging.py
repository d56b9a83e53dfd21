"""Two persons who are one: results, originals, report numbers and logs are one person's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection

from core_record.access_log.service import LogEntry, Who, append, read_own
from core_record.registers.service import (
    ensure_person_sync,
    import_registers,
    register_file,
    resolve_person_sync,
)
from dev.embedded import Valkey
from journal_api.care.follow_up.taking import take
from kit.db import Database, SyncDatabase, set_person
from kit.errors import AksonError, Unavailable
from kit.ids import NationalId, new_id, parse_national_id
from kit.keys import KeyRing
from results_service.codes import CodeBook
from results_service.intake import originals
from results_service.intake.pipeline import Pipeline
from results_service.intake.work import Worker
from results_service.merging.service import REFUSALS, merge_persons
from tests.conftest import TestDatabase
from tests.integration.core_record.conftest import registers  # noqa: F401 - the personas' registers
from tests.integration.intake.messages import LINE, Sample, sample

OTHER = parse_national_id("70019950032")  # a D-number, born 1999-01-30
STAYS = parse_national_id(LINE)
Deliver = Callable[[Sample], str]


@pytest.fixture
def root(registers: None, postgres: TestDatabase, keys: KeyRing) -> Iterator[Connection[Any]]:  # noqa: F811
    """As superuser, who sees behind the wall. Registers are there; both persons are born the same day."""
    with psycopg.connect(postgres.dsn("akson_core")) as conn:
        ensure_person_sync(conn, keys, OTHER)
    with psycopg.connect(postgres.superuser_dsn, autocommit=True) as conn:
        conn.execute("UPDATE core_record.person SET birth_date = '1969-11-13' WHERE NOT registered")
        yield conn


@pytest.fixture
async def db(postgres: TestDatabase) -> AsyncIterator[Database]:
    made = Database(postgres.dsn("akson_results"))
    await made.open()
    yield made
    await made.close()


@pytest.fixture
def deliver(
    root: Connection[Any], postgres: TestDatabase, keys: KeyRing, valkey: Valkey
) -> Iterator[Deliver]:
    """Put a message in the queue and process it; its id."""
    database = SyncDatabase(postgres.dsn("akson_results"))
    database.open()
    worker = Worker(database, Pipeline(keys, CodeBook.builtin(), production=False))

    def one(message: Sample) -> str:
        message_id = new_id()
        root.execute(
            "INSERT INTO results.intake_message (id, organisation, client_id, received_at, due_at, digest,"
            " size, keep_until, body) VALUES (%s, '313902196', 'lab', now(), now(), %s, 1,"
            " now() + interval '1 year', %s)",
            (message_id, message_id.bytes, originals.seal(keys, message_id, message.xml())),
        )
        while worker.take_turn() is not None:
            pass
        return str(message_id)

    yield one
    database.close()


async def merge(
    db: Database, keys: KeyRing, goes: NationalId = OTHER, stays: NationalId = STAYS
) -> dict[str, int]:
    return await merge_persons(db, keys, goes, stays, ordered_by="Oskar Brekke", reason="D-number became FNR")


def owners(root: Connection[Any], table: str) -> list[Any]:
    statement = f"SELECT DISTINCT person_id FROM {table} WHERE person_id IS NOT NULL"  # noqa: S608 - a constant
    return [person for (person,) in root.execute(statement.encode()).fetchall()]


async def test_everything_of_both_is_one_persons_and_both_numbers_find_it(
    root: Connection[Any], db: Database, keys: KeyRing, deliver: Deliver
) -> None:
    mine = deliver(sample(serv_prov_id="A1"))
    theirs = deliver(sample(serv_prov_id="B1", number=OTHER.value))
    before = root.execute("SELECT report_id, version_id, body FROM results.report ORDER BY 1").fetchall()
    versions = root.execute(
        "SELECT report_id, version_id, resources FROM results.report_version ORDER BY 1, 2"
    )
    kept = versions.fetchall()
    assert len(owners(root, "results.report")) == 2
    moved = await merge(db, keys)
    line = resolve_person_sync(root, keys, STAYS)
    assert line is not None
    assert resolve_person_sync(root, keys, OTHER) == line
    for table in ("report", "report_version", "original", "person_key", "report_key", "intake_message"):
        assert owners(root, f"results.{table}") == [line], table
    assert (
        root.execute("SELECT report_id, version_id, body FROM results.report ORDER BY 1").fetchall() == before
    )
    again = root.execute("SELECT report_id, version_id, resources FROM results.report_version ORDER BY 1, 2")
    assert again.fetchall() == kept
    assert (moved["report"], moved["original"], moved["report_key"], moved["intake_message"]) == (1, 1, 1, 1)
    for message_id, number in ((mine, "A1"), (theirs, "B1")):
        assert number.encode() in (originals.read(root, keys, line, UUID(message_id)) or b"")
    assert await merge(db, keys) == {}


async def test_what_is_followed_up_of_the_one_is_followed_up_of_the_other(
    root: Connection[Any], db: Database, keys: KeyRing, deliver: Deliver, postgres: TestDatabase
) -> None:
    deliver(sample(serv_prov_id="B1", number=OTHER.value))
    journal = Database(postgres.dsn("akson_journal"))
    await journal.open()
    try:
        while await take(journal):
            pass
        goes = resolve_person_sync(root, keys, OTHER)
        root.execute(RELATION.encode(), (goes,))
        assert owners(root, "journal.follow_up") == [goes]
        deliver(sample(serv_prov_id="B2", number=OTHER.value))
        assert owners(root, "core_record.result_news") == [goes]
        await merge(db, keys)
        line = resolve_person_sync(root, keys, STAYS)
        while await take(journal):
            pass
    finally:
        await journal.close()
    for table in ("journal.follow_up", "journal.follow_up_event", "journal.work_item"):
        assert owners(root, table) == [line], table
    assert owners(root, "core_record.care_relation") == [line]
    assert root.execute("SELECT count(*) FROM journal.work_item WHERE open").fetchone() == (2,)


async def test_a_later_version_by_the_other_number_joins_its_report(
    root: Connection[Any], db: Database, keys: KeyRing, deliver: Deliver
) -> None:
    deliver(sample(serv_prov_id="B1", number=OTHER.value))
    await merge(db, keys)
    deliver(sample(serv_prov_id="B1", serv_type="M", gen_date="2026-10-02T12:00:00"))
    states = root.execute("SELECT status, errors FROM results.intake_message").fetchall()
    assert {status for status, _ in states} == {"processed"}, states
    assert root.execute("SELECT count(*) FROM results.report").fetchone() == (1,)
    assert root.execute("SELECT count(*) FROM results.report_version").fetchone() == (2,)


async def test_a_row_in_each_chain_and_none_after_it_in_the_one_that_went(
    root: Connection[Any], db: Database, keys: KeyRing
) -> None:
    goes, stays = (resolve_person_sync(root, keys, number) for number in (OTHER, STAYS))
    assert goes is not None
    await merge(db, keys)
    rows = root.execute("SELECT person_id, action, actor_name, basis FROM core_record.access_log").fetchall()
    assert sorted(rows) == sorted((p, "merge", "Oskar Brekke", "DRIFT") for p in (goes, stays))
    kept = root.execute("SELECT from_person, to_person, ordered_by, reason FROM core_record.person_merge")
    assert kept.fetchall() == [(goes, stays, "Oskar Brekke", "D-number became FNR")]
    who = Who(actor_kind="machine", actor_hash=b"x")
    with pytest.raises(Unavailable):  # a look-up that began before the merge and logs after it
        async with db.transaction() as conn:
            await set_person(conn, goes)
            await append(conn, LogEntry(person_id=goes, who=who, basis="x", relation="none", items={}))


ADDRESS = (
    "INSERT INTO core_record.notice_email (person_id, email_id, address_cipher, language, confirmed_at)"
    " VALUES (%s, gen_random_uuid(), %s, 'nb', now())"
)


@pytest.mark.parametrize("stays_has_one", [False, True])
async def test_the_address_for_notices_follows_unless_there_is_one(
    root: Connection[Any], db: Database, keys: KeyRing, *, stays_has_one: bool
) -> None:
    goes, stays = (resolve_person_sync(root, keys, number) for number in (OTHER, STAYS))
    root.execute(ADDRESS, (goes, b"goes"))
    if stays_has_one:
        root.execute(ADDRESS, (stays, b"stays"))
    await merge(db, keys)
    kept = root.execute("SELECT person_id, address_cipher FROM core_record.notice_email").fetchall()
    assert kept == [(stays, b"stays" if stays_has_one else b"goes")]


@pytest.mark.parametrize("level", ["confidential", "strictly_confidential"])
async def test_a_protected_address_stays_protected(
    root: Connection[Any], db: Database, keys: KeyRing, level: str
) -> None:
    goes, stays = (resolve_person_sync(root, keys, number) for number in (OTHER, STAYS))
    for person, its in ((goes, level), (stays, "confidential")):
        root.execute(
            "INSERT INTO core_record.address_protection VALUES (%s, '2026-01-01', '2026-02-01', %s)",
            (person, its),
        )
    root.execute("UPDATE core_record.address_protection SET valid_to = NULL WHERE person_id = %s", (goes,))
    await merge(db, keys)
    kept = root.execute(
        "SELECT valid_to, level FROM core_record.address_protection WHERE person_id = %s", (stays,)
    )
    assert kept.fetchall() == [(None, level)]


SETTING = (
    "INSERT INTO core_record.privacy_setting (person_id, setting_id, kind, valid_from, set_by, set_by_hash)"
    " VALUES (%s, gen_random_uuid(), 'reservasjon', now(), 'citizen', 'x')"
)
RELATION = (
    "INSERT INTO core_record.care_relation (person_id, relation_id, kind, org_number)"
    " VALUES (%s, gen_random_uuid(), 'task', '313900878')"
)
POWER = (
    "INSERT INTO core_record.represented (person_id, represented_id, relation)"
    " VALUES (%s, gen_random_uuid(), 'parent')"
)
BORN = "UPDATE core_record.person SET birth_date = '1970-01-01' WHERE person_id = %s"
WORKER = "INSERT INTO core_record.personnel VALUES (%s, NULL, 'A', 'B')"


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        (BORN, "merge-birth-dates-differ"),
        (WORKER, "merge-of-personnel"),
        (POWER, "merge-person-has-settings"),
        (SETTING, "merge-of-reserved"),
    ],
)
async def test_what_cannot_be_merged_safely_is_refused_and_nothing_moves(
    root: Connection[Any], db: Database, keys: KeyRing, deliver: Deliver, statement: str, code: str
) -> None:
    deliver(sample(serv_prov_id="B1", number=OTHER.value))
    goes = resolve_person_sync(root, keys, OTHER)
    root.execute(statement.encode(), (goes,))
    with pytest.raises(AksonError) as refused:
        await merge(db, keys)
    assert refused.value.code == code
    assert code in REFUSALS
    assert owners(root, "results.report") == [goes]
    assert resolve_person_sync(root, keys, OTHER) == goes


async def test_the_citizen_reads_both_chains_as_one_log(
    root: Connection[Any], db: Database, keys: KeyRing, postgres: TestDatabase
) -> None:
    goes, stays = (resolve_person_sync(root, keys, number) for number in (OTHER, STAYS))
    assert goes is not None
    assert stays is not None
    who = Who(actor_kind="machine", actor_hash=b"x")
    for person_id in (goes, stays):
        async with db.transaction(person=person_id) as conn:
            await append(conn, LogEntry(person_id=person_id, who=who, basis="x", relation="none", items={}))
    await merge(db, keys)
    core = Database(postgres.dsn("akson_core"))
    await core.open()
    try:
        async with core.transaction(person=stays) as conn:
            since, before = datetime(2000, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)
            total, rows = await read_own(conn, stays, since, before, 0, 3)
            _, rest = await read_own(conn, stays, since, before, 3, 3)
    finally:
        await core.close()
    assert (total, len(rows), len(rest)) == (4, 3, 1)
    assert [row.action for row in (*rows, *rest)] == ["merge", "merge", "read", "read"]


async def test_a_number_of_nobody_is_told(root: Connection[Any], db: Database, keys: KeyRing) -> None:
    with pytest.raises(AksonError) as refused:
        await merge(db, keys, goes=parse_national_id("80005045804"))
    assert refused.value.code == "number-unknown"


async def test_after_the_merge_the_delivery_that_links_the_numbers_is_accepted(
    root: Connection[Any], db: Database, keys: KeyRing, postgres: TestDatabase
) -> None:
    link = register_file({"former_numbers": [{"national_id": LINE, "former_id": OTHER.value}]})
    with psycopg.connect(postgres.dsn("akson_core")) as conn:
        with pytest.raises(AksonError, match="number-of-another-person"):
            import_registers(conn, keys, link)
        conn.rollback()
        await merge(db, keys)
        assert import_registers(conn, keys, link) == {}
