"""The SQL of operators' lists: who waits, narrowed, by cause, found. It returns nothing of a person.

A list shows states, codes and senders; never `person_id`, MsgId or ServProvId. A letter to one sender holds
its own ids of its messages.
"""

from __future__ import annotations

from typing import Any, LiteralString
from uuid import UUID

import msgspec
from psycopg import AsyncConnection

from results_service.operations.models import Cause, Held, Named, Narrowed
from results_service.operations.rules import (
    JUDGEMENT_OF,
    NUMBERS,
    REMOVABLE,
    id_without_numbers,
    replay_of,
    without_numbers,
)

# Noted since it was last processed, and not put back since: a message that comes back by a new attempt is on
# the list again.
_STANDS = """a.message_id = m.id AND a.at >= m.finished_at
    AND NOT EXISTS (SELECT FROM results.operator_action r
        WHERE r.message_id = m.id AND r.action = 'reopened' AND r.at > a.at)"""
# So is one whose corrections all came to nothing: rejected, or noted as sent in error themselves.
_RESOLUTION = f"""a.action = 'resolved' AND {_STANDS}
    AND (a.reason <> 'corrected' OR EXISTS (
        SELECT FROM results.intake_message c WHERE c.corrects = m.id AND c.status <> 'rejected'
        AND NOT EXISTS (SELECT FROM results.operator_action b WHERE b.message_id = c.id
            AND b.action = 'resolved' AND b.reason = 'sent-in-error' AND b.at >= c.finished_at)))"""  # noqa: S608
_ASKED = f"a.action = 'asked' AND {_STANDS}"
# `rules.without_numbers`, in SQL.
_SENDER = (
    f"regexp_replace(regexp_replace(coalesce(m.sender, m.organisation), '{NUMBERS[0]}', '***', 'g'),"
    f" '{NUMBERS[1]}', '***', 'g')"
)
_LAST_TAKEN = """FROM results.operator_action a WHERE a.message_id = m.id AND a.action IN ('taken', 'left')
    ORDER BY a.at DESC LIMIT 1"""
_TAKER = f"(SELECT CASE a.action WHEN 'taken' THEN a.actor_hash END {_LAST_TAKEN})"
_COLUMNS = f"""
SELECT m.id, m.status, m.received_at, m.finished_at, m.organisation, o.name, m.sender, s.name, m.kind,
    m.version, m.errors::text, extract(epoch FROM now() - m.received_at)::bigint,
    (SELECT a.reason FROM results.operator_action a WHERE {_RESOLUTION} ORDER BY a.at DESC LIMIT 1),
    m.corrects, t.name, t.at, t.hash = %(me)s,
    (SELECT a.reason FROM results.operator_action a WHERE {_ASKED} ORDER BY a.at DESC LIMIT 1),
    n.replays, n.notes
FROM results.intake_message m
LEFT JOIN core_record.organisation o ON o.org_number = m.organisation
LEFT JOIN core_record.organisation s ON s.org_number = m.sender
LEFT JOIN LATERAL (SELECT a.action, a.actor_name AS name, a.at, a.actor_hash AS hash {_LAST_TAKEN}) AS t
    ON t.action = 'taken'
LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE a.action = 'replayed') AS replays, count(a.note) AS notes
    FROM results.operator_action a WHERE a.message_id = m.id) AS n ON true
"""  # noqa: S608 - constants
_RESOLVED = "EXISTS (SELECT FROM results.operator_action a WHERE " + _RESOLUTION + ")"
_RETURNED = "EXISTS (SELECT FROM results.operator_action a WHERE " + _ASKED + ")"
_WHICH: dict[str, LiteralString] = {
    "open": f"m.status = 'needs-attention' AND NOT {_RESOLVED} AND NOT {_RETURNED}",
    "asked": f"m.status = 'needs-attention' AND NOT {_RESOLVED} AND {_RETURNED}",
    "resolved": f"m.status = 'needs-attention' AND {_RESOLVED}",
    "rejected": "m.status = 'rejected' AND jsonb_path_exists(m.errors, '$[*].code ? (@ == $c[*])',"
    " jsonb_build_object('c', %(removable)s::jsonb))",
}
LISTS = tuple(_WHICH)
_NARROWED = f""" AND (%(code)s::text IS NULL
        OR m.errors @> jsonb_build_array(jsonb_build_object('code', %(code)s::text)))
    AND (%(sender)s::text IS NULL OR {_SENDER} = %(sender)s)
    AND (%(whose)s::text IS NULL
        OR CASE %(whose)s WHEN 'mine' THEN {_TAKER} = %(me)s ELSE {_TAKER} IS NULL END)
    AND (%(until)s::uuid IS NULL OR m.id <= %(until)s)
    AND (%(after)s::uuid IS NULL OR m.id > %(after)s)"""
_TOTAL = "SELECT count(*) FROM results.intake_message m WHERE "
_NAMED = """SELECT m.id, m.received_at, m.msg_id, m.serv_prov_id, m.gen_date
FROM results.intake_message m WHERE """
_BY_CODE = """SELECT e->>'code', count(DISTINCT m.id)
FROM results.intake_message m, jsonb_array_elements(m.errors) e WHERE """
_CAUSES = f"""
SELECT e->>'code', {_SENDER}, max(o.name), count(DISTINCT m.id), min(m.received_at),
    extract(epoch FROM now() - min(m.received_at))::bigint,
    count(DISTINCT m.id) FILTER (WHERE {_TAKER} IS NOT NULL)
FROM results.intake_message m CROSS JOIN LATERAL jsonb_array_elements(m.errors) e
LEFT JOIN core_record.organisation o ON o.org_number = coalesce(m.sender, m.organisation)
WHERE """  # noqa: S608 - constants
_FOUND = """ WHERE m.id IN (SELECT %(id)s::uuid UNION ALL (SELECT w.id FROM results.intake_message w
    WHERE w.status = 'needs-attention' AND %(sought)s IN (w.msg_id, w.serv_prov_id)
    ORDER BY w.id LIMIT 25))"""
_errors = msgspec.json.Decoder(list[dict[str, Any]])


async def work_list(
    conn: AsyncConnection[Any],
    which: str,
    narrowed: Narrowed,
    skip: int,
    count: int,
    after: UUID | None = None,
) -> list[Held]:
    """A page of a list (`LISTS`), oldest first; of those after a message where one is given."""
    values = {**_values(narrowed, after), "skip": skip, "count": count}
    query = _COLUMNS + " WHERE " + _WHICH[which] + _NARROWED
    cursor = await conn.execute(query + " ORDER BY m.id OFFSET %(skip)s LIMIT %(count)s", values)
    return [_held(row) for row in await cursor.fetchall()]


async def count_of(
    conn: AsyncConnection[Any], which: str, narrowed: Narrowed, after: UUID | None = None
) -> int:
    """How many messages of a list there are; after one, where one is given."""
    query = _TOTAL + _WHICH[which] + _NARROWED
    row = await (await conn.execute(query, _values(narrowed, after))).fetchone()
    return int(row[0]) if row else 0


async def codes(conn: AsyncConnection[Any], which: str) -> dict[str, int]:
    """How many messages of a list have each code, the commonest first."""
    query = _BY_CODE + _WHICH[which] + " GROUP BY 1 ORDER BY 2 DESC, 1"
    return dict(await (await conn.execute(query, _values(Narrowed(b"")))).fetchall())


async def causes(conn: AsyncConnection[Any], which: str, narrowed: Narrowed) -> list[Cause]:
    """The messages of a list by code and sender, the most first; at most a hundred."""
    query = _CAUSES + _WHICH[which] + _NARROWED + " GROUP BY 1, 2 ORDER BY 4 DESC, 5, 1, 2 LIMIT 100"
    return [Cause(*row) for row in await (await conn.execute(query, _values(narrowed))).fetchall()]


async def named(
    conn: AsyncConnection[Any], which: str, narrowed: Narrowed, count: int
) -> tuple[list[Named], UUID | None]:
    """The oldest messages of a list by their sender's own ids, as far as these could be read; our id of the
    last."""
    query = _NAMED + _WHICH[which] + _NARROWED + " ORDER BY m.id LIMIT %(count)s"
    rows = await (await conn.execute(query, {**_values(narrowed), "count": count})).fetchall()
    found = [Named(row[1], *(id_without_numbers(text) or "" for text in row[2:])) for row in rows]
    return found, rows[-1][0] if rows else None


async def found(conn: AsyncConnection[Any], sought: str, me: bytes) -> list[Held]:
    """Messages by our id, or waiting ones by MsgId or report number; at most 25, oldest first."""
    try:
        our_id = UUID(sought)
    except ValueError:
        our_id = None
    values = {"id": our_id, "sought": sought, "me": me}
    cursor = await conn.execute(_COLUMNS + _FOUND + " ORDER BY m.id LIMIT 25", values)
    return [_held(row) for row in await cursor.fetchall()]


async def find(conn: AsyncConnection[Any], message_id: UUID, me: bytes) -> Held | None:
    """One message, whatever its state. `me`: the caller's hash."""
    values = {"id": message_id, "me": me}
    row = await (await conn.execute(_COLUMNS + " WHERE m.id = %(id)s", values)).fetchone()
    return _held(row) if row else None


def _values(narrowed: Narrowed, after: UUID | None = None) -> dict[str, Any]:
    removable = msgspec.json.encode(sorted(REMOVABLE)).decode()
    return {**msgspec.structs.asdict(narrowed), "removable": removable, "after": after}


def _held(row: tuple[Any, ...]) -> Held:
    errors = _errors.decode(row[10])
    codes = [str(error.get("code", "")) for error in errors]
    return Held(
        id=row[0],
        status=row[1],
        received=row[2],
        finished=row[3],
        organisation=row[4],
        organisation_name=row[5],
        sender=without_numbers(row[6]),
        sender_name=row[7],
        kind=row[8],
        version=row[9],
        errors=errors,
        age_seconds=row[11],
        resolved=row[12],
        replay=replay_of(row[1], codes),
        corrects=row[13],
        judgement=next((JUDGEMENT_OF[code] for code in codes if code in JUDGEMENT_OF), None),
        taken_by=row[14],
        taken=row[15],
        mine=bool(row[16]),
        asked=row[17],
        replays=row[18],
        notes=row[19],
    )
