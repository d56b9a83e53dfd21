"""Journals copied in the database, to measure with, equal those that come through the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg

from benchmarks import journal_stock
from core_record.registers.service import resolve_person_sync
from kit.keys import KeyRing
from kit.settings import Settings
from tests.conftest import TestDatabase
from tests.integration.journal.conftest import Journal

# Ids are told apart by what they are of; times are when it was written.
_ENTRIES = """
SELECT kind, version, state, at, (SELECT c.at FROM journal.entry c WHERE c.person_id = e.person_id
        AND c.entry_id = e.contact_id), org_number, made_by, made_name, made_role, changed_by, changed_name,
    changed_role, signed_by, signed_name, signed_role, why, body
FROM journal.entry e WHERE person_id = %s ORDER BY kind, e.at, body::text
"""
_VERSIONS = """
SELECT e.kind, v.version, v.org_number, v.state, v.at, v.changed_by, v.changed_name, v.changed_role,
    v.signed_by, v.why, v.body
FROM journal.entry_version v JOIN journal.entry e USING (person_id, entry_id) WHERE person_id = %s
ORDER BY e.kind, v.at, v.version, v.body::text
"""
_WORK = """
SELECT w.unit, w.kind, w.state, w.due, w.urgency, w.assignee, w.label, w.open, w.minutes, e.kind, e.at
FROM journal.work_item w LEFT JOIN journal.entry e ON e.person_id = w.person_id AND e.entry_id = w.item_id
WHERE w.person_id = %s ORDER BY w.kind, w.due
"""
_COPIED = "SELECT person_id FROM core_record.person_number WHERE number_cipher = %s"


async def test_given_rows_copied_in_the_database_then_they_equal_rows_written_through_the_api(
    journal: Journal, settings: Settings, postgres: TestDatabase
) -> None:
    for about in ("line", "gry"):
        for method, path, body, headers in journal_stock.ten_years(4):
            own = {name.replace("-", "_"): value for name, value in headers.items()}
            await journal.ok("lege-koman", about, method, path, body, **own)
    keys = KeyRing.load(settings.keys_folder)
    with psycopg.connect(postgres.superuser_dsn) as conn:
        line, gry = (resolve_person_sync(conn, keys, journal.number(name)) for name in ("line", "gry"))
        assert line
        assert gry
        assert journal_stock.copy(conn, line, 2, b"copy") == 2 * len(_rows(conn, _ENTRIES, line))
        copies = [row[0] for row in conn.execute(_COPIED, (b"copy",)).fetchall()]
        assert len(copies) == 2
        for query in (_ENTRIES, _VERSIONS, _WORK):
            written = _rows(conn, query, gry)
            assert len(written) >= 4
            for copied in copies:
                assert _rows(conn, query, copied) == written


def _rows(conn: psycopg.Connection[Any], query: str, person_id: UUID) -> list[Any]:
    return conn.execute(query, (person_id,)).fetchall()  # type: ignore[call-overload]
