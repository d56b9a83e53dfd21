"""Deleting what is held of a person who has reserved (kjernejournalforskriften § 3; clinical rule 1).

Reports with all versions, what followed from them, the originals, and the key that the originals are
encrypted with. Ids and hashes of messages stay, and what each message's receipt said.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg import Connection, sql

from core_record.privacy.service import carry_out_deletion
from core_record.result_news.service import announce_gone_sync
from kit.db import SyncDatabase
from kit.log import get_logger

# Every table of this service with something of a person, but for the queue and the owners of report numbers
# (ids, hashes, coded reasons).
DELETED = ("release_event", "release_agreement", "report", "report_version", "original", "person_key")
KEPT = frozenset({"intake_message", "report_key"})


def delete_person(conn: Connection[Any], person_id: UUID) -> dict[str, int]:
    """Delete in the caller's transaction, which serves the person; rows deleted, by table."""
    counts = {}
    reports = conn.execute("SELECT report_id FROM results.report WHERE person_id = %s", (person_id,))
    announce_gone_sync(conn, person_id, [report_id for (report_id,) in reports.fetchall()])
    for table in DELETED:
        statement = sql.SQL("DELETE FROM {} WHERE person_id = %s").format(sql.Identifier("results", table))
        counts[table] = conn.execute(statement, (person_id,)).rowcount
    return counts


def delete_reserved(database: SyncDatabase) -> int:
    """Carry out every order to delete, each in a transaction of its own; how many. Raises `Unavailable`."""
    done = 0
    while True:
        with database.transaction() as conn:
            if not carry_out_deletion(conn, delete_person):
                return done
        done += 1
        get_logger().info("a reservation's deletion is done")
