"""Reservation: it closes at once, deletes, and keeps no later message."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from psycopg import sql

from core_record.registers.service import resolve_person_sync
from kit.identity.actor import Actor
from kit.ids import NationalId
from kit.keys import KeyRing
from results_service.intake.deletion import DELETED, KEPT, delete_reserved
from tests.conftest import TestDatabase
from tests.integration.privacy.conftest import (
    GP,
    AsActor,
    MakeActor,
    Results,
    Set,
    codes,
    kinds,
    notices,
)


async def test_reservasjon_closes_at_once_deletes_and_keeps_no_later_message(
    results: Results,
    line: NationalId,
    actor: MakeActor,
    make_setting: Set,
    citizen: Callable[[str], Actor],
    core: AsActor,
    postgres: TestDatabase,
) -> None:
    made = (await make_setting("line", "reservasjon")).json()
    assert made["extension"] == [{"url": "urn:akson:deletion", "valueCode": "pending"}]
    fresh = actor("lege-koman")
    for basis in ("UNNTAK", "AKUTT", "FORHOYET_AKUTT"):
        answer = await results.search(fresh, line, **GP | {"access_basis": basis})
        assert (answer.status_code, codes(answer)) == (403, ["Reservation", "reserved", "NORN_EPO"])
    own = await results.search(citizen("line"), line)
    assert codes(own)[0] == "Reservation"
    client = core(citizen("line"))
    url, inactive = f"/fhir/Consent/{made['id']}", made | {"status": "inactive"}
    while_deleting = await client.put(url, json=inactive, headers={"If-Match": 'W/"1"'})
    assert (while_deleting.status_code, "deletion-running" in while_deleting.text) == (409, True)

    empty = {"release_event", "release_agreement"}
    assert rows_of_persons(postgres) == {table: table not in empty for table in DELETED}
    assert delete_reserved(results.database) == 1
    assert rows_of_persons(postgres) == dict.fromkeys(DELETED, False)
    assert delete_reserved(results.database) == 0
    assert notices(postgres) == ["reservation-done"]

    (later,) = await results.send("blodtype.xml", number=line.value)
    assert (later["status"], later["errors"]) == ("processed", [])
    assert rows_of_persons(postgres) == dict.fromkeys(DELETED, False)
    with psycopg.connect(postgres.superuser_dsn) as conn:
        kept = conn.execute(
            "SELECT body, digest IS NOT NULL, msg_id IS NOT NULL FROM results.intake_message"
            " ORDER BY received_at DESC LIMIT 1"
        ).fetchone()
        rows = conn.execute("SELECT count(*) FROM core_record.access_log").fetchone()
    assert kept == (None, True, True)
    assert rows is not None
    assert rows[0] >= 4  # the log stays

    assert (await client.put(url, json=inactive, headers={"If-Match": 'W/"1"'})).status_code == 200
    assert kinds(await results.search(fresh, line, **GP)) == []
    await results.send("biokjemi-2-endring.xml", number=line.value)
    assert kinds(await results.search(fresh, line, **GP)) == ["CLIN"]


def rows_of_persons(postgres: TestDatabase) -> dict[str, bool]:
    """Which tables of the results service that bear persons hold a row; all of them but the ids."""
    with psycopg.connect(postgres.superuser_dsn) as conn:
        tables = {
            str(name)
            for (name,) in conn.execute(
                "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
                " AND a.attname = 'person_id' WHERE c.relnamespace = 'results'::regnamespace"
                " AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
            )
        } - KEPT
        return {
            table: conn.execute(
                sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier("results", table))
            ).fetchone()
            is not None
            for table in tables
        }


async def test_a_reservation_waits_for_messages_under_way_and_later_ones_see_it(
    line: NationalId, results: Results, keys: KeyRing, postgres: TestDatabase, make_setting: Set
) -> None:
    """Else a message stored beside the reservation would outlive the deletion."""
    with results.database.transaction() as under_way:
        person_id = resolve_person_sync(under_way, keys, line)
        assert under_way.execute("SELECT core_record.is_reserved(%s)", (person_id,)).fetchone() == (False,)
        with (
            psycopg.connect(postgres.dsn("akson_core"), options="-c lock_timeout=50ms") as reserves,
            pytest.raises(psycopg.errors.LockNotAvailable),
        ):
            reserves.execute(sql.SQL("SET LOCAL akson.person = {}").format(sql.Literal(str(person_id))))
            reserves.execute("SELECT 1 FROM core_record.person WHERE person_id = %s FOR UPDATE", (person_id,))
    await make_setting("line", "reservasjon")
    with results.database.transaction() as later:
        assert later.execute("SELECT core_record.is_reserved(%s)", (person_id,)).fetchone() == (True,)
