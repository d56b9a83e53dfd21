"""Mapping stored messages anew with today's mapping and codes, by order, some at a time.

The message is read from its original, and what comes out is compared with what is stored, byte by byte.
Only where it differs is it stored: the new version keeps its id, by which it may have been released to the
person; the one it replaces stays, held as `remapped`. Nothing is judged anew, and no one else's report is
touched.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
from msgspec import Struct
from psycopg import Connection

from kit.db import SyncDatabase, set_person_sync
from kit.errors import Unavailable
from kit.keys import KeyRing
from kit.log import get_logger, stack_of
from results_service.codes import CodeBook
from results_service.intake import originals
from results_service.intake.guard import read_bytes
from results_service.reports.fhir import map_report
from results_service.reports.remapped import replace_version
from results_service.reports.svarrapport import read_message

_AT_A_TIME = 20
_log = get_logger()

_JOB = """
SELECT job_id, sender, kind, received_from, received_to, last_id FROM results.remap_job
WHERE finished_at IS NULL ORDER BY made_at, job_id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
WHICH = """
FROM results.intake_message
WHERE status = 'processed' AND copy_of IS NULL AND report_id IS NOT NULL
  AND received_at >= %(received_from)s AND received_at < %(received_to)s
  AND (%(sender)s::text IS NULL OR sender = %(sender)s) AND (%(kind)s::text IS NULL OR kind = %(kind)s)
"""
_NEXT = (
    "SELECT id, person_id, report_id " + WHICH + "AND (%(last_id)s::uuid IS NULL OR id > %(last_id)s)"
    " ORDER BY id LIMIT %(count)s"
)
_PROGRESS = """
UPDATE results.remap_job SET done = done + %s, changed = changed + %s, failed = failed + %s, gone = gone + %s,
    last_id = %s, finished_at = CASE WHEN %s THEN clock_timestamp() END
WHERE job_id = %s
"""


class _Message(Struct, frozen=True):
    id: UUID
    person_id: UUID
    report_id: UUID


class Remapper:
    """Takes orders up; `codes` tells the codes of now."""

    def __init__(self, database: SyncDatabase, keys: KeyRing, codes: Callable[[], CodeBook]) -> None:
        self._database = database
        self._keys = keys
        self._codes = codes

    def take_step(self) -> bool:
        """Map some messages of the oldest order; False when there is none that nobody else is at.

        Raises `Unavailable`.
        """
        with self._database.transaction() as conn:
            job = conn.execute(_JOB).fetchone()
            if job is None:
                return False
            names = ("sender", "kind", "received_from", "received_to", "last_id")
            values: dict[str, Any] = dict(zip(names, job[1:], strict=True)) | {"count": _AT_A_TIME}
            messages = [_Message(*row) for row in conn.execute(_NEXT, values).fetchall()]
            outcomes = [self._remap(conn, message) for message in messages]
            last = messages[-1].id if messages else values["last_id"]
            counts = (len(messages), *(outcomes.count(one) for one in ("changed", "failed", "gone")))
            conn.execute(_PROGRESS, (*counts, last, len(messages) < _AT_A_TIME, job[0]))
        return True

    def _remap(self, conn: Connection[Any], message: _Message) -> str:
        """`same`, `changed`, `gone` (its original is deleted) or `failed` (nothing of it is changed)."""
        try:
            with conn.transaction():
                return self._mapped(conn, message)
        except (Unavailable, psycopg.OperationalError):
            raise  # the step is undone and taken again
        except Exception as error:  # noqa: BLE001 - one message must not stop the order
            _log.error(
                "a stored message could not be mapped anew",
                message_id=str(message.id),
                kind=type(error).__name__,
                where=stack_of(error),
            )
            return "failed"

    def _mapped(self, conn: Connection[Any], message: _Message) -> str:
        set_person_sync(conn, message.person_id)
        if not _hold(conn, message.person_id):
            return "gone"
        data = originals.read(conn, self._keys, message.person_id, message.id)
        if data is None:
            return "gone"
        read = read_message(read_bytes(data, again=True)).message
        if read is None:
            return "failed"
        mapped = map_report(read, message.report_id, self._codes())
        changed = replace_version(conn, message.person_id, message.report_id, message.id, read, mapped)
        return "changed" if changed else "same"


def _hold(conn: Connection[Any], person_id: UUID) -> bool:
    """Keep merging (the lock of `core_record.ensure_person`) and reservation waiting until commit.

    False where the person has reserved. Two statements: the second must see what the first waited for.
    """
    conn.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s::text, 13))", (person_id,))
    row = conn.execute("SELECT core_record.is_reserved(%s)", (person_id,)).fetchone()
    return row is not None and not row[0]
