"""What beat has done at intervals: originals past their time deleted, volumes folded.

Both go in small steps of their own transactions, are safe to repeat and to break off.
"""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from kit.db import SyncDatabase, set_person_sync
from kit.log import get_logger

_AT_A_TIME = 200
_log = get_logger()

_EXPIRED = """
SELECT id, person_id FROM results.intake_message
WHERE keep_until <= now() AND original_deleted_at IS NULL AND status <> 'received'
ORDER BY person_id, id LIMIT %s FOR UPDATE SKIP LOCKED
"""
_DELETE = "DELETE FROM results.original WHERE person_id = %s AND message_id = ANY(%s)"
_MARK = """
UPDATE results.intake_message SET body = NULL, original_deleted_at = clock_timestamp() WHERE id = ANY(%s)
"""
# Hours that are over, as far as they are several rows: one for each sender, kind and status.
_FOLD = """
WITH crowded AS (
    SELECT DISTINCT hour FROM results.intake_volume WHERE hour < date_trunc('hour', now())
    GROUP BY hour, sender, kind, status HAVING count(*) > 1 LIMIT 24),
gone AS (
    DELETE FROM results.intake_volume v USING crowded c WHERE v.hour = c.hour
    RETURNING v.hour, v.sender, v.kind, v.status, v.messages, v.last)
INSERT INTO results.intake_volume (hour, sender, kind, status, messages, last)
SELECT hour, sender, kind, status, sum(messages), max(last) FROM gone
GROUP BY hour, sender, kind, status HAVING sum(messages) <> 0
"""
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('results.intake_volume'))"


def delete_expired(database: SyncDatabase) -> int:
    """Delete every original past its time (`keep_until`); how many. What became of a message stays.

    A message that waits for a person keeps its state; without its original it can no longer be processed.
    Raises `Unavailable`.
    """
    deleted = 0
    while True:
        with database.transaction() as conn:
            step = _delete_some(conn)
        deleted += step
        if step < _AT_A_TIME:
            break
    if deleted:
        _log.info("originals past their time are deleted", count=deleted)
    return deleted


def _delete_some(conn: Connection[Any]) -> int:
    rows = conn.execute(_EXPIRED, (_AT_A_TIME,)).fetchall()
    for person_id in {person for _, person in rows if person is not None}:
        set_person_sync(conn, person_id)
        conn.execute(_DELETE, (person_id, [message for message, person in rows if person == person_id]))
    conn.execute(_MARK, ([message for message, _ in rows],))
    return len(rows)


def fold_volumes(database: SyncDatabase) -> None:
    """Add up the differences of hours that are over. Raises `Unavailable`."""
    with database.transaction() as conn:
        locked = conn.execute(_LOCK).fetchone()
        if locked and locked[0]:
            conn.execute(_FOLD)
