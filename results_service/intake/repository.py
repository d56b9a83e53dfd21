"""The intake's SQL. Asynchronous functions serve the API, the others Celery's workers.

Every function runs in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection, Connection
from psycopg.rows import TupleRow

from results_service.intake.models import Backlog, Claim, Delivery, Kept, Outcome, Problem, Record, Status

_RECORD = (
    "id, organisation, status, received_at, errors::text, warnings::text, unmapped::text, copy_of, report_id,"
    " version, msg_id, gen_date, serv_prov_id, strict, finished_at, sender, kind,"
    " ARRAY(SELECT p.id FROM results.intake_message p WHERE p.part_of = intake_message.id ORDER BY p.id)"
)
# Volumes by the hour of receipt, as differences: nobody waits for another's row (`volumes.fold`).
_COUNT = """
INSERT INTO results.intake_volume (hour, sender, kind, status, messages, last)
SELECT date_trunc('hour', received_at), coalesce(sender, organisation), kind, status, {sign}count(*),
    max(received_at) FROM done GROUP BY 1, 2, 3, 4
"""
_UNCOUNT = """
WITH done AS (SELECT received_at, organisation, sender, kind, status FROM results.intake_message
    WHERE id = %s AND status IN ('rejected', 'needs-attention') AND body IS NOT NULL)
""" + _COUNT.format(sign="-")  # noqa: S608 - constants
_problems = msgspec.json.Decoder(list[Problem])
_paths = msgspec.json.Decoder(list[str])


async def insert(conn: AsyncConnection[Any], deliveries: list[Delivery]) -> set[UUID]:
    """Store deliveries; those that repeat the bytes of an earlier one are left out. The ids stored."""
    columns: list[list[Any]] = [
        [d.id for d in deliveries],
        [d.organisation for d in deliveries],
        [d.client_id for d in deliveries],
        [d.received_at for d in deliveries],
        [d.digest for d in deliveries],
        [d.size for d in deliveries],
        [d.keep_until for d in deliveries],
        [d.body for d in deliveries],
        [d.msg_chain for d in deliveries],
        [d.report_chain for d in deliveries],
    ]
    cursor = await conn.execute(
        """
        INSERT INTO results.intake_message
            (id, organisation, client_id, received_at, due_at, digest, size, keep_until, body,
             msg_chain, report_chain)
        SELECT id, organisation, client_id, received_at, received_at, digest, size, keep_until, body,
               msg_chain, report_chain
        FROM unnest(%b::uuid[], %b::text[], %b::text[], %b::timestamptz[], %b::bytea[], %b::int4[],
                    %b::timestamptz[], %b::bytea[], %s::int8[], %s::int8[])
             AS t(id, organisation, client_id, received_at, digest, size, keep_until, body,
                  msg_chain, report_chain)
        ON CONFLICT (organisation, digest) DO NOTHING
        RETURNING id
        """,
        columns,
    )
    return {row[0] for row in await cursor.fetchall()}


async def find_by_digest(conn: AsyncConnection[Any], organisation: str, digest: bytes) -> Record | None:
    """The delivery of exactly these bytes by this organisation."""
    cursor = await conn.execute(
        f"SELECT {_RECORD} FROM results.intake_message WHERE organisation = %s AND digest = %s",  # noqa: S608
        (organisation, digest),
    )
    return _record(await cursor.fetchone())


async def find(conn: AsyncConnection[Any], message_id: UUID) -> Record | None:
    """A delivery by its id."""
    cursor = await conn.execute(
        f"SELECT {_RECORD} FROM results.intake_message WHERE id = %s",  # noqa: S608
        (message_id,),
    )
    return _record(await cursor.fetchone())


async def take_up_again(conn: AsyncConnection[Any], message_id: UUID) -> None:
    """Put a finished delivery that still has its body back in the queue.

    A refused one was never accepted: without its sender it is held to everything anew.
    """
    await conn.execute(_UNCOUNT, (message_id,))
    await conn.execute(
        """
        UPDATE results.intake_message
        SET status = 'received', attempts = 0, due_at = now(), finished_at = NULL,
            errors = '[]', warnings = '[]', sender = CASE WHEN status = 'rejected' THEN NULL ELSE sender END
        WHERE id = %s AND status IN ('rejected', 'needs-attention') AND body IS NOT NULL
        """,
        (message_id,),
    )


async def backlog(conn: AsyncConnection[Any], count_to: int) -> Backlog:
    """What waits to be processed; counting stops at `count_to`."""
    cursor = await conn.execute(
        """
        SELECT (SELECT count(*) FROM (SELECT FROM results.intake_message
                                      WHERE status = 'received' LIMIT %s) AS waiting),
               coalesce((SELECT extract(epoch FROM now() - min(received_at))::float8
                         FROM results.intake_message WHERE status = 'received'), 0)
        """,
        (count_to,),
    )
    row = await cursor.fetchone()
    return Backlog(int(row[0]), max(0.0, row[1])) if row else Backlog(0, 0.0)


def claim(conn: Connection[Any], *, fresh: bool, limit: int, lease_seconds: int) -> list[Claim]:
    """Take up to `limit` deliveries that are due, for `lease_seconds`; oldest first.

    `fresh` takes those never tried, otherwise those tried before. The attempt is counted before the work,
    so that a message that kills its worker is counted too. What shares a chain with an earlier message waits
    for that one's first attempt, and no longer: one that fails holds nobody up. What is known of a sender, or
    was put back by an operator, has been accepted before. What corrects a part shares its MsgId with the
    others as that one did.
    """
    cursor = conn.execute(
        """
        WITH due AS (
            SELECT id FROM results.intake_message AS d
            WHERE status = 'received' AND due_at <= now() AND (attempts = 0) = %s
              AND NOT EXISTS (SELECT FROM results.intake_message AS e
                              WHERE e.msg_chain = d.msg_chain AND e.received_at < d.received_at
                                AND e.status = 'received' AND e.attempts <= 1)
              AND NOT EXISTS (SELECT FROM results.intake_message AS e
                              WHERE e.report_chain = d.report_chain AND e.received_at < d.received_at
                                AND e.status = 'received' AND e.attempts <= 1)
            ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED)
        UPDATE results.intake_message AS m
        SET attempts = attempts + 1, due_at = now() + make_interval(secs => %s)
        FROM due WHERE m.id = due.id
        RETURNING m.id, m.organisation, m.attempts, m.keep_until, m.body, m.received_at, m.judgement,
            m.judgement IS NOT NULL OR m.sender IS NOT NULL OR EXISTS (
                SELECT FROM results.operator_action a WHERE a.message_id = m.id AND a.action = 'replayed'),
            CASE WHEN m.corrects IS NULL THEN m.part_of ELSE (
                WITH RECURSIVE held AS (
                    SELECT c.part_of, c.corrects FROM results.intake_message c WHERE c.id = m.corrects
                    UNION SELECT c.part_of, c.corrects
                    FROM held JOIN results.intake_message c ON c.id = held.corrects)
                SELECT part_of FROM held WHERE part_of IS NOT NULL LIMIT 1) END
        """,
        (fresh, limit, lease_seconds),
        binary=True,
    )
    return sorted((Claim(*row) for row in cursor.fetchall()), key=lambda c: c.id)


def insert_part(conn: Connection[Any], part: Claim, digest: bytes, size: int) -> None:
    """Store a part of a delivery as one that is being processed; it has the rest from the whole."""
    conn.execute(
        """
        INSERT INTO results.intake_message (id, organisation, client_id, received_at, due_at, digest, size,
            keep_until, body, attempts, part_of)
        SELECT %s, organisation, client_id, received_at, received_at, %b, %s, keep_until, %b, %s, id
        FROM results.intake_message WHERE id = %s
        """,
        (part.id, digest, size, part.body, part.attempt, part.part_of),
    )


def postpone(conn: Connection[Any], claim: Claim, seconds: float, *, uncount: bool = False) -> None:
    """Let a claimed delivery be taken up again after `seconds`; `uncount`: the attempt does not count."""
    conn.execute(
        """
        UPDATE results.intake_message
        SET due_at = now() + make_interval(secs => %s), attempts = greatest(attempts - %s, 0)
        WHERE id = %s AND status = 'received' AND attempts = %s
        """,
        (seconds, int(uncount), claim.id, claim.attempt),
    )


_FINISH = """
UPDATE results.intake_message AS m
SET status = t.status, finished_at = clock_timestamp(), errors = t.errors::jsonb,
    warnings = t.warnings::jsonb, unmapped = t.unmapped::jsonb, copy_of = t.copy_of, person_id = t.person_id,
    report_id = t.report_id, version = t.version, msg_id = t.msg_id, gen_date = t.gen_date,
    serv_prov_id = t.serv_prov_id, sender = t.sender, strict = t.strict, kind = t.kind,
    body = CASE WHEN t.original_moved THEN NULL ELSE m.body END
FROM unnest(%b::uuid[], %b::int4[], %b::text[], %b::text[], %b::text[], %b::text[], %s::uuid[], %s::uuid[],
            %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bool[], %s::text[],
            %s::bool[])
     AS t(id, attempt, status, errors, warnings, unmapped, copy_of, person_id, report_id, version, msg_id,
          gen_date, serv_prov_id, sender, strict, kind, original_moved)
WHERE m.id = t.id AND m.status = 'received' AND m.attempts = t.attempt
RETURNING m.id, m.received_at, m.organisation, m.sender, m.kind, m.status
"""
_FINISH_AND_COUNT = (
    "WITH done AS (" + _FINISH + "), counted AS (" + _COUNT.format(sign="") + ") SELECT id FROM done"  # noqa: S608
)


def finish(conn: Connection[Any], done: Sequence[tuple[Claim, Outcome]]) -> set[UUID]:
    """Record outcomes; the ids recorded: of the others, another worker has taken the delivery over."""
    rows = [
        (
            claim.id,
            claim.attempt,
            outcome.status.value,
            _json(outcome.errors),
            _json(outcome.warnings),
            _json(outcome.unmapped),
            outcome.copy_of,
            outcome.person_id,
            outcome.report_id,
            outcome.version,
            outcome.msg_id,
            outcome.gen_date,
            outcome.serv_prov_id,
            outcome.sender,
            outcome.strict,
            outcome.kind,
            outcome.original_moved,
        )
        for claim, outcome in done
    ]
    cursor = conn.execute(_FINISH_AND_COUNT, [list(column) for column in zip(*rows, strict=True)])
    return {row[0] for row in cursor.fetchall()}


def outcome_of(conn: Connection[Any], message_id: UUID) -> Record | None:
    """A delivery's record, for the worker."""
    cursor = conn.execute(
        f"SELECT {_RECORD} FROM results.intake_message WHERE id = %s",  # noqa: S608
        (message_id,),
    )
    return _record(cursor.fetchone())


def person_of(conn: Connection[Any], message_id: UUID) -> UUID | None:
    """Whose message a finished delivery was."""
    row = conn.execute("SELECT person_id FROM results.intake_message WHERE id = %s", (message_id,)).fetchone()
    return row[0] if row else None


async def find_kept(conn: AsyncConnection[Any], message_id: UUID) -> Kept | None:
    """How a delivery is kept, its row locked; the person's own part only where the transaction serves them.

    Call again after `set_person` for what lies under the person's key.
    """
    cursor = await conn.execute(
        """
        SELECT m.status, m.person_id, m.body, k.wrapped, o.body
        FROM results.intake_message m
        LEFT JOIN results.person_key k ON k.person_id = m.person_id
        LEFT JOIN results.original o ON o.person_id = m.person_id AND o.message_id = m.id
        WHERE m.id = %s FOR UPDATE OF m
        """,
        (message_id,),
        binary=True,
    )
    row = await cursor.fetchone()
    return Kept(Status(row[0]), *row[1:]) if row else None


async def put_back(conn: AsyncConnection[Any], message_id: UUID, body: bytes) -> None:
    """Put a finished delivery back in the queue with its sealed body."""
    await conn.execute("UPDATE results.intake_message SET body = %b WHERE id = %s", (body, message_id))
    await take_up_again(conn, message_id)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _record(row: TupleRow | None) -> Record | None:
    if row is None:
        return None
    return Record(
        row[0],
        row[1],
        Status(row[2]),
        row[3],
        _problems.decode(row[4]),
        _problems.decode(row[5]),
        _paths.decode(row[6]),
        *row[7:],
    )
