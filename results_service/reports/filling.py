"""Filling what stands beside a version (`fields`, `source`) for versions stored before it did.

A run goes through the messages in order of receipt, a batch at a time, and fills all that is null of each
person met; each person is a short transaction of its own, beside the running service. How far it came is
kept: a run that was stopped goes on where it was, and one that is repeated finds nothing left to do.

What is filled withholds as what is opened does (`reports.withholding`): the fields are those of the version
itself, the sender that of the intake record. A version whose sender nobody knows keeps null, and counts as
covered, as before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from msgspec import Struct
from psycopg import Connection

from kit.db import SyncDatabase
from kit.errors import Unavailable
from kit.ids import new_id
from kit.log import get_logger, stack_of
from results_service.reports.fields import as_column, fields_of
from results_service.reports.stored import unpack

MESSAGES = 200
"""Messages of a batch."""
_VERSIONS = 100  # of one person in one transaction
_ATTEMPTS = 5
_log = get_logger()

_BEGIN = """
INSERT INTO results.column_fill (run_id) VALUES (%s)
ON CONFLICT ((true)) WHERE finished_at IS NULL DO NOTHING
"""
_RUN = """
SELECT run_id, last_id, done, filled, failed FROM results.column_fill WHERE finished_at IS NULL
"""
# As the last ANALYZE estimated, of all messages: to count them takes longer than a statement may.
_TOTAL = "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'results.intake_message'::regclass"
_NEXT = """
SELECT id, person_id FROM results.intake_message
WHERE person_id IS NOT NULL AND (%(last)s::uuid IS NULL OR id > %(last)s) ORDER BY id LIMIT %(count)s
"""
_PROGRESS = """
UPDATE results.column_fill SET last_id = %(last)s, done = %(done)s, filled = %(filled)s, failed = %(failed)s,
    finished_at = CASE WHEN %(ended)s THEN clock_timestamp() END
WHERE run_id = %(run)s
"""
# A sender that is not known stays null: there is nothing to fill.
_EMPTY = """
SELECT v.version_id, v.report_id, CASE WHEN v.fields IS NULL THEN v.resources END, m.sender
FROM results.report_version v LEFT JOIN results.intake_message m ON m.id = v.message_id
WHERE v.person_id = %(person)s AND v.version_id > %(after)s
    AND (v.fields IS NULL OR v.source IS NULL AND m.sender IS NOT NULL)
ORDER BY v.version_id LIMIT %(count)s
"""
_FILL = """
UPDATE results.report_version SET fields = coalesce(fields, %s), source = coalesce(source, %s)
WHERE person_id = %s AND report_id = %s AND version_id = %s
"""
_FIRST = UUID(int=0)


class Progress(Struct, frozen=True):
    """How far a run is: messages gone through of about `total`, versions filled and not to be opened."""

    total: int
    done: int
    filled: int
    failed: int
    ended: bool


class _Run(Struct):
    id: UUID
    last: UUID | None
    done: int
    filled: int
    failed: int


def fill_all(database: SyncDatabase) -> Iterator[Progress]:
    """Go on with the run that is under way, or begin one; yields after each batch.

    Raises `Unavailable` when the database does not answer; what is done stays. Safe to run twice at once.
    """
    with database.transaction() as conn:
        conn.execute(_BEGIN, (new_id(),))
        run = _Run(*_one(conn, _RUN))
    with database.transaction() as conn:
        total = int(_one(conn, _TOTAL)[0])
    ended = False
    yield Progress(total, run.done, run.filled, run.failed, ended)
    while not ended:
        with database.transaction() as conn:
            values = {"last": run.last, "count": MESSAGES}
            messages: list[tuple[UUID, UUID]] = conn.execute(_NEXT, values).fetchall()
        for person in dict.fromkeys(person for _, person in messages):
            filled, failed = _fill_person(database, person)
            run.filled, run.failed = run.filled + filled, run.failed + failed
        run.done += len(messages)
        run.last = messages[-1][0] if messages else run.last
        ended = len(messages) < MESSAGES
        _keep(database, run, ended=ended)
        yield Progress(total, run.done, run.filled, run.failed, ended)


def _fill_person(database: SyncDatabase, person: UUID) -> tuple[int, int]:
    """Fill what is null of one person; (filled, failed). What waits too long for a lock is tried again."""
    after, filled, failed = _FIRST, 0, 0
    while True:
        found = _again(database, person, after)
        filled, failed = filled + found.filled, failed + found.failed
        if found.last is None:
            return filled, failed
        after = found.last


class _Step(Struct, frozen=True):
    last: UUID | None
    filled: int
    failed: int


def _again(database: SyncDatabase, person: UUID, after: UUID) -> _Step:
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with database.transaction(person=person) as conn:
                return _step(conn, person, after)
        except Unavailable:
            if attempt == _ATTEMPTS:
                raise
    raise AssertionError  # the last attempt returns or raises


def _step(conn: Connection[Any], person: UUID, after: UUID) -> _Step:
    values = {"person": person, "after": after, "count": _VERSIONS}
    rows = conn.execute(_EMPTY, values, binary=True).fetchall()
    filled = failed = 0
    for version_id, report_id, resources, sender in rows:
        fields = None
        if resources is not None and (fields := _fields(version_id, resources)) is None:
            failed += 1
        if fields is None and sender is None:
            continue
        filled += conn.execute(_FILL, (fields, sender, person, report_id, version_id)).rowcount
    return _Step(rows[-1][0] if len(rows) == _VERSIONS else None, filled, failed)


def _fields(version_id: UUID, resources: bytes) -> str | None:
    """The column's value; None, said in the log, for a version that cannot be opened."""
    try:
        return as_column(fields_of(unpack(resources)))
    except Exception as error:  # noqa: BLE001 - one version must not stop the run
        _log.error(
            "a stored version could not be opened",
            version_id=str(version_id),
            kind=type(error).__name__,
            where=stack_of(error),
        )
        return None


def _keep(database: SyncDatabase, run: _Run, *, ended: bool) -> None:
    with database.transaction() as conn:
        conn.execute(
            _PROGRESS,
            {
                "run": run.id,
                "last": run.last,
                "done": run.done,
                "filled": run.filled,
                "failed": run.failed,
                "ended": ended,
            },
        )


def _one(conn: Connection[Any], query: str) -> tuple[Any, ...]:
    row = conn.execute(query.encode()).fetchone()
    if row is None:
        raise LookupError("a run was begun and is not there")
    return tuple(row)
